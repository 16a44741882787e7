data "aws_partition" "current" {}
data "aws_region" "current" {}
data "aws_caller_identity" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  here       = "${data.aws_region.current.id}:${local.account_id}"

  spark = var.runtime.type != "pythonshell"

  # https://docs.aws.amazon.com/glue/latest/dg/glue-version-support-policy.html, as of 2026-11-20.
  # support: the last updates; life: after it no job of this version is made or run.
  glue_versions = ["3.0", "4.0", "5.0", "5.1"]
  ended_versions = {
    "0.9" = { support = "2022-06-01", life = "2026-04-01" }
    "1.0" = { support = "2022-09-30", life = "2026-04-01" }
    "2.0" = { support = "2024-01-31", life = "2026-04-01" }
  }

  files    = distinct(concat([var.code.script], var.code.extra_py_files, var.code.extra_jars, var.code.extra_files))
  uploads  = toset([for file in local.files : file if !startswith(file, "s3://")])
  location = { for file in local.files : file => startswith(file, "s3://") ? file : "s3://${var.code.bucket}/${var.code.prefix}/${var.name}/${basename(file)}" }
  missing  = [for file in local.uploads : file if !fileexists(file)]

  arguments = merge(
    length(var.code.extra_py_files) == 0 ? {} : { "--extra-py-files" = join(",", [for file in var.code.extra_py_files : local.location[file]]) },
    length(var.code.extra_jars) == 0 ? {} : { "--extra-jars" = join(",", [for file in var.code.extra_jars : local.location[file]]) },
    length(var.code.extra_files) == 0 ? {} : { "--extra-files" = join(",", [for file in var.code.extra_files : local.location[file]]) },
    var.observability.metrics && local.spark ? { "--enable-metrics" = "true" } : {},
    var.observability.observability_metrics && local.spark ? { "--enable-observability-metrics" = "true" } : {},
    var.observability.insights && local.spark ? { "--enable-job-insights" = "true" } : {},
    var.observability.spark_events != null && local.spark ? { "--enable-spark-ui" = "true", "--spark-event-logs-path" = var.observability.spark_events } : {},
    local.spark ? { "--job-language" = "python" } : {},
    var.runtime.type == "glueetl" ? { "--job-bookmark-option" = "job-bookmark-${var.bookmark}" } : {},
    var.runtime.auto_scaling ? { "--enable-auto-scaling" = "true" } : {},
    var.arguments,
  )
}

resource "aws_s3_object" "file" {
  for_each = { for file in local.uploads : basename(file) => file }

  bucket = var.code.bucket
  key    = "${var.code.prefix}/${var.name}/${each.key}"
  source = each.value
  # Not etag: under a KMS key S3's etag is no hash of the content, and every plan would differ.
  source_hash = contains(local.missing, each.value) ? null : filesha256(each.value)
  tags        = var.tags

  lifecycle {
    precondition {
      condition     = length(local.missing) == 0
      error_message = "There is no file at ${join(", ", local.missing)} for the job ${var.name}. Build the libraries with: make package"
    }
  }
}

resource "aws_glue_job" "this" {
  name        = var.name
  description = var.description
  role_arn    = aws_iam_role.execution.arn
  tags        = var.tags

  glue_version      = local.spark ? var.runtime.glue_version : null
  worker_type       = local.spark ? var.runtime.worker_type : null
  number_of_workers = local.spark ? var.runtime.number_of_workers : null
  max_capacity      = local.spark ? null : var.runtime.max_capacity
  # Only batch jobs have one; to name the standard one of others would show as a change at every plan.
  execution_class = var.runtime.type == "glueetl" ? var.runtime.execution_class : null

  connections            = var.network.connections
  security_configuration = local.security_configuration

  timeout     = var.limits.timeout_minutes
  max_retries = var.limits.max_retries

  default_arguments         = local.arguments
  non_overridable_arguments = var.fixed_arguments

  command {
    name            = var.runtime.type
    script_location = local.location[var.code.script]
    python_version  = coalesce(var.runtime.python_version, local.spark ? "3" : "3.9")
  }

  execution_property {
    max_concurrent_runs = var.limits.max_concurrent_runs
  }

  # A run that starts between the job and its files or rights would fail.
  depends_on = [aws_s3_object.file, aws_iam_role_policy.execution, aws_glue_security_configuration.this]
}
