data "aws_partition" "current" {}
data "aws_region" "current" {}
data "aws_caller_identity" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  # .id and not .name: the latter is deprecated from version 6 of the provider on.
  region = data.aws_region.current.id

  # Built from the names, so that policies are readable in a plan before anything exists.
  function_arn  = "arn:${local.partition}:lambda:${local.region}:${local.account_id}:function:${var.name}"
  log_group     = "/aws/lambda/${var.name}"
  log_group_arn = "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:${local.log_group}"

  package_exists = var.package.path == null ? true : fileexists(var.package.path)
}

resource "aws_cloudwatch_log_group" "this" {
  # checkov:skip=CKV_AWS_338:How long logs are kept is for the root to say (log_retention_days).

  name              = local.log_group
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
  tags              = var.tags
}

resource "aws_lambda_function" "this" {
  # checkov:skip=CKV_AWS_117:The functions call AWS's own endpoints only; a VPC would add a way out and reach nothing private.
  # checkov:skip=CKV_AWS_272:The zip comes from the same checkout as this plan, which knows its hash; there is no second party whose signature could be checked.

  function_name = var.name
  description   = var.description
  role          = aws_iam_role.execution.arn

  filename          = var.package.path
  source_code_hash  = var.package.path != null ? (local.package_exists ? filebase64sha256(var.package.path) : null) : try(var.package.s3.sha256_base64, null)
  s3_bucket         = try(var.package.s3.bucket, null)
  s3_key            = try(var.package.s3.key, null)
  s3_object_version = try(var.package.s3.version, null)

  handler       = var.handler
  runtime       = var.runtime
  architectures = [var.architecture]
  layers        = var.layers

  memory_size                    = var.memory_mb
  timeout                        = var.timeout_seconds
  reserved_concurrent_executions = var.reserved_concurrency
  kms_key_arn                    = var.kms_key_arn
  tags                           = var.tags

  ephemeral_storage {
    size = var.ephemeral_storage_mb
  }

  tracing_config {
    mode = var.tracing
  }

  dynamic "environment" {
    for_each = length(var.environment) > 0 ? [var.environment] : []

    content {
      variables = environment.value
    }
  }

  dynamic "dead_letter_config" {
    for_each = var.async == null ? [] : compact([var.async.dead_letter_arn])

    content {
      target_arn = dead_letter_config.value
    }
  }

  # Without these Lambda makes a log group that is never emptied, or starts without its rights.
  depends_on = [aws_cloudwatch_log_group.this, aws_iam_role_policy.execution]

  lifecycle {
    precondition {
      condition     = local.package_exists
      error_message = "There is no zip at ${coalesce(var.package.path, "-")} for the function ${var.name}. Build it with: make package"
    }
  }
}

resource "aws_lambda_function_event_invoke_config" "this" {
  count = var.async == null ? 0 : 1

  function_name                = aws_lambda_function.this.function_name
  maximum_retry_attempts       = var.async.max_retries
  maximum_event_age_in_seconds = var.async.max_age_seconds
}
