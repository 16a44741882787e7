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
    condition     = can(regex("^([a-z][a-z0-9-]{0,11}-)?$", var.name_prefix))
    error_message = "name_prefix has up to 13 of a-z, 0-9 and '-', begins with a letter and ends in '-': the bucket is named so too."
  }
}

variable "failure" {
  description = "How often the flaky step fails, from 0 (never) to 1 (always). With a seed it depends on seed, key and attempt alone, so that a run can be repeated; null draws anew each time."
  type = object({
    probability = optional(number, 0.3)
    seed        = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = try(var.failure.probability >= 0 && var.failure.probability <= 1, false)
    error_message = "failure.probability lies between 0 and 1, such as 0.3 for three failures in ten attempts."
  }

  validation {
    condition     = var.failure.seed != ""
    error_message = "failure.seed is a text of your choice; leave it out to draw anew each time."
  }
}

variable "subscriptions" {
  description = "Who hears of failures, by a name of your choice: { team = { protocol = \"email\", endpoint = \"data-team@example.com\" } }."
  type = map(object({
    protocol = string
    endpoint = string
  }))
  default  = {}
  nullable = false
}

variable "packages_directory" {
  description = "Folder of the functions' zips. Null: dist/examples/flaky_pipeline, which make package fills."
  type        = string
  default     = null
}

variable "permissions_boundary_arn" {
  description = "Policy that bounds what the roles can ever be allowed. Null: none."
  type        = string
  default     = null
}
