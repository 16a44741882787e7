# A schedule with everything that it can say, so that a second plan is empty.

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
  description = "Address of the local AWS."
  type        = string
}

variable "state" {
  description = "Whether the schedule fires."
  type        = string
  default     = "ENABLED"
}

provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true

  endpoints {
    iam       = var.endpoint_url
    scheduler = var.endpoint_url
    sts       = var.endpoint_url
  }
}

locals {
  # Nobody sends to these before 2098.
  queues = "arn:aws:sqs:eu-central-1:000000000000"
}

resource "aws_iam_role" "scheduler" {
  name = "scheduler"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "scheduler.amazonaws.com" }
    }]
  })
}

resource "aws_scheduler_schedule_group" "this" {
  name = "jobs"
}

resource "aws_scheduler_schedule" "this" {
  name                         = "nightly"
  group_name                   = aws_scheduler_schedule_group.this.name
  description                  = "Sends a job every night."
  schedule_expression          = "cron(30 2 ? * MON-FRI *)"
  schedule_expression_timezone = "Europe/Berlin"
  start_date                   = "2098-01-01T00:00:00Z"
  end_date                     = "2099-01-01T00:00:00Z"
  state                        = var.state

  flexible_time_window {
    mode                      = "FLEXIBLE"
    maximum_window_in_minutes = 15
  }

  target {
    # Not by jsonencode: it writes < as \u003c, which is no context attribute.
    input    = "{\"asked\": \"<aws.scheduler.scheduled-time>\"}"
    arn      = "${local.queues}:jobs"
    role_arn = aws_iam_role.scheduler.arn

    retry_policy {
      maximum_retry_attempts       = 3
      maximum_event_age_in_seconds = 3600
    }

    dead_letter_config {
      arn = "${local.queues}:dead-letter"
    }
  }
}
