data "aws_partition" "current" {}
data "aws_region" "current" {}
data "aws_caller_identity" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  here       = "${data.aws_region.current.id}:${local.account_id}"
  partition  = data.aws_partition.current.partition
  root       = "${path.module}/../.."

  name              = "${var.name_prefix}monthly-backfill"
  state_machine_arn = "arn:${local.partition}:states:${local.here}:stateMachine:${local.name}"
  bucket_arns       = { for name in ["source_bucket", "processed_bucket"] : name => "arn:${local.partition}:s3:::${var.pipeline[name]}" }
}

module "state_machine" {
  source = "../state_machine"

  name       = local.name
  definition = "${local.root}/asl/monthly-backfill.asl.json"

  substitutions = {
    plan_month_arn                = module.plan_month.arn
    plan_month_timeout_seconds    = module.plan_month.timeout_seconds + 30
    download_file_arn             = module.download_file.arn
    download_file_timeout_seconds = module.download_file.timeout_seconds + 30
    download_retries              = var.download.retries
    download_retry_seconds        = var.download.retry_seconds
    pipeline_arn                  = var.pipeline.state_machine_arn
    process_timeout_seconds       = var.timeout_hours * 3600
    execution_timeout_seconds     = var.timeout_hours * 3600
    topic_arn                     = var.pipeline.topic_arn
  }

  permissions_boundary_arn = var.security.permissions_boundary_arn
  kms_key_arn              = var.security.kms_key_arn
  logging                  = { retention_days = var.log_retention_days }
  tags                     = var.tags
}

module "schedule" {
  source = "../schedule"
  count  = var.schedule == null ? 0 : 1

  name        = local.name
  description = "Fetches the month that lies ${var.schedule.months_back} before."
  enabled     = var.schedule.enabled
  target      = { state_machine_arn = module.state_machine.arn }
  input       = jsonencode({ scheduled_time = "<aws.scheduler.scheduled-time>" })

  schedule = {
    expression     = var.schedule.expression
    time_zone      = var.schedule.time_zone
    window_minutes = var.schedule.window_minutes
  }

  permissions_boundary_arn = var.security.permissions_boundary_arn
  kms_key_arn              = var.security.kms_key_arn
  tags                     = var.tags
}
