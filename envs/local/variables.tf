variable "endpoint_url" {
  description = "Where the local AWS listens."
  type        = string
  default     = "http://localhost:4566"
  nullable    = false

  validation {
    condition     = can(regex("^https?://[^/]+$", var.endpoint_url)) && !strcontains(var.endpoint_url, "amazonaws.com")
    error_message = "endpoint_url is that of a local AWS, such as http://localhost:4566, without a path. For a real account use envs/dev or envs/prod."
  }
}

variable "region" {
  description = "Region that the local AWS is asked for."
  type        = string
  default     = "us-east-1"
  nullable    = false
}

variable "name_prefix" {
  description = "What all names begin with; lets a second pipeline live beside the first."
  type        = string
  default     = ""
  nullable    = false
}

variable "orchestration" {
  description = "sync or polling: how the state machine waits for a Glue job; or express, with engine lambda. See modules/file_pipeline."
  type        = string
  default     = "sync"
  nullable    = false

  validation {
    condition     = contains(["sync", "polling", "express"], var.orchestration)
    error_message = "orchestration is sync, polling or express."
  }
}

variable "architecture" {
  description = "Processor that the zips were built for."
  type        = string
  default     = "x86_64"
  nullable    = false
}

variable "engine" {
  description = "Who turns files into Parquet: auto, glue or lambda; see modules/file_pipeline."
  type        = string
  default     = "auto"
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

variable "log_level" {
  description = "Log level of the functions."
  type        = string
  default     = "INFO"
  nullable    = false
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

variable "encryption_key_alias" {
  description = "Alias of a key of one's own to make, with which everything at rest is encrypted as on AWS. Null: no key."
  type        = string
  default     = null
}
