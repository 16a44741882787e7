variable "name" {
  description = "Name of the function."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,64}$", var.name))
    error_message = "A function's name has 1 to 64 of A-Z, a-z, 0-9, '-' and '_'."
  }
}

variable "description" {
  description = "What the function does, in one sentence."
  type        = string
  default     = ""
  nullable    = false
}

variable "package" {
  description = "The code: the path of a zip, or an object in S3 (sha256_base64 lets a plan see that the object changed)."
  type = object({
    path = optional(string)
    s3 = optional(object({
      bucket        = string
      key           = string
      version       = optional(string)
      sha256_base64 = optional(string)
    }))
  })

  validation {
    condition     = (var.package.path == null) != (var.package.s3 == null)
    error_message = "Give either package.path or package.s3, not both and not neither."
  }
}

variable "handler" {
  description = "Module and function that Lambda calls, such as functions.validate_file.handler.handler."
  type        = string

  validation {
    condition     = can(regex("^[^\\s.]+(\\.[^\\s.]+)+$", var.handler))
    error_message = "A handler reads module.function, for example handler.handler."
  }
}

variable "runtime" {
  description = "Lambda runtime."
  type        = string
  default     = "python3.13"
  nullable    = false
}

variable "architecture" {
  description = "Processor that the zip's libraries were built for."
  type        = string
  default     = "x86_64"
  nullable    = false

  validation {
    condition     = contains(["x86_64", "arm64"], var.architecture)
    error_message = "architecture is x86_64 or arm64."
  }
}

variable "layers" {
  description = "ARNs of layer versions."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "memory_mb" {
  description = "Memory in MB; the share of a processor grows with it."
  type        = number
  default     = 256
  nullable    = false

  validation {
    condition     = var.memory_mb >= 128 && var.memory_mb <= 10240
    error_message = "memory_mb lies between 128 and 10240."
  }
}

variable "ephemeral_storage_mb" {
  description = "Size of /tmp in MB."
  type        = number
  default     = 512
  nullable    = false

  validation {
    condition     = var.ephemeral_storage_mb >= 512 && var.ephemeral_storage_mb <= 10240
    error_message = "ephemeral_storage_mb lies between 512 and 10240."
  }
}

variable "timeout_seconds" {
  description = "Seconds after which Lambda ends an invocation."
  type        = number
  default     = 60
  nullable    = false

  validation {
    condition     = var.timeout_seconds >= 1 && var.timeout_seconds <= 900
    error_message = "timeout_seconds lies between 1 and 900."
  }
}

variable "environment" {
  description = "Environment variables."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "reserved_concurrency" {
  description = "Invocations at a time that are kept for this function and that it cannot exceed; -1 for no reservation."
  type        = number
  default     = -1
  nullable    = false

  validation {
    condition     = var.reserved_concurrency >= -1
    error_message = "reserved_concurrency is -1 (none), 0 (the function is stopped) or more."
  }
}

variable "async" {
  description = "How asynchronous invocations are retried and where failed ones go. Null: Lambda's own defaults."
  type = object({
    max_retries     = optional(number, 2)
    max_age_seconds = optional(number, 3600)
    dead_letter_arn = optional(string)
  })
  default = null

  validation {
    condition     = var.async == null ? true : var.async.max_retries >= 0 && var.async.max_retries <= 2 && var.async.max_age_seconds >= 60 && var.async.max_age_seconds <= 21600
    error_message = "async.max_retries lies between 0 and 2, async.max_age_seconds between 60 and 21600."
  }
}

variable "policy_statements" {
  description = "What the function may do beyond writing its own logs and traces, by statement id."
  type = map(object({
    actions    = list(string)
    resources  = list(string)
    conditions = optional(map(map(list(string))), {})
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for sid in keys(var.policy_statements) : can(regex("^[A-Za-z0-9]+$", sid))])
    error_message = "A statement's id consists of letters and digits only."
  }

  validation {
    condition     = alltrue([for statement in values(var.policy_statements) : !contains(statement.actions, "*")])
    error_message = "Name the actions, for example s3:GetObject; '*' would allow everything."
  }
}

variable "tracing" {
  description = "X-Ray: Active traces a sample of all requests, PassThrough only what the caller traces."
  type        = string
  default     = "Active"
  nullable    = false

  validation {
    condition     = contains(["Active", "PassThrough"], var.tracing)
    error_message = "tracing is Active or PassThrough."
  }
}

variable "log_retention_days" {
  description = "Days that logs are kept; 0 for ever."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = contains([0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "CloudWatch Logs keeps 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653 days, or 0 for ever."
  }
}

variable "permissions_boundary_arn" {
  description = "Policy that bounds what the role can ever be allowed."
  type        = string
  default     = null
}

variable "kms_key_arn" {
  description = "Customer managed key for environment variables and logs. Null: keys that AWS manages."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of everything in the module."
  type        = map(string)
  default     = {}
  nullable    = false
}
