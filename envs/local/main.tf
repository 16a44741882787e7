# The pipeline on a local AWS: python -m local_aws start, then make apply.

module "encryption_key" {
  source = "../../modules/encryption_key"
  count  = var.encryption_key_alias == null ? 0 : 1

  alias         = var.encryption_key_alias
  deletion_days = 7
}

module "pipeline" {
  source = "../../modules/file_pipeline"

  name_prefix   = var.name_prefix
  orchestration = { style = var.orchestration, poll_seconds = 1, timeout_hours = 2 }
  engine        = var.engine
  functions     = { packages_directory = var.packages_directory, architecture = var.architecture, log_level = var.log_level }
  glue          = { library = var.glue_library, timeout_minutes = 20 }
  subscriptions = var.subscriptions
  catalog       = {}
  security      = { kms_key_arn = one(module.encryption_key[*].arn) }

  # The provider waits about a minute until a bucket's lifecycle rules have settled on AWS, and does
  # so here too. What lies in this AWS is gone with it, so it needs no rules.
  retention     = null
  force_destroy = true
  tags          = { environment = "local", project = "aws-data-pipelines" }
}
