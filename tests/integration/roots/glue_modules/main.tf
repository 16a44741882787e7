# The Glue modules with all that they take; ``changed`` gives each mutable field a second value.

terraform {
  required_version = ">= 1.9"

  backend "local" {}

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100"
    }
  }
}

variable "endpoint_url" {
  description = "Where the local AWS answers."
  type        = string
}

variable "prefix" {
  description = "What all names begin with."
  type        = string
}

variable "changed" {
  description = "Whether the mutable fields have their second values."
  type        = bool
  default     = false
}

provider "aws" {
  region                      = "us-east-1"
  access_key                  = "test"
  secret_key                  = "test"
  s3_use_path_style           = true
  skip_credentials_validation = true
  skip_metadata_api_check     = true

  endpoints {
    events = var.endpoint_url
    glue   = var.endpoint_url
    iam    = var.endpoint_url
    s3     = var.endpoint_url
    sts    = var.endpoint_url
  }
}

locals {
  first = !var.changed
  # Values whose types differ are picked by it from an object: the two sides of a ? have one type.
  round = var.changed ? "second" : "first"
  tags  = { round = local.round }
}

resource "aws_s3_bucket" "this" {
  bucket        = "${var.prefix}glue-modules"
  force_destroy = true
}

resource "aws_glue_connection" "this" {
  name            = "${var.prefix}network"
  connection_type = "NETWORK"

  physical_connection_requirements {
    availability_zone      = "us-east-1a"
    security_group_id_list = ["sg-1"]
    subnet_id              = "subnet-1"
  }
}

resource "aws_glue_security_configuration" "this" {
  for_each = toset(["first", "second"])

  name = "${var.prefix}${each.key}"

  encryption_configuration {
    cloudwatch_encryption { cloudwatch_encryption_mode = "DISABLED" }
    job_bookmarks_encryption { job_bookmarks_encryption_mode = "DISABLED" }
    s3_encryption { s3_encryption_mode = "SSE-S3" }
  }
}

module "spark" {
  source = "../../../../modules/glue_job"

  name            = "${var.prefix}spark"
  description     = local.first ? "first" : "second"
  code            = { script = "${path.module}/work.py", bucket = aws_s3_bucket.this.bucket, extra_files = local.first ? [] : ["${path.module}/work.py"] }
  runtime         = { first = { glue_version = "5.0", worker_type = "G.1X", number_of_workers = 2, execution_class = "FLEX" }, second = { glue_version = "5.1", worker_type = "G.2X", number_of_workers = 3, auto_scaling = true } }[local.round]
  limits          = { first = { timeout_minutes = 5, max_retries = 1, max_concurrent_runs = 2 }, second = { timeout_minutes = 6, max_retries = 0, max_concurrent_runs = 3 } }[local.round]
  bookmark        = local.first ? "enable" : "pause"
  network         = { first = { connections = [aws_glue_connection.this.name], security_configuration = aws_glue_security_configuration.this["first"].name }, second = {} }[local.round]
  arguments       = { first = { "--mode" = "full" }, second = {} }[local.round]
  fixed_arguments = { first = {}, second = { "--mode" = "delta" } }[local.round]
  observability   = { first = {}, second = { metrics = false, observability_metrics = false, insights = false } }[local.round]
  tags            = local.tags
}

# Jobs that run: what they do is in their arguments.
module "shell" {
  source   = "../../../../modules/glue_job"
  for_each = toset(["works", "fails", "either", "both", "rescue", "after_crawl"])

  name    = "${var.prefix}${each.key}"
  code    = { script = "${path.module}/work.py", bucket = aws_s3_bucket.this.bucket }
  runtime = { type = "pythonshell", max_capacity = local.first ? 0.0625 : 1 }
  limits  = { max_retries = 0 }
}

module "catalog" {
  source = "../../../../modules/glue_catalog"

  database = { first = { name = "${replace(var.prefix, "-", "_")}catalog", description = "first" }, second = { name = "${replace(var.prefix, "-", "_")}catalog", description = "second", location = "s3://${aws_s3_bucket.this.bucket}/", parameters = { owner = "sales" } } }[local.round]
  tags     = local.tags

  tables = {
    orders = {
      location       = "s3://${aws_s3_bucket.this.bucket}/${local.first ? "orders" : "orders-2"}/"
      format         = local.first ? "csv" : "parquet"
      description    = local.first ? "first" : "second"
      columns        = { first = [{ name = "id", type = "int" }], second = [{ name = "id", type = "bigint", comment = "wider" }, { name = "amount", type = "double" }] }[local.round]
      partition_keys = [{ name = "day", type = "date" }]
      parameters     = { first = {}, second = { owner = "sales" } }[local.round]
    }
  }

  crawlers = {
    raw = {
      name               = "${var.prefix}raw"
      description        = local.first ? "first" : "second"
      paths              = { first = [{ path = "s3://${aws_s3_bucket.this.bucket}/raw/", exclusions = ["**.tmp"], sample_size = 5 }], second = [{ path = "s3://${aws_s3_bucket.this.bucket}/raw-2/" }, { path = "s3://${aws_s3_bucket.this.bucket}/raw-3/" }] }[local.round]
      table_prefix       = local.first ? "raw_" : ""
      schedule           = local.first ? "cron(15 12 * * ? *)" : null
      on_change          = local.first ? "LOG" : "UPDATE_IN_DATABASE"
      on_delete          = local.first ? "DELETE_FROM_DATABASE" : "LOG"
      grouping           = { first = {}, second = { combine_schemas = true, table_level = 2, table_threshold = 5 } }[local.round]
      merge_new_columns  = !local.first
      inherit_partitions = local.first
      # The provider's update never takes one away.
      security_configuration = aws_glue_security_configuration.this[local.round].name
    }
    orders = {
      name      = "${var.prefix}orders"
      tables    = ["orders"]
      on_change = "LOG"
      on_delete = "LOG"
      grouping  = { combine_schemas = true }
    }
  }
}

module "graph" {
  source = "../../../../modules/glue_workflow"

  name                   = "${var.prefix}graph"
  description            = local.first ? "first" : "second"
  start                  = local.first ? "on_demand" : "scheduled"
  schedule               = local.first ? null : "cron(15 12 ? * MON-FRI *)"
  schedule_enabled       = false
  max_concurrent_runs    = local.first ? 1 : null
  default_run_properties = { first = { mode = "full" }, second = {} }[local.round]
  tags                   = local.tags

  nodes = merge(
    {
      works  = { job = { name = module.shell["works"].name }, timeout = local.first ? 5 : 6, notify_delay = local.first ? 1 : null }
      fails  = { job = { name = module.shell["fails"].name }, arguments = local.first ? { "--fail" = "on purpose" } : { "--fail" = "again" } }
      either = { job = { name = module.shell["either"].name }, depends_on = ["works", "fails"], logical = local.first ? "ANY" : "AND" }
      both   = { job = { name = module.shell["both"].name }, depends_on = ["works", "fails"] }
      rescue = { job = { name = module.shell["rescue"].name }, depends_on_states = { fails = local.first ? "FAILED" : "TIMEOUT" } }
      crawl  = { crawler = { name = module.catalog.crawler_names["raw"] }, depends_on = ["works"] }
    },
    local.first ? {} : { after_crawl = { job = { name = module.shell["after_crawl"].name }, depends_on_states = { crawl = "CANCELLED" } } },
  )
}

module "on_event" {
  source = "../../../../modules/glue_workflow"

  name  = "${var.prefix}on-event"
  start = "event"
  nodes = { works = { job = { name = module.shell["works"].name } } }
  event = {
    pattern      = jsonencode({ source = [local.first ? "${var.prefix}shop" : "${var.prefix}store"] })
    batch_size   = local.first ? 2 : 3
    batch_window = local.first ? 900 : 60
  }
}

output "graph" {
  description = "Name of the workflow."
  value       = module.graph.name
}

output "on_event" {
  description = "Name of the workflow that events start."
  value       = module.on_event.name
}
