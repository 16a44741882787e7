variable "name" {
  description = "Name of the workflow; its triggers are called <name>-start and <name>-<node>."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,128}$", var.name))
    error_message = "A workflow's name has 1 to 128 of A-Z, a-z, 0-9, '-' and '_' here, so that its triggers can be named after it."
  }
}

variable "description" {
  description = "What the workflow does, in one sentence."
  type        = string
  default     = ""
  nullable    = false
}

variable "nodes" {
  description = <<-EOT
    The graph: what runs, by a name of your choice, and after what. A node is either a job or a
    crawler. Without a dependency it runs at the start of a run, else when the nodes in depends_on
    have SUCCEEDED and those in depends_on_states have ended as said there (job: SUCCEEDED, FAILED,
    STOPPED, TIMEOUT; crawler: SUCCEEDED, FAILED, CANCELLED): all of them (logical = AND) or the
    first of them (ANY). arguments, timeout (minutes), notify_delay (minutes) and
    security_configuration are those of the job's runs in this workflow.
  EOT
  type = map(object({
    job                    = optional(object({ name = string }))
    crawler                = optional(object({ name = string }))
    depends_on             = optional(list(string), [])
    depends_on_states      = optional(map(string), {})
    logical                = optional(string, "AND")
    arguments              = optional(map(string), {})
    timeout                = optional(number)
    notify_delay           = optional(number)
    security_configuration = optional(string)
  }))
  nullable = false

  validation {
    condition     = length(var.nodes) > 0
    error_message = "A workflow needs at least one node."
  }

  validation {
    condition     = alltrue([for name in keys(var.nodes) : can(regex("^[A-Za-z0-9_-]{1,100}$", name)) && name != "start"])
    error_message = "The name of a node has 1 to 100 of A-Z, a-z, 0-9, '-' and '_', and is not 'start', which is the first trigger's."
  }
}

variable "start" {
  description = "What starts a run besides StartWorkflowRun, which always does: on_demand (nothing), scheduled or event."
  type        = string
  default     = "on_demand"
  nullable    = false

  validation {
    condition     = contains(["on_demand", "scheduled", "event"], var.start)
    error_message = "start is on_demand, scheduled or event."
  }
}

variable "schedule" {
  description = "When a scheduled workflow starts, in UTC: cron(minutes hours day-of-month month day-of-week year)."
  type        = string
  default     = null

  validation {
    condition     = (var.schedule != null) == (var.start == "scheduled")
    error_message = "start = \"scheduled\" needs a schedule, such as cron(15 12 * * ? *), and nothing else takes one."
  }
}

variable "schedule_enabled" {
  description = "Whether the schedule fires. Turn it off where a workflow is to be there and wait."
  type        = bool
  default     = true
  nullable    = false
}

variable "event" {
  description = "Which events start a run: an EventBridge pattern as JSON, on which bus, and how many of them (batch_size) or how long after the first (batch_window, seconds)."
  type = object({
    pattern      = string
    bus_name     = optional(string, "default")
    batch_size   = optional(number, 1)
    batch_window = optional(number, 900)
  })
  default = null

  validation {
    condition     = (var.event != null) == (var.start == "event")
    error_message = "start = \"event\" needs event = { pattern = jsonencode(…) }, and nothing else takes one."
  }

  validation {
    condition     = var.event == null ? true : can(keys(jsondecode(var.event.pattern)))
    error_message = "event.pattern is a JSON object, such as jsonencode({ source = [\"aws.s3\"] })."
  }

  # https://docs.aws.amazon.com/glue/latest/dg/blueprint_workflow_restrictions.html
  validation {
    condition     = var.event == null ? true : var.event.batch_size >= 1 && var.event.batch_size <= 100
    error_message = "event.batch_size lies between 1 and 100."
  }

  validation {
    condition     = var.event == null ? true : var.event.batch_window >= 1 && var.event.batch_window <= 900
    error_message = "event.batch_window lies between 1 and 900 seconds."
  }
}

variable "max_concurrent_runs" {
  description = "Runs at a time; one more is refused. Null: no limit but those of the jobs."
  type        = number
  default     = 1

  validation {
    condition     = var.max_concurrent_runs == null ? true : var.max_concurrent_runs >= 1
    error_message = "max_concurrent_runs is 1 or more, or null for no limit."
  }
}

variable "default_run_properties" {
  description = "Properties that every run begins with; jobs read and change them."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "permissions_boundary_arn" {
  description = "Policy that bounds what the role for events can ever be allowed."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of everything in the module."
  type        = map(string)
  default     = {}
  nullable    = false
}
