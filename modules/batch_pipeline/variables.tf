variable "name_prefix" {
  description = "What all names begin with, for example \"orders-\"."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^([a-z][a-z0-9-]{0,15}-)?$", var.name_prefix))
    error_message = "name_prefix is empty, or has 2 to 17 of a-z, 0-9 and '-', begins with a letter and ends with '-'."
  }
}

variable "list" {
  description = "What names the files: prefix (all objects below one), list (JSON Lines with key, and bucket and version_id if need be) or inventory (the manifest.json of an S3 inventory)."
  type        = string
  default     = "prefix"
  nullable    = false

  validation {
    condition     = contains(["prefix", "list", "inventory"], var.list)
    error_message = "list is prefix, list or inventory."
  }
}

variable "lists" {
  description = "Where lists or inventories lie that may be read: <bucket>/<prefix>/*."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for place in var.lists : can(regex("^[a-z0-9.-]+/", place))])
    error_message = "Each of lists is a bucket and a key or a prefix with *, such as my-inventories/source/*."
  }

  validation {
    condition     = var.list == "prefix" || length(var.lists) > 0
    error_message = "With list = \"${var.list}\" say in lists where it may be read from."
  }
}

variable "pipeline" {
  description = "The file pipeline whose files they are: outputs of the module file_pipeline."
  type = object({
    state_machine_arn  = string
    state_machine_type = optional(string, "STANDARD")
    source_bucket      = string
    processed_bucket   = string
    artifacts_bucket   = string
    claims_table       = string
    topic_arn          = string
    database_name      = optional(string)
  })

  validation {
    condition     = var.pipeline.state_machine_type == "STANDARD"
    error_message = "pipeline is one with orchestration.style sync or polling. Files over batch.threshold_mb get executions of their own, and those of an Express workflow cannot be looked up."
  }
}

variable "batch" {
  description = "Files per call and calls at a time; the percentage of files that may fail; the size from which a file gets an execution of the file pipeline instead; what to do with rows that contradict the schema; and whether children are EXPRESS (cheap, five minutes) or STANDARD."
  type = object({
    files                        = optional(number, 50)
    concurrency                  = optional(number, 20)
    tolerated_failure_percentage = optional(number, 0)
    threshold_mb                 = optional(number, 16)
    on_contradiction             = optional(string, "fail")
    execution_type               = optional(string, "EXPRESS")
  })
  default  = {}
  nullable = false

  validation {
    # What became of each file has to fit into the 256 KiB of a state's output.
    condition     = var.batch.files >= 1 && var.batch.files <= 200 && var.batch.concurrency >= 1 && var.batch.concurrency <= 10000
    error_message = "batch.files lies between 1 and 200, batch.concurrency between 1 and 10000."
  }

  validation {
    condition     = var.batch.tolerated_failure_percentage >= 0 && var.batch.tolerated_failure_percentage <= 100
    error_message = "batch.tolerated_failure_percentage lies between 0 and 100."
  }

  validation {
    condition     = var.batch.threshold_mb >= 1 && var.batch.threshold_mb <= 512
    error_message = "batch.threshold_mb lies between 1 and 512; larger files are not for a batch."
  }

  validation {
    condition     = contains(["fail", "widen", "quarantine_rows"], var.batch.on_contradiction)
    error_message = "batch.on_contradiction is fail, widen or quarantine_rows."
  }

  validation {
    condition     = contains(["EXPRESS", "STANDARD"], var.batch.execution_type)
    error_message = "batch.execution_type is EXPRESS or STANDARD."
  }
}

variable "arrivals" {
  description = "High volume: new files of the source bucket with one of the prefixes and suffixes are taken from a queue, batch.files at a time after at most window_seconds, without an execution each. The file pipeline's own trigger must not take them too. Null: none."
  type = object({
    prefixes       = list(string)
    suffixes       = optional(list(string), [])
    window_seconds = optional(number, 5)
  })
  default = null

  validation {
    condition     = var.arrivals == null ? true : length(var.arrivals.prefixes) > 0 && !contains(var.arrivals.prefixes, "")
    error_message = "arrivals.prefixes names at least one folder, which the file pipeline's trigger leaves alone."
  }

  validation {
    # https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    condition     = var.arrivals == null ? true : var.arrivals.window_seconds >= 1 && var.arrivals.window_seconds <= 300
    error_message = "arrivals.window_seconds lies between 1 and 300."
  }
}

variable "functions" {
  description = "The function's zip and size. packages_directory is where make package put it; null: dist/functions beside this module's own archive."
  type = object({
    packages_directory = optional(string)
    architecture       = optional(string, "x86_64")
    log_level          = optional(string, "INFO")
    memory_mb          = optional(number, 1769)
    timeout_seconds    = optional(number, 130)
  })
  default  = {}
  nullable = false

  validation {
    # An Express execution ends after five minutes; there must be room for a second call.
    condition     = var.functions.timeout_seconds >= 60 && var.functions.timeout_seconds <= (var.batch.execution_type == "EXPRESS" ? 135 : 900)
    error_message = "functions.timeout_seconds lies between 60 and 135 with EXPRESS children, which end after five minutes, and 900 with STANDARD ones."
  }
}

variable "timeout_hours" {
  description = "Hours after which a batch's execution ends, whatever happens."
  type        = number
  default     = 24
  nullable    = false

  validation {
    condition     = var.timeout_hours >= 1 && var.timeout_hours <= 8760
    error_message = "timeout_hours lies between 1 and 8760."
  }
}

variable "log_retention_days" {
  description = "Days that logs are kept."
  type        = number
  default     = 30
  nullable    = false
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

variable "tags" {
  description = "Tags of everything."
  type        = map(string)
  default     = {}
  nullable    = false
}
