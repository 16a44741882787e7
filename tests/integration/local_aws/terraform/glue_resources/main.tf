# Every Glue resource type of jobs and the catalog. ``changed`` changes each field that can be.

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

variable "changed" {
  description = "Whether the mutable fields have their second values."
  type        = bool
  default     = false
}

provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_metadata_api_check     = true

  endpoints {
    glue = var.endpoint_url
    sts  = var.endpoint_url
  }
}

locals {
  role    = "arn:aws:iam::000000000000:role/glue"
  version = var.changed ? 2 : 1
}

resource "aws_glue_job" "minimal" {
  name     = "minimal"
  role_arn = local.role
  command { script_location = "s3://x/y.py" }
}

resource "aws_glue_job" "full" {
  name                      = "full"
  description               = "v${local.version}"
  role_arn                  = local.role
  glue_version              = !var.changed ? "5.0" : "5.1"
  worker_type               = !var.changed ? "G.1X" : "G.2X"
  number_of_workers         = 1 + local.version
  execution_class           = !var.changed ? "FLEX" : "STANDARD"
  timeout                   = 10 * local.version
  max_retries               = local.version
  job_run_queuing_enabled   = !var.changed
  maintenance_window        = !var.changed ? "Sun:10" : "Mon:11"
  connections               = !var.changed ? [aws_glue_connection.this.name] : []
  security_configuration    = !var.changed ? aws_glue_security_configuration.this.name : null
  default_arguments         = { "--a" = tostring(local.version), "--job-language" = "python" }
  non_overridable_arguments = !var.changed ? { "--b" = "1" } : {}
  execution_property { max_concurrent_runs = 2 * local.version }
  notification_property { notify_delay_after = 5 * local.version }
  command {
    script_location = "s3://x/y${local.version}.py"
    python_version  = "3"
  }
  source_control_details {
    provider   = "GITHUB"
    repository = "r${local.version}"
    branch     = "main"
  }
  tags = { v = tostring(local.version), ("k${local.version}") = "x" }
}

resource "aws_glue_job" "shell" {
  name         = "shell"
  role_arn     = local.role
  max_capacity = !var.changed ? 0.0625 : 1
  command {
    name            = "pythonshell"
    script_location = "s3://x/y.py"
    python_version  = "3.9"
  }
}

resource "aws_glue_job" "stream" {
  name              = "stream"
  role_arn          = local.role
  glue_version      = "5.1"
  number_of_workers = 2
  worker_type       = "G.025X"
  command {
    name            = "gluestreaming"
    script_location = "s3://x/y.py"
  }
}

resource "aws_glue_catalog_database" "this" {
  name         = "db"
  description  = "v${local.version}"
  location_uri = "s3://x/db${local.version}"
  parameters   = { v = tostring(local.version) }
  tags         = { v = tostring(local.version) }
}

resource "aws_glue_catalog_table" "this" {
  name          = "t"
  database_name = aws_glue_catalog_database.this.name
  description   = "v${local.version}"
  table_type    = "EXTERNAL_TABLE"
  parameters    = { classification = "parquet", v = tostring(local.version) }
  partition_keys {
    name = "year"
    type = "int"
  }
  partition_keys {
    name = "month"
    type = "string"
  }
  storage_descriptor {
    location      = "s3://x/t${local.version}"
    input_format  = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat"
    output_format = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat"
    ser_de_info {
      serialization_library = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
      parameters            = { "serialization.format" = "1" }
    }
    columns {
      name = "id"
      type = "bigint"
    }
    dynamic "columns" {
      for_each = !var.changed ? [] : [1]
      content {
        name    = "added"
        type    = "string"
        comment = "later"
      }
    }
  }
}

resource "aws_glue_partition" "this" {
  database_name    = aws_glue_catalog_database.this.name
  table_name       = aws_glue_catalog_table.this.name
  partition_values = ["2026", "11"]
  parameters       = { v = tostring(local.version) }
  storage_descriptor {
    location = "s3://x/t/year=2026/month=11/v${local.version}"
  }
}

resource "aws_glue_partition_index" "this" {
  database_name = aws_glue_catalog_database.this.name
  table_name    = aws_glue_catalog_table.this.name
  partition_index {
    index_name = "by_month"
    keys       = ["month"]
  }
}

resource "aws_glue_connection" "this" {
  name            = "c"
  description     = "v${local.version}"
  connection_type = "NETWORK"
  tags            = { v = tostring(local.version) }
  physical_connection_requirements {
    availability_zone      = "eu-central-1a"
    security_group_id_list = ["sg-1"]
    subnet_id              = "subnet-${local.version}"
  }
}

resource "aws_glue_connection" "jdbc" {
  name = "jdbc"
  connection_properties = {
    JDBC_CONNECTION_URL = "jdbc:mysql://example.com/db${local.version}"
    PASSWORD            = "p"
    USERNAME            = "u"
  }
}

resource "aws_glue_security_configuration" "this" {
  name = "safe"
  encryption_configuration {
    cloudwatch_encryption { cloudwatch_encryption_mode = "DISABLED" }
    job_bookmarks_encryption { job_bookmarks_encryption_mode = "DISABLED" }
    s3_encryption { s3_encryption_mode = "SSE-S3" }
  }
}

resource "aws_glue_user_defined_function" "this" {
  name          = "f"
  catalog_id    = "000000000000" # without it the provider replaces the function at every plan
  database_name = aws_glue_catalog_database.this.name
  class_name    = "c${local.version}"
  owner_name    = "o"
  owner_type    = "GROUP"
  resource_uris {
    resource_type = "ARCHIVE"
    uri           = "s3://x/f.jar"
  }
}

resource "aws_glue_data_catalog_encryption_settings" "this" {
  data_catalog_encryption_settings {
    connection_password_encryption { return_connection_password_encrypted = false }
    encryption_at_rest { catalog_encryption_mode = "DISABLED" }
  }
}

resource "aws_glue_registry" "this" { registry_name = "r" }
