data "aws_partition" "current" {}
data "aws_region" "current" {}
data "aws_caller_identity" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  here       = "${data.aws_region.current.id}:${local.account_id}"
  partition  = data.aws_partition.current.partition
  root       = "${path.module}/../.."

  name              = "${var.name_prefix}batch-by-${var.list}"
  state_machine_arn = "arn:${local.partition}:states:${local.here}:stateMachine:${local.name}"
  source_arn        = "arn:${local.partition}:s3:::${var.pipeline.source_bucket}"
  processed_arn     = "arn:${local.partition}:s3:::${var.pipeline.processed_bucket}"

  # https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
  input_types = { list = "JSONL", inventory = "MANIFEST" }
}

module "state_machine" {
  source = "../state_machine"

  name       = local.name
  definition = "${local.root}/asl/batch-${var.list == "prefix" ? "prefix" : "list"}.asl.json"

  substitutions = {
    list                          = var.list
    input_type                    = lookup(local.input_types, var.list, "-")
    source_bucket                 = var.pipeline.source_bucket
    processed_bucket              = var.pipeline.processed_bucket
    topic_arn                     = var.pipeline.topic_arn
    process_batch_arn             = module.process_batch.arn
    process_batch_timeout_seconds = module.process_batch.timeout_seconds + 15
    files_per_batch               = var.batch.files
    concurrency                   = var.batch.concurrency
    tolerated_failure_percentage  = var.batch.tolerated_failure_percentage
    execution_type                = var.batch.execution_type
    execution_timeout_seconds     = var.timeout_hours * 3600
  }

  # What is read is named by the input, so it cannot be derived from the definition.
  additional_policy_statements = {
    EachBatch = [
      var.list == "prefix" ? {
        actions    = ["s3:ListBucket"]
        resources  = [local.source_arn]
        conditions = {}
        } : {
        actions    = ["s3:GetObject"]
        resources  = [for place in var.lists : "arn:${local.partition}:s3:::${place}"]
        conditions = {}
      },
      {
        actions    = ["s3:PutObject", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:AbortMultipartUpload"]
        resources  = ["${local.processed_arn}/batches/*"]
        conditions = {}
      },
    ]
    CountFiles = [{
      actions    = ["states:DescribeMapRun"]
      resources  = ["${replace(local.state_machine_arn, ":stateMachine:", ":mapRun:")}/EachBatch:*"]
      conditions = {}
    }]
  }

  permissions_boundary_arn = var.security.permissions_boundary_arn
  kms_key_arn              = var.security.kms_key_arn
  logging                  = { retention_days = var.log_retention_days }
  tags                     = var.tags
}
