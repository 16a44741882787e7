# The pipeline that people rely on: keeps its data when it is destroyed by mistake.

module "pipeline" {
  source = "../../modules/file_pipeline"

  name_prefix   = var.name_prefix
  functions     = { architecture = var.architecture }
  glue          = { max_concurrent_runs = 50 }
  trigger       = var.trigger
  subscriptions = var.subscriptions
  security      = var.security
  retention     = { log_days = 365, noncurrent_version_days = 90 }
}
