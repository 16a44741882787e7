data "aws_partition" "current" {}
data "aws_region" "current" {}
data "aws_caller_identity" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  region     = data.aws_region.current.id
  here       = "${local.region}:${local.account_id}"
  partition  = data.aws_partition.current.partition
  root       = "${path.module}/../.."

  name               = "${var.name_prefix}data-processing-pipeline"
  topic_name         = "${var.name_prefix}pipeline-notifications"
  state_machine_arn  = "arn:${local.partition}:states:${local.here}:stateMachine:${local.name}"
  log_retention_days = var.retention == null ? 30 : var.retention.log_days
}

module "source_bucket" {
  source = "../bucket"

  name          = "${var.name_prefix}pipeline-source-${local.account_id}-${local.region}"
  event_bridge  = true
  kms_key_arn   = var.security.kms_key_arn
  force_destroy = var.force_destroy
  tags          = var.tags
  retention = var.retention == null ? null : {
    noncurrent_version_days = var.retention.noncurrent_version_days
    expiration_days         = var.retention.source_days == null ? {} : { "" = var.retention.source_days }
  }
}

module "processed_bucket" {
  source = "../bucket"

  name          = "${var.name_prefix}pipeline-processed-${local.account_id}-${local.region}"
  kms_key_arn   = var.security.kms_key_arn
  force_destroy = var.force_destroy
  tags          = var.tags
  retention     = var.retention == null ? null : { noncurrent_version_days = var.retention.noncurrent_version_days }
}

module "artifacts_bucket" {
  source = "../bucket"

  name          = "${var.name_prefix}pipeline-artifacts-${local.account_id}-${local.region}"
  kms_key_arn   = var.security.kms_key_arn
  force_destroy = var.force_destroy
  tags          = var.tags
  retention     = var.retention == null ? null : { noncurrent_version_days = var.retention.noncurrent_version_days }
}

module "notifications" {
  source = "../notifications"

  name          = local.topic_name
  display_name  = "Data pipeline"
  subscriptions = var.subscriptions
  kms_key_arn   = var.security.kms_key_arn
  tags          = var.tags

  publishers = var.monitoring == null ? {} : {
    Alarms = {
      service     = "cloudwatch.amazonaws.com"
      source_arns = ["arn:${local.partition}:cloudwatch:${local.here}:alarm:${local.name}-*"]
    }
  }
}

module "state_machine" {
  source = "../state_machine"

  name          = local.name
  type          = local.state_machine_type
  definition    = "${local.root}/asl/data-processing-pipeline.${local.definition}.asl.json"
  substitutions = merge(local.function_substitutions, local.job_substitutions, local.engine_substitutions, local.timeout_substitutions, { topic_arn = module.notifications.topic_arn })

  permissions_boundary_arn = var.security.permissions_boundary_arn
  kms_key_arn              = var.security.kms_key_arn
  # An Express workflow keeps no history: what its executions did stands in their log alone.
  logging = { retention_days = local.log_retention_days, level = local.express ? "ALL" : "ERROR" }
  tags    = var.tags
}

locals {
  timeout_substitutions = {
    execution_timeout_seconds = local.execution_seconds
    poll_seconds              = var.orchestration.poll_seconds
    # Glue ends a run at its own timeout; the state waits a little longer, so that Glue's word is the one heard.
    job_timeout_seconds = var.glue.timeout_minutes * 60 + 900
  }
}

module "event_trigger" {
  source = "../event_trigger"
  count  = var.trigger == null ? 0 : 1

  name        = "${var.name_prefix}pipeline-new-files"
  bucket_name = module.source_bucket.name
  filter      = { prefixes = var.trigger.prefixes, suffixes = var.trigger.suffixes }
  batch       = { size = var.trigger.batch_size, concurrency = var.trigger.concurrency, window_seconds = var.trigger.batch_size > 10 ? 5 : 0 }
  kms_key_arn = var.security.kms_key_arn
  tags        = var.tags

  function = {
    name            = module.trigger_pipeline.name
    role_name       = module.trigger_pipeline.role.name
    timeout_seconds = module.trigger_pipeline.timeout_seconds
  }
}

module "monitoring" {
  source = "../monitoring"
  count  = var.monitoring == null ? 0 : 1

  name               = local.name
  topic_arn          = module.notifications.topic_arn
  functions          = { for name, function in local.functions : name => function.name }
  state_machines     = { pipeline = module.state_machine.arn }
  glue_jobs          = { for name, job in local.glue_jobs : name => job.name }
  thresholds         = var.monitoring
  log_retention_days = local.log_retention_days
  kms_key_arn        = var.security.kms_key_arn
  tags               = var.tags

  queues = merge(
    { for trigger in module.event_trigger : "new-files" => { name = trigger.queue.name, dead_letter_name = trigger.dead_letter_queue.name } },
    { for function, queue in local.dead_letter_queues : replace(function, "_", "-") => { dead_letter_name = queue.name } if function != "trigger_pipeline" },
  )
}
