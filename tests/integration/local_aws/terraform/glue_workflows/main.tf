# Every kind of trigger and a workflow, each mutable field of which a variable changes.

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
    iam  = var.endpoint_url
    sts  = var.endpoint_url
  }
}

resource "aws_iam_role" "job" {
  name = "glue-workflows-test"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Action    = "sts:AssumeRole"
      Effect    = "Allow"
      Principal = { Service = "glue.amazonaws.com" }
    }]
  })
}

resource "aws_glue_job" "this" {
  for_each = toset(["extract", "convert", "publish"])

  name     = "glue-workflows-test-${each.key}"
  role_arn = aws_iam_role.job.arn

  command {
    name            = "pythonshell"
    python_version  = "3.9"
    script_location = "s3://nowhere/script.py"
  }
}

resource "aws_glue_workflow" "this" {
  name                   = "glue-workflows-test"
  description            = var.changed ? "second" : "first"
  max_concurrent_runs    = var.changed ? 2 : 1
  default_run_properties = var.changed ? { mode = "delta" } : { mode = "full", target = "curated" }
  tags                   = { round = var.changed ? "second" : "first" }
}

# A second one, whose optional fields come and go.
resource "aws_glue_workflow" "bare" {
  name                   = "glue-workflows-test-bare"
  description            = var.changed ? null : "to be taken away"
  max_concurrent_runs    = var.changed ? null : 3
  default_run_properties = var.changed ? null : { mode = "full" }
}

resource "aws_glue_trigger" "scheduled" {
  name          = "glue-workflows-test-scheduled"
  type          = "SCHEDULED"
  schedule      = var.changed ? "cron(30 4 ? * MON-FRI *)" : "cron(15 12 * * ? *)"
  description   = var.changed ? null : "every day"
  enabled       = !var.changed
  workflow_name = aws_glue_workflow.this.name
  tags          = { round = var.changed ? "second" : "first" }

  actions {
    job_name               = aws_glue_job.this["extract"].name
    arguments              = { "--mode" = var.changed ? "delta" : "full" }
    timeout                = var.changed ? 20 : 10
    security_configuration = var.changed ? "sealed" : null

    notification_property {
      notify_delay_after = var.changed ? 6 : 3
    }
  }
}

resource "aws_glue_trigger" "conditional" {
  name          = "glue-workflows-test-conditional"
  type          = "CONDITIONAL"
  workflow_name = aws_glue_workflow.this.name

  predicate {
    logical = var.changed ? "ANY" : "AND"

    conditions {
      job_name = aws_glue_job.this["extract"].name
      state    = var.changed ? "FAILED" : "SUCCEEDED"
    }

    dynamic "conditions" {
      for_each = var.changed ? ["TIMEOUT"] : []
      content {
        job_name = aws_glue_job.this["publish"].name
        state    = conditions.value
      }
    }
  }

  actions {
    job_name = aws_glue_job.this["convert"].name
  }
}

# Outside a workflow, and not active at first.
resource "aws_glue_trigger" "dormant" {
  name     = "glue-workflows-test-dormant"
  type     = "SCHEDULED"
  schedule = "cron(0 3 * * ? *)"
  enabled  = var.changed

  actions {
    job_name = aws_glue_job.this["extract"].name
  }
}

# With enabled = true the provider would fire it at apply.
resource "aws_glue_trigger" "on_demand" {
  name        = "glue-workflows-test-on-demand"
  type        = "ON_DEMAND"
  enabled     = false
  description = var.changed ? "second" : "first"

  actions {
    job_name = aws_glue_job.this[var.changed ? "convert" : "extract"].name
  }
}

resource "aws_glue_trigger" "event" {
  name          = "glue-workflows-test-event"
  type          = "EVENT"
  workflow_name = aws_glue_workflow.bare.name

  event_batching_condition {
    batch_size   = var.changed ? 20 : 10
    batch_window = var.changed ? 60 : 900
  }

  actions {
    job_name = aws_glue_job.this["extract"].name
  }
}
