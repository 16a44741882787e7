# A file pipeline, and batches of its files by a prefix and by an S3 inventory.

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
  source = "../../../../modules/file_pipeline"

  name_prefix   = var.name_prefix
  trigger       = null
  monitoring    = null
  retention     = null
  force_destroy = true
  sweep         = null
  # Without Glue: what a batch finds too large goes by the function for single files.
  engine    = "lambda"
  functions = { architecture = var.architecture }
}

module "by_prefix" {
  source = "../../../../modules/batch_pipeline"

  name_prefix = var.name_prefix
  pipeline    = module.pipeline
  batch       = { files = 5, concurrency = 2, threshold_mb = 1 }
  arrivals    = { prefixes = ["sensors/"], window_seconds = 1 }
  functions   = { architecture = var.architecture }
}

module "by_inventory" {
  source = "../../../../modules/batch_pipeline"

  name_prefix = var.name_prefix
  list        = "inventory"
  lists       = ["${module.pipeline.artifacts_bucket}/inventory/*"]
  pipeline    = module.pipeline
  # A batch whose one file fails is a batch of one here: half of two files may fail.
  batch     = { files = 1, concurrency = 2, tolerated_failure_percentage = 50, execution_type = "STANDARD" }
  functions = { architecture = var.architecture }
}

output "source_bucket" {
  value = module.pipeline.source_bucket
}

output "processed_bucket" {
  value = module.pipeline.processed_bucket
}

output "artifacts_bucket" {
  value = module.pipeline.artifacts_bucket
}

output "topic_arn" {
  value = module.pipeline.topic_arn
}

output "pipeline_arn" {
  value = module.pipeline.state_machine_arn
}

output "by_prefix" {
  value = module.by_prefix.state_machine_arn
}

output "by_inventory" {
  value = module.by_inventory.state_machine_arn
}

output "arrivals" {
  value = module.by_prefix.arrivals
}
