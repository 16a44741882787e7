# Who turns a file into Parquet: a Lambda function or a Glue job. See docs/decisions/0010-lambda-engine.md.

locals {
  uses_glue  = var.engine != "lambda"
  express    = var.orchestration.style == "express"
  definition = local.express || local.uses_glue ? var.orchestration.style : "lambda"

  # Three tries of a function and a notification fit into the five minutes of an Express workflow.
  execution_seconds        = local.express ? 290 : var.orchestration.timeout_hours * 3600
  longest_function_seconds = local.express ? 75 : 900

  mebibyte        = 1024 * 1024
  threshold_bytes = var.engine == "glue" ? -1 : floor(var.lambda_engine.threshold_mb * local.mebibyte)
  engine_library  = "${local.packages}/process_file.zip"
  engine_is_built = fileexists(local.engine_library)
  engine_zip_hash = local.engine_is_built ? filebase64sha256(local.engine_library) : null

  engine_substitutions = {
    lambda_threshold_bytes      = local.threshold_bytes
    lambda_threshold_gzip_bytes = local.threshold_bytes < 0 ? -1 : floor(local.threshold_bytes / 8)
    on_contradiction            = var.on_contradiction
  }
}

# With Arrow in it the zip is larger than the 50 MB that Lambda takes directly:
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
resource "aws_s3_object" "process_file" {
  bucket      = module.artifacts_bucket.name
  key         = "functions/process_file.zip"
  source      = local.engine_library
  source_hash = local.engine_zip_hash
  tags        = var.tags

  lifecycle {
    precondition {
      condition     = local.engine_is_built
      error_message = "There is no zip at ${local.engine_library}. Build it with: make package"
    }
  }
}

module "process_file" {
  source = "../function"

  name                 = "${var.name_prefix}process-file"
  description          = "Turns a validated file into Parquet, as the Glue jobs do."
  handler              = "functions.process_file.handler.handler"
  package              = { s3 = { bucket = module.artifacts_bucket.name, key = aws_s3_object.process_file.key, version = aws_s3_object.process_file.version_id, sha256_base64 = local.engine_zip_hash } }
  architecture         = var.functions.architecture
  memory_mb            = var.lambda_engine.memory_mb
  timeout_seconds      = min(var.lambda_engine.timeout_seconds, local.longest_function_seconds)
  ephemeral_storage_mb = 2 * var.lambda_engine.max_file_mb + 512
  environment          = merge(local.common_environment, { PROCESSED_BUCKET = module.processed_bucket.name, MAX_FILE_MB = tostring(var.lambda_engine.max_file_mb) })

  policy_statements = {
    ReadSource = { actions = ["s3:GetObject", "s3:GetObjectVersion"], resources = ["${module.source_bucket.arn}/*"] }
    # Without it S3 answers 403 and not 404 for an object that is gone.
    SeeWhatIsGone = { actions = ["s3:ListBucket"], resources = [module.source_bucket.arn] }
    ReadSchemas   = { actions = ["s3:GetObject"], resources = ["${module.processed_bucket.arn}/attempts/*/schemas/*"] }
    # What it writes is published by publish_output, which alone may write below processed/.
    WriteAttempts  = { actions = ["s3:PutObject", "s3:AbortMultipartUpload"], resources = ["${module.processed_bucket.arn}/attempts/*"] }
    QuarantineRows = { actions = ["s3:PutObject", "s3:AbortMultipartUpload"], resources = ["${module.processed_bucket.arn}/quarantine/*/rows/*"] }
  }

  log_retention_days       = local.log_retention_days
  permissions_boundary_arn = var.security.permissions_boundary_arn
  kms_key_arn              = var.security.kms_key_arn
  tags                     = var.tags
}
