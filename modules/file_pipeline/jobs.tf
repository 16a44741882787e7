locals {
  scripts = "${local.root}/glue_scripts"
  library = coalesce(var.glue.library, "${local.root}/dist/glue_scripts/pipeline_spark.zip")

  # None where the engine is lambda.
  glue_jobs = merge(
    { for job in module.process_csv_data : "process_csv_data" => job },
    { for job in module.process_json_data : "process_json_data" => job },
    { for job in module.process_parquet_data : "process_parquet_data" => job },
  )
  job_substitutions = merge(
    { for name, job in local.glue_jobs : "${name}_job" => job.name },
    { worker_type = var.glue.worker_type },
  )

  job_runtime = {
    glue_version      = var.glue.glue_version
    worker_type       = var.glue.worker_type
    number_of_workers = var.glue.number_of_workers
    execution_class   = var.glue.execution_class
  }
  job_arguments = length(var.glue.partition_by) == 0 ? {} : { "--partition_by" = join(",", var.glue.partition_by) }
  # Step Functions retries, not Glue: a state that waits for a run does not see Glue's own attempts.
  job_limits = {
    timeout_minutes     = var.glue.timeout_minutes
    max_retries         = 0
    max_concurrent_runs = var.glue.max_concurrent_runs
  }
  job_reads = ["s3://${module.source_bucket.name}/"]
  # What a run writes is published by publish_output, which alone may write below processed/.
  job_writes = ["s3://${module.processed_bucket.name}/attempts/", "s3://${module.processed_bucket.name}/quarantine/"]
}

module "process_csv_data" {
  source = "../glue_job"
  count  = local.uses_glue ? 1 : 0

  name        = "${var.name_prefix}process-csv-data"
  description = "Turns a validated CSV file into Parquet."
  code        = { script = "${local.scripts}/process_csv_data.py", extra_py_files = [local.library], bucket = module.artifacts_bucket.name }
  runtime     = local.job_runtime
  limits      = local.job_limits
  arguments   = local.job_arguments
  reads       = local.job_reads
  writes      = local.job_writes

  permissions_boundary_arn = var.security.permissions_boundary_arn
  kms_key_arn              = var.security.kms_key_arn
  tags                     = var.tags
}

module "process_json_data" {
  source = "../glue_job"
  count  = local.uses_glue ? 1 : 0

  name        = "${var.name_prefix}process-json-data"
  description = "Turns a validated JSON file (array, single object or JSON Lines) into Parquet."
  code        = { script = "${local.scripts}/process_json_data.py", extra_py_files = [local.library], bucket = module.artifacts_bucket.name }
  runtime     = local.job_runtime
  limits      = local.job_limits
  arguments   = local.job_arguments
  reads       = local.job_reads
  writes      = local.job_writes

  permissions_boundary_arn = var.security.permissions_boundary_arn
  kms_key_arn              = var.security.kms_key_arn
  tags                     = var.tags
}

module "process_parquet_data" {
  source = "../glue_job"
  count  = local.uses_glue ? 1 : 0

  name        = "${var.name_prefix}process-parquet-data"
  description = "Takes a validated Parquet file over into the layout of the other files."
  code        = { script = "${local.scripts}/process_parquet_data.py", extra_py_files = [local.library], bucket = module.artifacts_bucket.name }
  runtime     = local.job_runtime
  limits      = local.job_limits
  arguments   = local.job_arguments
  reads       = local.job_reads
  writes      = local.job_writes

  permissions_boundary_arn = var.security.permissions_boundary_arn
  kms_key_arn              = var.security.kms_key_arn
  tags                     = var.tags
}
