variable "name" {
  description = "Name of the schedule; the dead-letter queue is called <name>-failed."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,64}$", var.name))
    error_message = "A schedule's name has 1 to 64 of A-Z, a-z, 0-9, '-' and '_'."
  }
}

variable "description" {
  description = "What the schedule starts, in one sentence."
  type        = string
  default     = ""
  nullable    = false
}

variable "group_name" {
  description = "Schedule group; it must exist."
  type        = string
  default     = "default"
  nullable    = false
}

variable "schedule" {
  description = "When: rate(5 minutes), cron(0 6 1 * ? *) or at(2026-12-24T18:00:00), in a time zone of the IANA database; anywhere within window_minutes after it (0: at once); between start and end (RFC 3339, UTC)."
  type = object({
    expression     = string
    time_zone      = optional(string, "UTC")
    window_minutes = optional(number, 0)
    start          = optional(string)
    end            = optional(string)
  })

  validation {
    # https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
    condition = anytrue([
      can(regex("^rate\\([1-9][0-9]* (minute|hour|day)s?\\)$", var.schedule.expression)),
      can(regex("^cron\\([^ ()]+( [^ ()]+){5}\\)$", var.schedule.expression)),
      can(regex("^at\\([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\)$", var.schedule.expression)),
    ])
    error_message = "schedule.expression is rate(<n> minutes|hours|days), cron(<minutes> <hours> <day-of-month> <month> <day-of-week> <year>) with a ? in one of the days, or at(yyyy-mm-ddThh:mm:ss) without a zone."
  }

  validation {
    condition     = !can(regex("^cron", var.schedule.expression)) || length(regexall("(^| )\\?( |$)", join(" ", [for i in [2, 4] : try(split(" ", trimsuffix(trimprefix(var.schedule.expression, "cron("), ")"))[i], "")]))) == 1
    error_message = "A cron expression has a ? as day-of-month or as day-of-week, and a value in the other: cron(0 6 1 * ? *) is the first of each month, cron(0 6 ? * MON *) each Monday."
  }

  validation {
    condition     = can(regex("^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$", var.schedule.time_zone))
    error_message = "schedule.time_zone is a name of the IANA database such as UTC or Europe/Vienna, which knows of summer time; an offset such as +01:00 does not."
  }

  validation {
    condition     = var.schedule.window_minutes >= 0 && var.schedule.window_minutes <= 1440 && floor(var.schedule.window_minutes) == var.schedule.window_minutes
    error_message = "schedule.window_minutes is a whole number from 0 (no window) to 1440."
  }

  validation {
    condition     = alltrue([for date in compact([var.schedule.start, var.schedule.end]) : can(timeadd(date, "0s"))])
    error_message = "schedule.start and schedule.end are written 2026-01-31T00:00:00Z."
  }
}

variable "target" {
  description = "What is started: one of a state machine, a function, a Glue workflow (input becomes its run properties) and a queue."
  type = object({
    state_machine_arn  = optional(string)
    function_arn       = optional(string)
    glue_workflow_name = optional(string)
    queue_arn          = optional(string)
  })

  validation {
    condition     = length([for name, value in var.target : name if value != null]) == 1
    error_message = "target names exactly one of state_machine_arn, function_arn, glue_workflow_name and queue_arn."
  }
}

variable "input" {
  description = "JSON that the target gets. In it <aws.scheduler.scheduled-time> becomes the time at which the schedule was due (UTC, 2026-02-01T05:00:00Z), whenever it is started; likewise <aws.scheduler.schedule-arn>, <aws.scheduler.execution-id> and <aws.scheduler.attempt-number>."
  type        = string
  default     = "{\"scheduled_time\":\"<aws.scheduler.scheduled-time>\"}"
  nullable    = false

  validation {
    condition     = can(keys(jsondecode(var.input)))
    error_message = "input is the JSON of an object; write it with jsonencode({ … })."
  }

  validation {
    # https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
    condition = alltrue([
      for word in regexall("aws\\.scheduler\\.[A-Za-z-]*", var.input) : contains(["aws.scheduler.schedule-arn", "aws.scheduler.scheduled-time", "aws.scheduler.execution-id", "aws.scheduler.attempt-number"], word)
    ])
    error_message = "Scheduler fills in <aws.scheduler.scheduled-time>, <aws.scheduler.schedule-arn>, <aws.scheduler.execution-id> and <aws.scheduler.attempt-number>, and no others."
  }
}

variable "enabled" {
  description = "Whether the schedule fires."
  type        = bool
  default     = true
  nullable    = false
}

variable "retry" {
  description = "How often, and for how many seconds, starting the target is tried again before the invocation goes to the dead-letter queue."
  type = object({
    attempts        = optional(number, 185)
    max_age_seconds = optional(number, 86400)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.retry.attempts >= 0 && var.retry.attempts <= 185 && var.retry.max_age_seconds >= 60 && var.retry.max_age_seconds <= 86400
    error_message = "retry.attempts lies between 0 and 185, retry.max_age_seconds between 60 and 86400."
  }
}

variable "permissions_boundary_arn" {
  description = "Policy that bounds what the role can ever be allowed."
  type        = string
  default     = null
}

variable "kms_key_arn" {
  description = "Customer managed key for the schedule and its dead-letter queue. Null: keys that AWS manages."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of the queue and the role; schedules take none."
  type        = map(string)
  default     = {}
  nullable    = false
}
