locals {
  packages = coalesce(var.functions.packages_directory, "${local.root}/dist/functions")

  package_path = "${local.packages}/process_batch.zip"
  is_packaged  = fileexists(local.package_path)
  package_hash = local.is_packaged ? filebase64sha256(local.package_path) : null

  glue_catalog = "arn:${local.partition}:glue:${local.here}"
}

# With Arrow in it the zip is larger than the 50 MB that Lambda takes directly:
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
resource "aws_s3_object" "process_batch" {
  bucket      = var.pipeline.artifacts_bucket
  key         = "functions/${local.name}/process_batch.zip"
  source      = local.package_path
  source_hash = local.package_hash
  tags        = var.tags

  lifecycle {
    precondition {
      condition     = local.is_packaged
      error_message = "There is no zip at ${local.package_path}. Build it with: make package"
    }
  }
}

module "process_batch" {
  source = "../function"

  name            = "${var.name_prefix}process-batch-by-${var.list}"
  description     = "Takes many small files, one after the other, the whole way that one goes alone."
  handler         = "functions.process_batch.handler.handler"
  package         = { s3 = { bucket = var.pipeline.artifacts_bucket, key = aws_s3_object.process_batch.key, version = aws_s3_object.process_batch.version_id, sha256_base64 = local.package_hash } }
  architecture    = var.functions.architecture
  memory_mb       = var.functions.memory_mb
  timeout_seconds = var.functions.timeout_seconds
  # Four copies of the largest file: as it came, unpacked, as Parquet, and the rows put aside.
  ephemeral_storage_mb = max(512, var.batch.threshold_mb * 4)

  environment = merge(
    {
      LOG_LEVEL               = var.functions.log_level
      POWERTOOLS_SERVICE_NAME = local.name
      PROCESSED_BUCKET        = var.pipeline.processed_bucket
      CLAIMS_TABLE            = var.pipeline.claims_table
      STATE_MACHINE_ARN       = var.pipeline.state_machine_arn
      THRESHOLD_MB            = var.batch.threshold_mb
      ON_CONTRADICTION        = var.batch.on_contradiction
      TOPIC_ARN               = var.pipeline.topic_arn
    },
    { for name in compact([var.pipeline.database_name]) : "CATALOG_DATABASE" => name },
  )

  # The rights of validate_file, process_file, publish_output and quarantine_file, whose work it does.
  policy_statements = merge(
    {
      ReadSource = { actions = ["s3:GetObject", "s3:GetObjectVersion"], resources = ["${local.source_arn}/*"] }
      # Without them S3 answers 403 and not 404 for what is gone or not there yet.
      SeeWhatIsThere = { actions = ["s3:ListBucket"], resources = [local.source_arn, local.processed_arn] }
      SeeVersions    = { actions = ["s3:ListBucketVersions"], resources = [local.source_arn] }
      WriteAttempts = {
        actions   = ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"]
        resources = ["${local.processed_arn}/attempts/*"]
      }
      Publish = { actions = ["s3:GetObject", "s3:PutObject"], resources = ["${local.processed_arn}/processed/*.manifest"] }
      Keep = {
        actions   = ["s3:PutObject", "s3:PutObjectTagging", "s3:AbortMultipartUpload"]
        resources = ["${local.processed_arn}/quarantine/*"]
      }
      Claim = {
        actions   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]
        resources = ["arn:${local.partition}:dynamodb:${local.here}:table/${var.pipeline.claims_table}"]
      }
      # Files over the threshold go their own way.
      StartExecutions = { actions = ["states:StartExecution"], resources = [var.pipeline.state_machine_arn] }
      ReadExecutions = {
        actions   = ["states:DescribeExecution"]
        resources = ["${replace(var.pipeline.state_machine_arn, ":stateMachine:", ":execution:")}:*"]
      }
    },
    # No state machine tells the sender of a file that arrived and is not valid.
    { for sid in ["TellSenders"] : sid => { actions = ["sns:Publish"], resources = [var.pipeline.topic_arn] } if var.arrivals != null },
    {
      for name in compact([var.pipeline.database_name]) : "KeepTables" => {
        actions   = ["glue:GetTable", "glue:CreateTable", "glue:UpdateTable"]
        resources = ["${local.glue_catalog}:catalog", "${local.glue_catalog}:database/${name}", "${local.glue_catalog}:table/${name}/*"]
      }
    },
  )

  log_retention_days       = var.log_retention_days
  permissions_boundary_arn = var.security.permissions_boundary_arn
  kms_key_arn              = var.security.kms_key_arn
  tags                     = var.tags
}

# Files as they arrive, many in one call and without an execution each.
module "arrivals" {
  source = "../event_trigger"
  count  = var.arrivals == null ? 0 : 1

  name        = "${local.name}-arrivals"
  bucket_name = var.pipeline.source_bucket
  filter      = { prefixes = var.arrivals.prefixes, suffixes = var.arrivals.suffixes }
  batch       = { size = var.batch.files, window_seconds = var.arrivals.window_seconds, concurrency = max(2, min(1000, var.batch.concurrency)) }
  kms_key_arn = var.security.kms_key_arn
  tags        = var.tags

  function = {
    name            = module.process_batch.name
    role_name       = module.process_batch.role.name
    timeout_seconds = module.process_batch.timeout_seconds
  }
}
