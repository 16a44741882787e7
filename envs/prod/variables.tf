variable "account_id" {
  description = "The account that this environment lives in; credentials of another are refused."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id has 12 digits."
  }
}

variable "region" {
  description = "Region of everything."
  type        = string
}

variable "name_prefix" {
  description = "What all names begin with, for example \"orders-dev-\"."
  type        = string
  default     = ""
  nullable    = false
}

variable "architecture" {
  description = "Processor that the functions' zips were built for: make package ARCH=…"
  type        = string
  default     = "x86_64"
  nullable    = false
}

variable "trigger" {
  description = "Which new objects start the pipeline; see modules/file_pipeline."
  type = object({
    prefixes    = optional(list(string), [])
    suffixes    = optional(list(string), [])
    batch_size  = optional(number, 10)
    concurrency = optional(number, 10)
  })
  default = {}
}

variable "subscriptions" {
  description = "Who is told, by a name of your choice; see modules/notifications."
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

variable "security" {
  description = "Customer managed key and permissions boundary; see modules/file_pipeline."
  type = object({
    kms_key_arn              = optional(string)
    permissions_boundary_arn = optional(string)
  })
  default  = {}
  nullable = false
}
