# The pipeline as the fault tests apply it: every wait that a person would sit through is short.

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

variable "name_prefix" {
  description = "What all names begin with."
  type        = string
}

variable "architecture" {
  description = "Processor that the zips were built for."
  type        = string
}

variable "style" {
  description = "How the state machine works: sync or express."
  type        = string
}

provider "aws" {
  region                      = "us-east-1"
  access_key                  = "test"
  secret_key                  = "test"
  s3_use_path_style           = true
  skip_credentials_validation = true
  skip_metadata_api_check     = true

  endpoints {
    cloudwatch     = var.endpoint_url
    cloudwatchlogs = var.endpoint_url
    dynamodb       = var.endpoint_url
    events         = var.endpoint_url
    glue           = var.endpoint_url
    iam            = var.endpoint_url
    lambda         = var.endpoint_url
    s3             = var.endpoint_url
    s3control      = var.endpoint_url
    scheduler      = var.endpoint_url
    sfn            = var.endpoint_url
    sns            = var.endpoint_url
    sqs            = var.endpoint_url
    sts            = var.endpoint_url
  }
}

module "pipeline" {
  source = "../../../modules/file_pipeline"

  name_prefix   = var.name_prefix
  orchestration = { style = var.style, timeout_hours = 1 }
  engine        = var.style == "express" ? "lambda" : "auto"
  functions     = { architecture = var.architecture, validation_timeout_seconds = 30 }
  glue          = { timeout_minutes = 20 }
  monitoring    = null
  retention     = null
  # Up to about a kilobyte for Lambda, so that few rows more choose Glue.
  lambda_engine = { threshold_mb = 0.001 }
  # Ticks when a test invokes it.
  sweep         = { rate_minutes = 10000 }
  force_destroy = true
}

output "pipeline" {
  description = "The outputs of the module."
  value       = module.pipeline
}
