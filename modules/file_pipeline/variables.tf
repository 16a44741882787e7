variable "name_prefix" {
  description = "What all names begin with, for example \"orders-dev-\". Empty when there is one pipeline in the account and region."
  type        = string
  default     = ""
  nullable    = false

  validation {
    # "pipeline-artifacts-" with account and the longest region leaves 17 of a bucket's 63 characters.
    condition     = can(regex("^([a-z][a-z0-9-]{0,15}-)?$", var.name_prefix))
    error_message = "name_prefix is empty, or has 2 to 17 of a-z, 0-9 and '-', begins with a letter and ends with '-': it becomes part of bucket names."
  }
}

variable "orchestration" {
  description = "How the state machine waits for a Glue job: style sync (Step Functions waits) or polling (a loop of states looks every poll_seconds). Executions end after timeout_hours whatever happens. For many small files there is style express, with engine lambda: an Express workflow, without state transitions to pay for, in which a file has 290 seconds and each function 75 of them at most."
  type = object({
    style         = optional(string, "sync")
    poll_seconds  = optional(number, 30)
    timeout_hours = optional(number, 24)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["sync", "polling", "express"], var.orchestration.style)
    error_message = "orchestration.style is sync, polling or express."
  }

  validation {
    # An Express workflow ends after five minutes, and cannot wait for a job (.sync).
    # https://docs.aws.amazon.com/step-functions/latest/dg/concepts-standard-vs-express.html
    condition     = var.orchestration.style != "express" || var.engine == "lambda"
    error_message = "orchestration.style express needs engine = \"lambda\": an Express workflow cannot wait for Glue."
  }

  validation {
    condition     = var.orchestration.style != "express" || try(var.trigger.batch_size, 1) <= 10
    error_message = "With orchestration.style express trigger.batch_size is 10 at most: one call waits for the executions of its whole batch. Raise trigger.concurrency instead."
  }

  validation {
    condition     = var.orchestration.poll_seconds >= 1 && floor(var.orchestration.poll_seconds) == var.orchestration.poll_seconds
    error_message = "orchestration.poll_seconds is a whole number of seconds, 1 or more."
  }

  validation {
    # Each look adds about a dozen events to the execution's history, which holds 25,000.
    condition     = var.orchestration.style != "polling" || var.glue.timeout_minutes * 60 / var.orchestration.poll_seconds <= 1800
    error_message = "A job of glue.timeout_minutes would be looked at more than 1,800 times, and the execution's history would overflow. Raise orchestration.poll_seconds, lower glue.timeout_minutes, or use style sync."
  }

  validation {
    condition     = var.orchestration.timeout_hours * 60 > var.glue.timeout_minutes
    error_message = "orchestration.timeout_hours must be longer than glue.timeout_minutes, or a running job would be cut off without a notification."
  }
}

variable "functions" {
  description = "The Lambda functions' zips and size. packages_directory is where make package put them; null: dist/functions beside this module's own archive."
  type = object({
    packages_directory         = optional(string)
    architecture               = optional(string, "x86_64")
    log_level                  = optional(string, "INFO")
    validation_memory_mb       = optional(number, 1024)
    validation_timeout_seconds = optional(number, 900)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["DEBUG", "INFO", "WARNING", "ERROR"], var.functions.log_level)
    error_message = "functions.log_level is DEBUG, INFO, WARNING or ERROR."
  }
}

variable "glue" {
  description = "The Glue jobs' version, workers and limits. A run has number_of_workers, one of them the driver, and more for a file that is larger than mb_per_worker, up to max_workers. execution_class FLEX is cheaper and starts when there is room. partition_by names columns, one folder for each of their values; they stay in the files, as readers of a manifest see no folders. library is the zip of what the scripts share; null: dist/glue_scripts beside this module's own archive."
  type = object({
    library             = optional(string)
    glue_version        = optional(string, "5.1")
    worker_type         = optional(string, "G.1X")
    number_of_workers   = optional(number, 2)
    max_workers         = optional(number, 10)
    mb_per_worker       = optional(number, 4096)
    execution_class     = optional(string, "STANDARD")
    partition_by        = optional(list(string), [])
    timeout_minutes     = optional(number, 60)
    max_concurrent_runs = optional(number, 10)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.glue.max_workers >= var.glue.number_of_workers && floor(var.glue.max_workers) == var.glue.max_workers
    error_message = "glue.max_workers is a whole number, glue.number_of_workers or more."
  }

  validation {
    condition     = var.glue.mb_per_worker >= 1 && floor(var.glue.mb_per_worker) == var.glue.mb_per_worker
    error_message = "glue.mb_per_worker is a whole number of megabytes, 1 or more."
  }

  validation {
    # An argument of a job: commas part the names.
    condition     = alltrue([for name in var.glue.partition_by : length(name) > 0 && !strcontains(name, ",")])
    error_message = "glue.partition_by is a list of columns' names, without commas in them."
  }
}

variable "engine" {
  description = "auto: a Lambda function takes files up to lambda_engine.threshold_mb, Glue the larger ones. glue: Glue takes all. lambda: the function takes all, and there are no Glue jobs."
  type        = string
  default     = "auto"
  nullable    = false

  validation {
    condition     = contains(["auto", "glue", "lambda"], var.engine)
    error_message = "engine is auto, glue or lambda."
  }
}

variable "lambda_engine" {
  description = "The function that processes files: up to which size it does so under engine auto (gzip files: an eighth of it), what it takes at most, which is also the room on its disk, and its size. 1769 MB of memory are one whole processor."
  type = object({
    threshold_mb    = optional(number, 256)
    max_file_mb     = optional(number, 1024)
    memory_mb       = optional(number, 1769)
    timeout_seconds = optional(number, 900)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.lambda_engine.threshold_mb > 0 && var.lambda_engine.threshold_mb <= var.lambda_engine.max_file_mb
    error_message = "lambda_engine.threshold_mb is above 0 and not above lambda_engine.max_file_mb, or the function would be given files that it refuses."
  }

  validation {
    # The file, what becomes of it, and some room: Lambda's disk has 10,240 MB at most.
    condition     = var.lambda_engine.max_file_mb >= 1 && var.lambda_engine.max_file_mb <= 4864 && floor(var.lambda_engine.max_file_mb) == var.lambda_engine.max_file_mb
    error_message = "lambda_engine.max_file_mb is a whole number between 1 and 4864; let Glue process larger files (engine auto or glue)."
  }
}

variable "on_contradiction" {
  description = "What becomes of a file with records that contradict the types that the rest of it showed. fail: nothing is published, and the notification names the record. widen: the contradicted columns become text. quarantine_rows: those records are put aside with their reasons, the others published."
  type        = string
  default     = "fail"
  nullable    = false

  validation {
    condition     = contains(["fail", "widen", "quarantine_rows"], var.on_contradiction)
    error_message = "on_contradiction is fail, widen or quarantine_rows."
  }
}

variable "trigger" {
  description = "Which new objects start the pipeline, and how many batches of them at a time. Null: nothing starts by itself."
  type = object({
    prefixes    = optional(list(string), [])
    suffixes    = optional(list(string), [])
    batch_size  = optional(number, 10)
    concurrency = optional(number, 10)
  })
  default = {}
}

variable "sweep" {
  description = "Every rate_minutes, for max_objects at most: object versions between min_age_minutes and lookback_days old that no event announced are started, and what attempts wrote is removed when it is attempts_hours old and published nowhere. A failed execution can be redriven for 14 days and needs its attempts for that. Null: no sweeps."
  type = object({
    rate_minutes    = optional(number, 15)
    min_age_minutes = optional(number, 15)
    lookback_days   = optional(number, 7)
    max_objects     = optional(number, 10000)
    attempts_hours  = optional(number, 360)
  })
  default = {}

  validation {
    condition     = var.sweep == null ? true : alltrue([for value in values(var.sweep) : value >= 1 && floor(value) == value])
    error_message = "The numbers of sweep are whole ones, 1 or more."
  }

  validation {
    condition     = try(var.retention.claim_days, null) == null || var.sweep == null ? true : var.sweep.lookback_days < var.retention.claim_days
    error_message = "sweep.lookback_days must be less than retention.claim_days: an object whose claim is gone would be started again."
  }

  validation {
    condition     = var.sweep == null ? true : var.sweep.attempts_hours > var.orchestration.timeout_hours
    error_message = "sweep.attempts_hours must be more than orchestration.timeout_hours, or a running execution would lose what it has written."
  }
}

variable "catalog" {
  description = "Tables of what is published, one for each dataset, in a database of the Data Catalog. Null: no tables. Without a name the database is called after name_prefix, such as orders_dev_pipeline."
  type = object({
    database = optional(string)
  })
  default = null

  validation {
    condition     = try(var.catalog.database, null) == null ? true : can(regex("^[a-z0-9_]{1,255}$", var.catalog.database))
    error_message = "catalog.database has 1 to 255 of a-z, 0-9 and '_': Athena takes no others."
  }
}

variable "subscriptions" {
  description = "Who is told, by a name of your choice; see the module notifications."
  type = map(object({
    protocol             = string
    endpoint             = string
    outcomes             = optional(list(string))
    raw_message_delivery = optional(bool, false)
    dead_letter_arn      = optional(string)
  }))
  default  = {}
  nullable = false
}

variable "monitoring" {
  description = "Alarm thresholds; see the module monitoring. Null: no dashboard and no alarms."
  type = object({
    period_seconds       = optional(number, 300)
    function_errors      = optional(number, 0)
    failed_executions    = optional(number, 0)
    failed_glue_runs     = optional(number, 0)
    oldest_event_seconds = optional(number, 900)
  })
  default = {}
}

variable "retention" {
  description = "Days that logs and replaced object versions are kept, and after which objects of the source bucket and claims on object versions go (null: never). Null: buckets keep everything, logs 30 days."
  type = object({
    log_days                = optional(number, 30)
    noncurrent_version_days = optional(number, 30)
    source_days             = optional(number)
    claim_days              = optional(number)
  })
  default = {}

  validation {
    # Step Functions forgets an execution's name 90 days after its end; from then on only the claim
    # tells that an object version had its run.
    condition     = try(var.retention.claim_days, null) == null ? true : var.retention.claim_days >= 90 && floor(var.retention.claim_days) == var.retention.claim_days
    error_message = "retention.claim_days is a whole number of days, 90 or more, or null: claims are kept for ever."
  }
}

variable "security" {
  description = "Customer managed key for everything at rest, and the policy that bounds all roles. Null: keys that AWS manages, no boundary."
  type = object({
    kms_key_arn              = optional(string)
    permissions_boundary_arn = optional(string)
  })
  default  = {}
  nullable = false
}

variable "force_destroy" {
  description = "Whether destroy also removes the objects in the buckets. For throw-away environments only."
  type        = bool
  default     = false
  nullable    = false
}

variable "tags" {
  description = "Tags of everything."
  type        = map(string)
  default     = {}
  nullable    = false
}
