# One module call per function, so that a state of the definition, a folder in functions/ and a call
# here have the same name, and each function's rights stand beside it.

locals {
  packages = coalesce(var.functions.packages_directory, "${local.root}/dist/functions")

  common_environment = {
    LOG_LEVEL               = var.functions.log_level
    POWERTOOLS_SERVICE_NAME = local.name
  }

  # The polling variant's functions exist only there.
  polls = local.definition == "polling"

  functions = merge(
    {
      trigger_pipeline  = module.trigger_pipeline
      validate_file     = module.validate_file
      process_file      = module.process_file
      publish_output    = module.publish_output
      quarantine_file   = module.quarantine_file
      send_notification = module.send_notification
    },
    { for function in module.fail_unless_redriven : "fail_unless_redriven" => function },
    { for function in module.start_glue_job : "start_glue_job" => function },
    { for function in module.check_job_status : "check_job_status" => function },
    local.sweep_functions,
  )

  # <folder>_arn, and <folder>_timeout_seconds: a state waits a little longer than its function, so
  # that the function's own error is the one heard.
  function_substitutions = merge(
    { for name, function in local.functions : "${name}_arn" => function.arn },
    { for name, function in local.functions : "${name}_timeout_seconds" => function.timeout_seconds + 30 },
  )
}

module "trigger_pipeline" {
  source = "../function"

  name            = "${var.name_prefix}trigger-pipeline"
  description     = "Starts one execution of the pipeline for each new object version."
  handler         = "functions.trigger_pipeline.handler.handler"
  package         = { path = "${local.packages}/trigger_pipeline.zip" }
  architecture    = var.functions.architecture
  timeout_seconds = local.express ? local.express_start_seconds : 30
  environment     = merge(local.common_environment, local.claims_environment, local.start_environment)

  policy_statements = merge(local.start_statements, {
    # To tell a key that holds an escape such as %20 from one that was URL-encoded on the way.
    SeeObjects   = { actions = ["s3:GetObject", "s3:GetObjectVersion"], resources = ["${module.source_bucket.arn}/*"] }
    ClaimObjects = local.claims_statements.execution
  })

  log_retention_days       = local.log_retention_days
  permissions_boundary_arn = var.security.permissions_boundary_arn
  kms_key_arn              = var.security.kms_key_arn
  tags                     = var.tags
}

module "validate_file" {
  source = "../function"

  name            = "${var.name_prefix}validate-file"
  description     = "Reads a file once and says whether it is valid, and what is in it."
  handler         = "functions.validate_file.handler.handler"
  package         = { path = "${local.packages}/validate_file.zip" }
  architecture    = var.functions.architecture
  memory_mb       = var.functions.validation_memory_mb
  timeout_seconds = min(var.functions.validation_timeout_seconds, local.longest_function_seconds)
  environment = merge(local.common_environment, {
    PROCESSED_BUCKET = module.processed_bucket.name
    MIN_WORKERS      = tostring(var.glue.number_of_workers)
    MAX_WORKERS      = tostring(var.glue.max_workers)
    BYTES_PER_WORKER = tostring(var.glue.mb_per_worker * local.mebibyte)
  })

  policy_statements = {
    ReadSource = { actions = ["s3:GetObject", "s3:GetObjectVersion"], resources = ["${module.source_bucket.arn}/*"] }
    # Without it S3 answers 403 and not 404 for an object that is gone.
    SeeWhatIsGone = { actions = ["s3:ListBucket"], resources = [module.source_bucket.arn] }
    # Where a schema goes that is too long for a state's input.
    KeepSchemas = { actions = ["s3:PutObject"], resources = ["${module.processed_bucket.arn}/attempts/*/schemas/*.json"] }
  }

  log_retention_days       = local.log_retention_days
  permissions_boundary_arn = var.security.permissions_boundary_arn
  kms_key_arn              = var.security.kms_key_arn
  tags                     = var.tags
}

module "send_notification" {
  source = "../function"

  name            = "${var.name_prefix}send-notification"
  description     = "Words what became of a file, and publishes it."
  handler         = "functions.send_notification.handler.handler"
  package         = { path = "${local.packages}/send_notification.zip" }
  architecture    = var.functions.architecture
  timeout_seconds = 30
  environment     = merge(local.common_environment, local.claims_environment, { TOPIC_ARN = module.notifications.topic_arn })
  # Events of executions' ends come asynchronously; a state of the definition waits for its answer.
  async = { max_age_seconds = 21600, dead_letter_arn = module.send_notification_dead_letters.arn }

  policy_statements = {
    Publish        = { actions = ["sns:Publish"], resources = [module.notifications.topic_arn] }
    NoteWhatIsSent = { actions = ["dynamodb:PutItem", "dynamodb:UpdateItem"], resources = [local.claims_table_arn] }
  }

  log_retention_days       = local.log_retention_days
  permissions_boundary_arn = var.security.permissions_boundary_arn
  kms_key_arn              = var.security.kms_key_arn
  tags                     = var.tags
}

module "start_glue_job" {
  source = "../function"
  count  = local.polls ? 1 : 0

  name            = "${var.name_prefix}start-glue-job"
  description     = "Starts a Glue job and does not wait for its end."
  handler         = "functions.start_glue_job.handler.handler"
  package         = { path = "${local.packages}/start_glue_job.zip" }
  architecture    = var.functions.architecture
  timeout_seconds = 30
  environment     = local.common_environment

  policy_statements = {
    StartJobs = { actions = ["glue:StartJobRun"], resources = [for job in local.glue_jobs : job.arn] }
  }

  log_retention_days       = local.log_retention_days
  permissions_boundary_arn = var.security.permissions_boundary_arn
  kms_key_arn              = var.security.kms_key_arn
  tags                     = var.tags
}

module "check_job_status" {
  source = "../function"
  count  = local.polls ? 1 : 0

  name            = "${var.name_prefix}check-job-status"
  description     = "Looks once at a Glue job run."
  handler         = "functions.check_job_status.handler.handler"
  package         = { path = "${local.packages}/check_job_status.zip" }
  architecture    = var.functions.architecture
  timeout_seconds = 30
  environment     = local.common_environment

  policy_statements = {
    ReadRuns = { actions = ["glue:GetJobRun"], resources = [for job in local.glue_jobs : job.arn] }
  }

  log_retention_days       = local.log_retention_days
  permissions_boundary_arn = var.security.permissions_boundary_arn
  kms_key_arn              = var.security.kms_key_arn
  tags                     = var.tags
}
