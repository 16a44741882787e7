# A file lands; what is to be done with it fails now and then: Choice, Retry and Catch.

data "aws_caller_identity" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  root       = "${path.module}/../.."
  packages   = coalesce(var.packages_directory, "${local.root}/dist/examples/flaky_pipeline")
  name       = "${var.name_prefix}flaky-pipeline"
  tags       = { project = "flaky-pipeline" }
}

module "source_bucket" {
  source = "../../modules/bucket"

  name         = "${local.name}-source-${local.account_id}-${var.region}"
  event_bridge = true
  # The provider waits a minute until a bucket's lifecycle rules have settled: none for a try.
  retention     = null
  force_destroy = true
  tags          = local.tags
}

module "detect_file_type" {
  source = "../../modules/function"

  name            = "${local.name}-detect-file-type"
  description     = "Says what a file is by the extension of its key."
  package         = { path = "${local.packages}/detect_file_type.zip" }
  handler         = "detect_file_type.handler.handler"
  timeout_seconds = 10
  tags            = local.tags

  permissions_boundary_arn = var.permissions_boundary_arn
}

module "flaky_step" {
  source = "../../modules/function"

  name            = "${local.name}-flaky-step"
  description     = "Fails at random with a given probability."
  package         = { path = "${local.packages}/flaky_step.zip" }
  handler         = "flaky_step.handler.handler"
  timeout_seconds = 10
  tags            = local.tags

  environment = merge(
    { FAILURE_PROBABILITY = tostring(var.failure.probability) },
    { for name in ["FAILURE_SEED"] : name => var.failure.seed if var.failure.seed != null },
  )

  permissions_boundary_arn = var.permissions_boundary_arn
}

module "notifications" {
  source = "../../modules/notifications"

  name          = "${local.name}-notifications"
  subscriptions = var.subscriptions
  tags          = local.tags
}

module "state_machine" {
  source = "../../modules/state_machine"

  name       = local.name
  definition = "${path.module}/flaky.asl.json"
  tags       = local.tags

  substitutions = {
    detect_file_type_arn = module.detect_file_type.arn
    flaky_step_arn       = module.flaky_step.arn
    topic_arn            = module.notifications.topic_arn
  }

  permissions_boundary_arn = var.permissions_boundary_arn
}
