# What the local AWS has to describe as AWS does, so that a second plan is empty.

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

variable "tracing" {
  description = "Whether the state machine is traced."
  type        = bool
  default     = true
}

variable "log_level" {
  description = "What the state machine logs."
  type        = string
  default     = "ALL"
}

variable "capacity" {
  description = "0 for pay per request."
  type        = number
  default     = 0
}

provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true

  endpoints {
    dynamodb = var.endpoint_url
    iam      = var.endpoint_url
    logs     = var.endpoint_url
    sfn      = var.endpoint_url
    sts      = var.endpoint_url
  }
}

resource "aws_dynamodb_table" "this" {
  name           = "tracked"
  billing_mode   = var.capacity == 0 ? "PAY_PER_REQUEST" : "PROVISIONED"
  read_capacity  = var.capacity == 0 ? null : var.capacity
  write_capacity = var.capacity == 0 ? null : var.capacity
  hash_key       = "pk"
  range_key      = "sk"

  attribute {
    name = "pk"
    type = "S"
  }

  attribute {
    name = "sk"
    type = "N"
  }

  ttl {
    attribute_name = "expires_at"
    enabled        = true
  }

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled = true
  }

  tags = {
    Purpose = "test"
  }
}

resource "aws_iam_role" "execution" {
  name = "table-and-state-machine"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "states.amazonaws.com" }
    }]
  })
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/vendedlogs/states/table-and-state-machine"
  retention_in_days = 7
}

resource "aws_sfn_state_machine" "this" {
  name     = "table-and-state-machine"
  role_arn = aws_iam_role.execution.arn
  definition = jsonencode({
    StartAt = "Done"
    States  = { Done = { Type = "Succeed" } }
  })

  logging_configuration {
    log_destination        = "${aws_cloudwatch_log_group.this.arn}:*"
    include_execution_data = true
    level                  = var.log_level
  }

  tracing_configuration {
    enabled = var.tracing
  }
}
