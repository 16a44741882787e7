variable "name_prefix" {
  description = "What all names begin with, for example \"sales-\"."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^([a-z][a-z0-9-]{0,15}-)?$", var.name_prefix))
    error_message = "name_prefix is empty, or has 2 to 17 of a-z, 0-9 and '-', begins with a letter and ends with '-'."
  }
}

variable "file" {
  description = "The file of a month: its address, in which {month} stands for 2026-01, {year} for 2026 and {month_number} for 01; likewise that of a file with its checksum, as sha256sum writes it; and the dataset that it becomes part of."
  type = object({
    url          = string
    checksum_url = optional(string)
    dataset      = string
  })

  validation {
    condition     = can(regex("^https?://[^/]+/", var.file.url)) && (strcontains(var.file.url, "{month}") || (strcontains(var.file.url, "{year}") && strcontains(var.file.url, "{month_number}")))
    error_message = "file.url is an address such as https://example.com/sales/{month}.csv: with {month}, or with {year} and {month_number}, or all months would be the same file."
  }

  validation {
    condition     = var.file.checksum_url == null ? true : can(regex("^https?://[^/]+/", var.file.checksum_url))
    error_message = "file.checksum_url is an address such as https://example.com/sales/{month}.csv.sha256."
  }

  validation {
    condition     = can(regex("^[a-z][a-z0-9_]{0,62}$", var.file.dataset))
    error_message = "file.dataset has 1 to 63 of a-z, 0-9 and '_' and begins with a letter: it names a folder and a table."
  }
}

variable "pipeline" {
  description = "The file pipeline that a month's file goes through: outputs of the module file_pipeline. Its trigger must not take the dataset's folder, or each file would be processed twice."
  type = object({
    state_machine_arn  = string
    state_machine_type = optional(string, "STANDARD")
    source_bucket      = string
    processed_bucket   = string
    topic_arn          = string
  })

  validation {
    condition     = var.pipeline.state_machine_type == "STANDARD"
    error_message = "pipeline is one with orchestration.style sync or polling. A month waits for its execution, and those of an Express workflow cannot be looked up."
  }
}

variable "download" {
  description = "How a file is fetched: MB per part, seconds without a byte after which the server counts as gone, retries of the state (each of several tries) and seconds before the first, and the function's size."
  type = object({
    part_mb         = optional(number, 16)
    idle_seconds    = optional(number, 30)
    retries         = optional(number, 8)
    retry_seconds   = optional(number, 15)
    memory_mb       = optional(number, 512)
    timeout_seconds = optional(number, 900)
  })
  default  = {}
  nullable = false

  validation {
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
    condition     = var.download.part_mb >= 5 && var.download.part_mb * 4 <= var.download.memory_mb
    error_message = "download.part_mb is 5 or more, as S3 asks, and at most a quarter of download.memory_mb."
  }

  validation {
    condition     = var.download.retries >= 0 && var.download.retry_seconds >= 1
    error_message = "download.retries is 0 or more, download.retry_seconds 1 or more."
  }
}

variable "secret" {
  description = "A secret of Secrets Manager that is sent in a header, with its own key if it has one. It holds the header's value as it is, or {\"value\": \"…\"}. Null: none."
  type = object({
    arn         = string
    header      = optional(string, "Authorization")
    kms_key_arn = optional(string)
  })
  default = null

  validation {
    condition     = var.secret == null ? true : can(regex("^arn:[^:]+:secretsmanager:", var.secret.arn)) && can(regex("^[A-Za-z0-9-]+$", var.secret.header))
    error_message = "secret.arn is the ARN of a secret, secret.header the name of an HTTP header."
  }
}

variable "schedule" {
  description = "When a month is fetched by itself: the one that lies months_back before the scheduled time, in the time zone. Null: never."
  type = object({
    expression     = string
    time_zone      = optional(string, "UTC")
    window_minutes = optional(number, 0)
    months_back    = optional(number, 1)
    enabled        = optional(bool, true)
  })
  default = null

  validation {
    condition     = var.schedule == null ? true : var.schedule.months_back >= 0 && floor(var.schedule.months_back) == var.schedule.months_back
    error_message = "schedule.months_back is a whole number: 0 for the current month, 1 for the one before."
  }
}

variable "functions" {
  description = "The Lambda functions' zips. packages_directory is where make package put them; null: dist/functions beside this module's own archive."
  type = object({
    packages_directory = optional(string)
    architecture       = optional(string, "x86_64")
    log_level          = optional(string, "INFO")
  })
  default  = {}
  nullable = false
}

variable "timeout_hours" {
  description = "Hours after which a month's execution ends, whatever happens."
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
