variable "name" {
  description = "Name of the dashboard, and what the names of the alarms begin with."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,200}$", var.name))
    error_message = "A dashboard's name has A-Z, a-z, 0-9, '-' and '_' only."
  }
}

variable "topic_arn" {
  description = "Topic that alarms are sent to; it must let cloudwatch.amazonaws.com publish."
  type        = string
}

variable "functions" {
  description = "Lambda functions: a name of your choice to the function's name."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "state_machines" {
  description = "State machines: a name of your choice to the ARN."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "glue_jobs" {
  description = "Glue jobs: a name of your choice to the job's name."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "queues" {
  description = "Queues: a name of your choice to the queue's and its dead-letter queue's name. Without a name there is a dead-letter queue alone, behind a function or a schedule."
  type        = map(object({ name = optional(string), dead_letter_name = string }))
  default     = {}
  nullable    = false
}

variable "thresholds" {
  description = "What an alarm tolerates within period_seconds, and the age of a waiting event that is too old."
  type = object({
    period_seconds       = optional(number, 300)
    function_errors      = optional(number, 0)
    failed_executions    = optional(number, 0)
    failed_glue_runs     = optional(number, 0)
    oldest_event_seconds = optional(number, 900)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains([10, 20, 30], var.thresholds.period_seconds) || var.thresholds.period_seconds >= 60 && var.thresholds.period_seconds % 60 == 0
    error_message = "thresholds.period_seconds is 10, 20, 30 or a multiple of 60."
  }

  validation {
    condition     = alltrue([for threshold in values(var.thresholds) : threshold >= 0])
    error_message = "A threshold is 0 or more."
  }
}

variable "log_retention_days" {
  description = "Days that the record of failed Glue runs is kept; 0 for ever."
  type        = number
  default     = 30
  nullable    = false
}

variable "kms_key_arn" {
  description = "Customer managed key for the record of failed Glue runs. Null: a key that AWS manages."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of alarms, rule and log group."
  type        = map(string)
  default     = {}
  nullable    = false
}
