# What becomes of a file that is not valid, and of an execution that failed.

module "quarantine_file" {
  source = "../function"

  name            = "${var.name_prefix}quarantine-file"
  description     = "Puts an invalid file aside, with the reason beside it."
  handler         = "functions.quarantine_file.handler.handler"
  package         = { path = "${local.packages}/quarantine_file.zip" }
  architecture    = var.functions.architecture
  timeout_seconds = local.longest_function_seconds # A large file is copied inside S3, part by part.
  environment     = merge(local.common_environment, { PROCESSED_BUCKET = module.processed_bucket.name })

  policy_statements = {
    ReadSource = { actions = ["s3:GetObject", "s3:GetObjectVersion"], resources = ["${module.source_bucket.arn}/*"] }
    # Without it S3 answers 403 and not 404 for an object that is gone.
    SeeWhatIsGone = { actions = ["s3:ListBucket"], resources = [module.source_bucket.arn] }
    # A large file goes in parts, and what a failed copy left is given up.
    Keep = {
      actions   = ["s3:PutObject", "s3:PutObjectTagging", "s3:AbortMultipartUpload"]
      resources = ["${module.processed_bucket.arn}/quarantine/*"]
    }
  }

  log_retention_days       = local.log_retention_days
  permissions_boundary_arn = var.security.permissions_boundary_arn
  kms_key_arn              = var.security.kms_key_arn
  tags                     = var.tags
}

# No execution of an Express workflow can be redriven.
module "fail_unless_redriven" {
  source = "../function"
  count  = local.express ? 0 : 1

  name            = "${var.name_prefix}fail-unless-redriven"
  description     = "Ends an execution that failed, and lets one that was redriven go on."
  handler         = "functions.fail_unless_redriven.handler.handler"
  package         = { path = "${local.packages}/fail_unless_redriven.zip" }
  architecture    = var.functions.architecture
  timeout_seconds = 30
  environment     = local.common_environment

  log_retention_days       = local.log_retention_days
  permissions_boundary_arn = var.security.permissions_boundary_arn
  kms_key_arn              = var.security.kms_key_arn
  tags                     = var.tags
}
