variable "name" {
  description = "Name of the topic."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,256}$", var.name))
    error_message = "A topic's name has 1 to 256 of A-Z, a-z, 0-9, '-' and '_'. FIFO topics send no email and are not supported here."
  }
}

variable "display_name" {
  description = "Sender's name in emails."
  type        = string
  default     = null
}

variable "subscriptions" {
  description = "Who is told, by a name of your choice. outcomes keeps only messages whose filter attribute has one of these values; null passes all, alarms included."
  type = map(object({
    protocol             = string
    endpoint             = string
    outcomes             = optional(list(string))
    raw_message_delivery = optional(bool, false)
    dead_letter_arn      = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition = alltrue([
      for subscription in values(var.subscriptions) :
      contains(["email", "email-json", "sms", "http", "https", "sqs", "lambda", "firehose", "application"], subscription.protocol)
    ])
    error_message = "protocol is one of email, email-json, sms, http, https, sqs, lambda, firehose, application."
  }

  validation {
    condition = alltrue([
      for subscription in values(var.subscriptions) :
      startswith(subscription.protocol, "email") ? can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", subscription.endpoint)) : true
    ])
    error_message = "The endpoint of an email subscription is an address such as data-team@example.com."
  }

  validation {
    condition = alltrue([
      for subscription in values(var.subscriptions) :
      subscription.raw_message_delivery ? contains(["sqs", "http", "https", "firehose"], subscription.protocol) : true
    ])
    error_message = "raw_message_delivery works for sqs, http, https and firehose only."
  }

  validation {
    condition     = alltrue([for subscription in values(var.subscriptions) : subscription.outcomes == null ? true : length(subscription.outcomes) > 0])
    error_message = "An empty list of outcomes would let nothing through; leave outcomes out to receive all."
  }
}

variable "filter_attribute" {
  description = "Message attribute that subscriptions[*].outcomes looks at."
  type        = string
  default     = "outcome"
  nullable    = false
}

variable "publishers" {
  description = "AWS services that may publish, by statement id, each with the ARNs of what it publishes for. Roles of the account need no entry."
  type = map(object({
    service     = string
    source_arns = list(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for publisher in values(var.publishers) : endswith(publisher.service, ".amazonaws.com") && length(publisher.source_arns) > 0])
    error_message = "A publisher is a service principal such as cloudwatch.amazonaws.com, with at least one source ARN."
  }
}

variable "kms_key_arn" {
  description = "Customer managed key for messages at rest; its policy must allow the publishing services. Null: no encryption by a key of one's own."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of the topic."
  type        = map(string)
  default     = {}
  nullable    = false
}
