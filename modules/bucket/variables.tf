variable "name" {
  description = "Name of the bucket, unique on all of AWS: put the account and region into it."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.name)) && !strcontains(var.name, "..")
    error_message = "A bucket's name has 3 to 63 of a-z, 0-9, '-' and '.', begins and ends with a letter or digit, and has no two dots in a row. Shorten name_prefix if it became too long."
  }
}

variable "event_bridge" {
  description = "Whether S3 sends the bucket's events to EventBridge."
  type        = bool
  default     = false
  nullable    = false
}

variable "retention" {
  description = "What S3 removes by itself, in days; expiration_days maps a prefix to the age at which its objects go. Null: nothing is ever removed."
  type = object({
    incomplete_upload_days  = optional(number, 7)
    noncurrent_version_days = optional(number, 30)
    expiration_days         = optional(map(number), {})
  })
  default = {}

  validation {
    condition = var.retention == null ? true : alltrue([
      for days in concat([var.retention.incomplete_upload_days, var.retention.noncurrent_version_days], values(var.retention.expiration_days)) :
      days >= 1 && floor(days) == days
    ])
    error_message = "Every retention is a whole number of days, 1 or more. To keep everything set retention = null."
  }
}

variable "access_log" {
  description = "Bucket and prefix for S3 server access logs. Null: none are kept."
  type = object({
    bucket = string
    prefix = optional(string, "")
  })
  default = null
}

variable "kms_key_arn" {
  description = "Customer managed key for the objects. Null: keys that S3 manages (SSE-S3)."
  type        = string
  default     = null
}

variable "force_destroy" {
  description = "Whether destroy also removes the objects in the bucket. For throw-away environments only."
  type        = bool
  default     = false
  nullable    = false
}

variable "tags" {
  description = "Tags of the bucket."
  type        = map(string)
  default     = {}
  nullable    = false
}
