# A pipeline to try things on: small, verbose, gone without a trace.

module "pipeline" {
  source = "../../modules/file_pipeline"

  name_prefix   = var.name_prefix
  functions     = { architecture = var.architecture, log_level = "DEBUG" }
  trigger       = var.trigger
  subscriptions = var.subscriptions
  security      = var.security
  retention     = { log_days = 7, noncurrent_version_days = 7, source_days = 30 }
  force_destroy = true
}
