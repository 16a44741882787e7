variable "name" {
  description = "Name of the state machine."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,80}$", var.name))
    error_message = "A state machine's name has 1 to 80 of A-Z, a-z, 0-9, '-' and '_'."
  }
}

variable "definition" {
  description = "Path of the definition: Amazon States Language as JSON with $${placeholders}."
  type        = string

  validation {
    condition     = fileexists(var.definition)
    error_message = "There is no file at the path given as definition."
  }
}

variable "substitutions" {
  description = "Values of the placeholders. partition, region and account_id are there by themselves."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "type" {
  description = "STANDARD (exactly once, up to a year) or EXPRESS (at least once, up to five minutes)."
  type        = string
  default     = "STANDARD"
  nullable    = false

  validation {
    condition     = contains(["STANDARD", "EXPRESS"], var.type)
    error_message = "type is STANDARD or EXPRESS."
  }
}

variable "additional_policy_statements" {
  description = "What the role may do for a state from which that cannot be derived, by the state's name. It replaces what would be derived for that state."
  type = map(list(object({
    actions    = list(string)
    resources  = list(string)
    conditions = optional(map(map(list(string))), {})
  })))
  default  = {}
  nullable = false
}

variable "logging" {
  description = "Execution logs. Null: none."
  type = object({
    level                  = optional(string, "ERROR")
    include_execution_data = optional(bool, false)
    retention_days         = optional(number, 30)
  })
  default = {}

  validation {
    condition     = var.logging == null ? true : contains(["ALL", "ERROR", "FATAL"], var.logging.level)
    error_message = "logging.level is ALL, ERROR or FATAL. To keep no logs set logging = null."
  }
}

variable "tracing" {
  description = "Whether X-Ray traces executions."
  type        = bool
  default     = true
  nullable    = false
}

variable "permissions_boundary_arn" {
  description = "Policy that bounds what the role can ever be allowed."
  type        = string
  default     = null
}

variable "kms_key_arn" {
  description = "Customer managed key for definition, executions and logs, and for the encrypted topics and queues that states send to. Null: keys that AWS manages."
  type        = string
  default     = null
}

variable "kms_data_key_reuse_seconds" {
  description = "Seconds for which Step Functions uses a data key again before it asks KMS for a new one: more cost less and take longer to notice a key that was disabled."
  type        = number
  default     = 300
  nullable    = false

  validation {
    condition     = var.kms_data_key_reuse_seconds >= 60 && var.kms_data_key_reuse_seconds <= 900
    error_message = "kms_data_key_reuse_seconds lies between 60 and 900."
  }
}

variable "tags" {
  description = "Tags of everything in the module."
  type        = map(string)
  default     = {}
  nullable    = false
}
