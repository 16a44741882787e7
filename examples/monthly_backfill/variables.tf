variable "endpoint_url" {
  description = "Where the local AWS listens."
  type        = string
  default     = "http://localhost:4566"
  nullable    = false

  validation {
    condition     = can(regex("^https?://[^/]+$", var.endpoint_url)) && !strcontains(var.endpoint_url, "amazonaws.com")
    error_message = "endpoint_url is that of a local AWS, such as http://localhost:4566, without a path. For an account change provider.tf."
  }
}

variable "region" {
  description = "Region that the local AWS is asked for."
  type        = string
  default     = "us-east-1"
  nullable    = false
}

variable "name_prefix" {
  description = "What all names begin with; lets a second one live beside the first."
  type        = string
  default     = "sales-"
  nullable    = false
}

variable "url" {
  description = "Address of a month's file. make backfill serves samples/ there."
  type        = string
  default     = "http://127.0.0.1:8610/{month}.csv"
  nullable    = false
}

variable "checksum_url" {
  description = "Address of a file with the checksum of a month's file, as sha256sum writes it. Null: none."
  type        = string
  default     = null
}

variable "secret_arn" {
  description = "Secret whose value is sent as the header Authorization. Null: none."
  type        = string
  default     = null
}

variable "schedule" {
  description = "When the month before is fetched by itself."
  type        = string
  default     = "cron(30 5 2 * ? *)"
  nullable    = false
}

variable "time_zone" {
  description = "Time zone of the schedule, and of the months."
  type        = string
  default     = "Europe/Vienna"
  nullable    = false
}

variable "schedule_enabled" {
  description = "Whether the schedule fires. Months can be started by hand in any case."
  type        = bool
  default     = false
  nullable    = false
}

variable "download_timeout_seconds" {
  description = "Seconds of one call of the download; a large file takes several."
  type        = number
  default     = 120
  nullable    = false
}

variable "retry_seconds" {
  description = "Seconds before an interrupted download is tried again; they double."
  type        = number
  default     = 2
  nullable    = false
}

variable "architecture" {
  description = "Processor that the zips were built for."
  type        = string
  default     = "x86_64"
  nullable    = false
}

variable "packages_directory" {
  description = "Folder of the functions' zips. Null: dist/functions."
  type        = string
  default     = null
}

variable "glue_library" {
  description = "Zip of what the Glue scripts share. Null: dist/glue_scripts/pipeline_spark.zip."
  type        = string
  default     = null
}

variable "permissions_boundary_arn" {
  description = "Policy that bounds what the roles can ever be allowed. Null: none."
  type        = string
  default     = null
}
