variable "name" {
  description = "Name of the queue."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,80}$", var.name))
    error_message = "A queue's name has 1 to 80 of A-Z, a-z, 0-9, '-' and '_'."
  }
}

variable "senders" {
  description = "Services that may send, each for the sake of one resource, by statement id. A function or a schedule sends with its role and needs no entry."
  type        = map(object({ service = string, source_arn = string }))
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for sid in keys(var.senders) : can(regex("^[A-Za-z0-9]+$", sid))])
    error_message = "A statement's id consists of letters and digits only."
  }

  validation {
    condition     = alltrue([for sender in values(var.senders) : can(regex("^[a-z0-9.-]+\\.amazonaws\\.com$", sender.service))])
    error_message = "A sender's service reads like events.amazonaws.com."
  }
}

variable "kms_key_arn" {
  description = "Customer managed key for the queue; its policy must allow the senders. Null: SSE-SQS."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of everything in the module."
  type        = map(string)
  default     = {}
  nullable    = false
}
