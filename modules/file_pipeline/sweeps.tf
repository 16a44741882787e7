# What looks after the rest now and then: objects that no event announced, and what attempts have left.
# Both go on from where their last call ended, so that each is bounded in time and cost.

locals {
  # Nothing is missed where nothing starts by itself.
  sweeps_source = var.sweep != null && var.trigger != null
  sweep_seconds = 300

  sweep_functions = merge(
    { for function in module.sweep_source : "sweep_source" => function },
    { for function in module.sweep_attempts : "sweep_attempts" => function },
  )
  # What a schedule could not start, and what a started function could not do: one place to look.
  sweep_dead_letter_queues = merge(
    { for schedule in module.sweep_source_schedule : "sweep_source" => schedule.dead_letter_queue },
    { for schedule in module.sweep_attempts_schedule : "sweep_attempts" => schedule.dead_letter_queue },
  )
  sweep_cursor = { actions = ["dynamodb:GetItem", "dynamodb:PutItem"], resources = [local.claims_table_arn] }
}

# A function needs its schedule's queue and a schedule, due at once, its function: [0] refers to the one
# output, while [*] would wait for the whole module and make a cycle.
module "sweep_source" {
  source = "../function"
  count  = local.sweeps_source ? 1 : 0

  name         = "${var.name_prefix}sweep-source"
  description  = "Starts the executions of object versions that no event announced."
  handler      = "functions.sweep_source.handler.handler"
  package      = { path = "${local.packages}/sweep_source.zip" }
  architecture = var.functions.architecture
  # It waits for the executions of an Express workflow, one by one.
  timeout_seconds = local.express ? 900 : local.sweep_seconds
  async           = { dead_letter_arn = module.sweep_source_schedule[0].dead_letter_queue.arn }

  environment = merge(local.common_environment, local.claims_environment, local.start_environment, {
    SOURCE_BUCKET    = module.source_bucket.name
    PREFIXES         = jsonencode(var.trigger.prefixes)
    SUFFIXES         = jsonencode(var.trigger.suffixes)
    MIN_AGE_SECONDS  = var.sweep.min_age_minutes * 60
    LOOKBACK_SECONDS = var.sweep.lookback_days * 86400
    MAX_OBJECTS      = var.sweep.max_objects
  })

  policy_statements = merge(local.start_statements, {
    ListVersions = { actions = ["s3:ListBucketVersions"], resources = [module.source_bucket.arn] }
    ClaimObjects = {
      actions   = concat(local.claims_statements.execution.actions, ["dynamodb:BatchGetItem"])
      resources = [local.claims_table_arn]
    }
  })

  log_retention_days       = local.log_retention_days
  permissions_boundary_arn = var.security.permissions_boundary_arn
  kms_key_arn              = var.security.kms_key_arn
  tags                     = var.tags
}

module "sweep_source_schedule" {
  source = "../schedule"
  count  = local.sweeps_source ? 1 : 0

  name                     = "${var.name_prefix}sweep-source"
  description              = "Looks for objects that no event announced."
  schedule                 = { expression = "rate(${var.sweep.rate_minutes} minutes)" }
  target                   = { function_arn = module.sweep_source[0].arn }
  retry                    = { attempts = 3, max_age_seconds = 3600 }
  permissions_boundary_arn = var.security.permissions_boundary_arn
  kms_key_arn              = var.security.kms_key_arn
  tags                     = var.tags
}

module "sweep_attempts" {
  source = "../function"
  count  = var.sweep == null ? 0 : 1

  name            = "${var.name_prefix}sweep-attempts"
  description     = "Removes what attempts wrote that is old and published nowhere."
  handler         = "functions.sweep_attempts.handler.handler"
  package         = { path = "${local.packages}/sweep_attempts.zip" }
  architecture    = var.functions.architecture
  timeout_seconds = local.sweep_seconds
  async           = { dead_letter_arn = module.sweep_attempts_schedule[0].dead_letter_queue.arn }

  environment = merge(local.common_environment, local.claims_environment, {
    PROCESSED_BUCKET = module.processed_bucket.name
    ATTEMPT_SECONDS  = var.sweep.attempts_hours * 3600
    MAX_OBJECTS      = var.sweep.max_objects
  })

  policy_statements = {
    # Attempts, and the versions of manifests that lately named some.
    ListAttempts   = { actions = ["s3:ListBucket", "s3:ListBucketVersions"], resources = [module.processed_bucket.arn] }
    ReadManifests  = { actions = ["s3:GetObject", "s3:GetObjectVersion"], resources = ["${module.processed_bucket.arn}/processed/*.manifest"] }
    RemoveAttempts = { actions = ["s3:DeleteObject"], resources = ["${module.processed_bucket.arn}/attempts/*"] }
    KeepCursor     = local.sweep_cursor
  }

  log_retention_days       = local.log_retention_days
  permissions_boundary_arn = var.security.permissions_boundary_arn
  kms_key_arn              = var.security.kms_key_arn
  tags                     = var.tags
}

module "sweep_attempts_schedule" {
  source = "../schedule"
  count  = var.sweep == null ? 0 : 1

  name                     = "${var.name_prefix}sweep-attempts"
  description              = "Looks for what attempts have left."
  schedule                 = { expression = "rate(${var.sweep.rate_minutes} minutes)" }
  target                   = { function_arn = module.sweep_attempts[0].arn }
  retry                    = { attempts = 3, max_age_seconds = 3600 }
  permissions_boundary_arn = var.security.permissions_boundary_arn
  kms_key_arn              = var.security.kms_key_arn
  tags                     = var.tags
}
