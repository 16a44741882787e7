variable "name" {
  description = "Name of the rule and the queue; the dead-letter queue is called <name>-failed."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,57}$", var.name))
    error_message = "A trigger's name has 1 to 57 of A-Z, a-z, 0-9, '-' and '_'."
  }
}

variable "bucket_name" {
  description = "Bucket whose new objects are announced; its events must go to EventBridge."
  type        = string
}

variable "filter" {
  description = "Which keys: prefixes and suffixes, any of each. Empty: all."
  type = object({
    prefixes = optional(list(string), [])
    suffixes = optional(list(string), [])
  })
  default  = {}
  nullable = false
}

variable "function" {
  description = "The function that takes the events in batches. It must return batchItemFailures."
  type = object({
    name            = string
    role_name       = string
    timeout_seconds = number
  })
}

variable "batch" {
  description = "Events at a time, seconds to wait for more of them, and batches at a time."
  type = object({
    size           = optional(number, 10)
    window_seconds = optional(number, 0)
    concurrency    = optional(number, 10)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.batch.size >= 1 && var.batch.size <= 10000 && (var.batch.size <= 10 || var.batch.window_seconds >= 1)
    error_message = "batch.size lies between 1 and 10000; above 10 batch.window_seconds must be 1 or more."
  }

  validation {
    condition     = var.batch.window_seconds >= 0 && var.batch.window_seconds <= 300
    error_message = "batch.window_seconds lies between 0 and 300."
  }

  validation {
    condition     = var.batch.concurrency >= 2 && var.batch.concurrency <= 1000
    error_message = "batch.concurrency lies between 2 and 1000."
  }
}

variable "max_receives" {
  description = "How often an event is tried before it goes to the dead-letter queue."
  type        = number
  default     = 5
  nullable    = false

  validation {
    condition     = var.max_receives >= 1 && var.max_receives <= 1000
    error_message = "max_receives lies between 1 and 1000; 5 is what AWS advises for Lambda."
  }
}

variable "kms_key_arn" {
  description = "Customer managed key for the queues; its policy must allow events.amazonaws.com. Null: SSE-SQS."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of everything in the module."
  type        = map(string)
  default     = {}
  nullable    = false
}
