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
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^([a-z][a-z0-9-]{0,19}-)?$", var.name_prefix))
    error_message = "name_prefix has up to 21 of a-z, 0-9 and '-', begins with a letter and ends in '-': buckets and the database are named so too."
  }
}

variable "schedule" {
  description = "When the data are refreshed, in UTC."
  type        = string
  default     = "cron(15 3 * * ? *)"
  nullable    = false
}

variable "schedule_enabled" {
  description = "Whether the schedule fires. A run can be started by hand in any case."
  type        = bool
  default     = true
  nullable    = false
}

variable "glue_library" {
  description = "Zip of what the Glue scripts share. Null: dist/glue_scripts/pipeline_spark.zip, which make package builds."
  type        = string
  default     = null
}

variable "permissions_boundary_arn" {
  description = "Policy that bounds what the roles can ever be allowed. Null: none."
  type        = string
  default     = null
}
