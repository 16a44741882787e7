locals {
  packages = coalesce(var.functions.packages_directory, "${local.root}/dist/functions")

  common_environment = {
    LOG_LEVEL               = var.functions.log_level
    POWERTOOLS_SERVICE_NAME = local.name
  }

  functions = { plan_month = module.plan_month, download_file = module.download_file }
}

module "plan_month" {
  source = "../function"

  name            = "${var.name_prefix}plan-month"
  description     = "Works out which month a run is about, what it fetches, and whether that is done."
  handler         = "functions.plan_month.handler.handler"
  package         = { path = "${local.packages}/plan_month.zip" }
  architecture    = var.functions.architecture
  timeout_seconds = 30

  environment = merge(local.common_environment, { for url in compact([var.file.checksum_url]) : "CHECKSUM_URL" => url }, {
    URL              = var.file.url
    DATASET          = var.file.dataset
    SOURCE_BUCKET    = var.pipeline.source_bucket
    PROCESSED_BUCKET = var.pipeline.processed_bucket
    TIME_ZONE        = try(var.schedule.time_zone, "UTC")
    MONTHS_BACK      = try(var.schedule.months_back, 1)
  })

  policy_statements = {
    SeeManifests = { actions = ["s3:GetObject"], resources = ["${local.bucket_arns.processed_bucket}/processed/${var.file.dataset}/*"] }
    # Without it S3 answers 403 and not 404 for a manifest that is not there; a condition on the
    # prefix would not do, for the question about one object has none.
    SeeWhatIsMissing = { actions = ["s3:ListBucket"], resources = [local.bucket_arns.processed_bucket] }
  }

  log_retention_days       = var.log_retention_days
  permissions_boundary_arn = var.security.permissions_boundary_arn
  kms_key_arn              = var.security.kms_key_arn
  tags                     = var.tags
}

module "download_file" {
  source = "../function"

  name            = "${var.name_prefix}download-file"
  description     = "Brings a file from a web server into S3, and goes on where an earlier try stopped."
  handler         = "functions.download_file.handler.handler"
  package         = { path = "${local.packages}/download_file.zip" }
  architecture    = var.functions.architecture
  memory_mb       = var.download.memory_mb
  timeout_seconds = var.download.timeout_seconds

  environment = merge(
    local.common_environment,
    {
      ALLOW_HTTP   = tostring(startswith(var.file.url, "http://"))
      PART_MB      = var.download.part_mb
      IDLE_SECONDS = var.download.idle_seconds
      # The last part has to be stored before Lambda ends the call.
      MARGIN_SECONDS = min(60, ceil(var.download.timeout_seconds / 3))
    },
    var.secret == null ? {} : { SECRET_ARN = var.secret.arn, SECRET_HEADER = var.secret.header },
  )

  policy_statements = merge(
    {
      StoreFiles = {
        actions   = ["s3:PutObject", "s3:GetObject", "s3:GetObjectVersion", "s3:ListMultipartUploadParts", "s3:AbortMultipartUpload"]
        resources = ["${local.bucket_arns.source_bucket}/${var.file.dataset}/*"]
      }
      # What does not fit its checksum must not stay.
      RemoveWrongFiles = {
        actions   = ["s3:DeleteObjectVersion"]
        resources = ["${local.bucket_arns.source_bucket}/${var.file.dataset}/*"]
      }
      KeepRecords = {
        actions   = ["s3:PutObject", "s3:GetObject", "s3:DeleteObject"]
        resources = ["${local.bucket_arns.source_bucket}/_downloads/${var.file.dataset}/*"]
      }
      # Without it S3 answers 403 and not 404 for an object that is not there.
      SeeWhatIsMissing = { actions = ["s3:ListBucket"], resources = [local.bucket_arns.source_bucket] }
    },
    var.secret == null ? {} : {
      ReadSecret = { actions = ["secretsmanager:GetSecretValue"], resources = [var.secret.arn] }
    },
    try(var.secret.kms_key_arn, null) == null ? {} : {
      DecryptSecret = {
        actions   = ["kms:Decrypt"]
        resources = [var.secret.kms_key_arn]
        conditions = { StringEquals = {
          "kms:ViaService" = ["secretsmanager.${data.aws_region.current.id}.${data.aws_partition.current.dns_suffix}"]
        } }
      }
    },
  )

  log_retention_days       = var.log_retention_days
  permissions_boundary_arn = var.security.permissions_boundary_arn
  kms_key_arn              = var.security.kms_key_arn
  tags                     = var.tags
}
