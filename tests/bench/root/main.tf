# A file pipeline without Glue, and batches of its files below a prefix.

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
    kms            = var.endpoint_url
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
  trigger       = null
  monitoring    = null
  retention     = null
  force_destroy = true
  sweep         = null
  engine        = "lambda"
  functions     = { architecture = var.architecture }
}

module "batch" {
  source = "../../../modules/batch_pipeline"

  name_prefix = var.name_prefix
  pipeline    = module.pipeline
  batch       = { files = 100, concurrency = 2 }
  functions   = { architecture = var.architecture }
}

output "source_bucket" {
  value = module.pipeline.source_bucket
}

output "batch_arn" {
  value = module.batch.state_machine_arn
}

output "batch_function" {
  value = module.batch.function_names.process_batch
}
