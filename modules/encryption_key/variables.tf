variable "alias" {
  description = "Name of the key, without \"alias/\"."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9/_-]{1,250}$", var.alias)) && !startswith(var.alias, "aws/") && !startswith(var.alias, "alias/")
    error_message = "alias has 1 to 250 of A-Z, a-z, 0-9, '/', '_' and '-', without alias/ before it; names that begin with aws/ are AWS's own."
  }
}

variable "description" {
  description = "What the key is for, in one sentence."
  type        = string
  default     = "Encrypts what a data pipeline keeps: objects, messages, logs, tables and executions."
  nullable    = false
}

variable "rotation_days" {
  description = "Days after which KMS makes new key material. What was encrypted with the old stays readable."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = var.rotation_days >= 90 && var.rotation_days <= 2560 && floor(var.rotation_days) == var.rotation_days
    error_message = "rotation_days is a whole number from 90 to 2560."
  }
}

variable "deletion_days" {
  description = "Days that a key which was given up can still be called back. After them all that it encrypted is lost."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.deletion_days >= 7 && var.deletion_days <= 30 && floor(var.deletion_days) == var.deletion_days
    error_message = "deletion_days is a whole number from 7 to 30."
  }
}

variable "bookmark_roles" {
  description = "ARNs of roles, * for any characters, of Glue jobs that keep bookmarks: a job encrypts its bookmarks itself, not through a service that could be named."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for role in var.bookmark_roles : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/[^*?]", role))])
    error_message = "A bookmark role is the ARN of a role of one account, such as arn:aws:iam::123456789012:role/orders-convert-*."
  }
}

variable "tags" {
  description = "Tags of the key."
  type        = map(string)
  default     = {}
  nullable    = false
}
