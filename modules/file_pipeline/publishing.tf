# What makes an attempt's files visible to readers. Nothing else may write below processed/: that,
# and not a convention, is why nobody sees an attempt that failed, is under way or came too late.

module "publish_output" {
  source = "../function"

  name            = "${var.name_prefix}publish-output"
  description     = "Makes what one attempt wrote the published state of its file, unless a newer version is published."
  handler         = "functions.publish_output.handler.handler"
  package         = { path = "${local.packages}/publish_output.zip" }
  architecture    = var.functions.architecture
  timeout_seconds = 60
  environment = merge(
    local.common_environment,
    { PROCESSED_BUCKET = module.processed_bucket.name },
    { for name in ["CATALOG_DATABASE"] : name => one(module.catalog[*].database_name) if var.catalog != null },
  )

  policy_statements = merge(local.catalog_statements, {
    ReadAttempts = { actions = ["s3:GetObject"], resources = ["${module.processed_bucket.arn}/attempts/*/_result.json"] }
    Publish      = { actions = ["s3:GetObject", "s3:PutObject"], resources = ["${module.processed_bucket.arn}/processed/*.manifest"] }
    # Also so that S3 answers 404, and not 403, where nothing is published yet. A condition on the
    # prefix would undo that: reading an object has none.
    SeeWhatIsThere = { actions = ["s3:ListBucket"], resources = [module.processed_bucket.arn] }
    # The order of versions, where no event told it.
    SeeVersions = { actions = ["s3:ListBucketVersions"], resources = [module.source_bucket.arn] }
  })

  log_retention_days       = local.log_retention_days
  permissions_boundary_arn = var.security.permissions_boundary_arn
  kms_key_arn              = var.security.kms_key_arn
  tags                     = var.tags
}
