# A file per month, fetched from a web server into a file pipeline of its own.

locals {
  tags = { project = "monthly-backfill" }
}

module "pipeline" {
  source = "../../modules/file_pipeline"

  name_prefix = var.name_prefix
  # Files come by the backfill alone, which starts what it needs itself.
  trigger = null
  # Twelve months side by side must not wait for each other.
  glue       = { library = var.glue_library, timeout_minutes = 20, max_concurrent_runs = 12 }
  functions  = { packages_directory = var.packages_directory, architecture = var.architecture }
  monitoring = null
  # The provider waits a minute until a bucket's lifecycle rules have settled: none for a try.
  retention     = null
  force_destroy = true
  security      = { permissions_boundary_arn = var.permissions_boundary_arn }
  tags          = local.tags
}

module "backfill" {
  source = "../../modules/backfill_pipeline"

  name_prefix   = var.name_prefix
  pipeline      = module.pipeline
  file          = { url = var.url, checksum_url = var.checksum_url, dataset = "sales" }
  secret        = var.secret_arn == null ? null : { arn = var.secret_arn }
  download      = { part_mb = 5, timeout_seconds = var.download_timeout_seconds, retry_seconds = var.retry_seconds }
  functions     = { packages_directory = var.packages_directory, architecture = var.architecture }
  schedule      = { expression = var.schedule, time_zone = var.time_zone, enabled = var.schedule_enabled }
  timeout_hours = 2
  security      = { permissions_boundary_arn = var.permissions_boundary_arn }
  tags          = local.tags
}
