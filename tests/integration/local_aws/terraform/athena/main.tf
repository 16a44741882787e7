# Every Athena resource type with a mutable field. ``changed`` changes each field that can be.

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

variable "bucket" {
  description = "A bucket for results."
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
  s3_use_path_style           = true

  endpoints {
    athena = var.endpoint_url
    glue   = var.endpoint_url
    s3     = var.endpoint_url
    sts    = var.endpoint_url
  }
}

locals {
  version = var.changed ? 2 : 1
}

resource "aws_athena_workgroup" "minimal" {
  name = "minimal"
}

resource "aws_athena_workgroup" "full" {
  name        = "full"
  description = "v${local.version}"
  state       = !var.changed ? "ENABLED" : "DISABLED"
  tags        = { version = tostring(local.version) }

  configuration {
    bytes_scanned_cutoff_per_query     = !var.changed ? 10485760 : null
    enforce_workgroup_configuration    = !var.changed
    publish_cloudwatch_metrics_enabled = !var.changed
    requester_pays_enabled             = var.changed

    engine_version {
      selected_engine_version = !var.changed ? "AUTO" : "Athena engine version 3"
    }

    result_configuration {
      output_location = "s3://${var.bucket}/v${local.version}/"

      # The provider cannot take this block away.
      encryption_configuration {
        encryption_option = !var.changed ? "SSE_S3" : "SSE_KMS"
        kms_key_arn       = !var.changed ? null : "arn:aws:kms:eu-central-1:000000000000:key/k"
      }
    }
  }
}

resource "aws_athena_database" "this" {
  name          = "by_terraform"
  bucket        = var.bucket
  comment       = "made with a query"
  force_destroy = true
}

resource "aws_athena_named_query" "this" {
  name        = "count"
  description = "v${local.version}"
  workgroup   = aws_athena_workgroup.full.id
  database    = aws_athena_database.this.name
  query       = "SELECT ${local.version}"
}

resource "aws_athena_prepared_statement" "this" {
  name            = "by_id"
  description     = "v${local.version}"
  workgroup       = aws_athena_workgroup.minimal.name
  query_statement = "SELECT ? + ${local.version}"
}

resource "aws_athena_data_catalog" "this" {
  name        = "other"
  description = "v${local.version}"
  type        = "LAMBDA"
  parameters = {
    function = "arn:aws:lambda:eu-central-1:000000000000:function:f${local.version}"
  }
  tags = { version = tostring(local.version) }
}
