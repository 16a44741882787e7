variable "name" {
  description = "Name of the job."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,255}$", var.name))
    error_message = "A job's name has 1 to 255 of A-Z, a-z, 0-9, '-' and '_' here: other characters would have to be escaped in ARNs and log names."
  }
}

variable "description" {
  description = "What the job does, in one sentence."
  type        = string
  default     = ""
  nullable    = false
}

variable "code" {
  description = "The script and the libraries beside it: paths, which the module uploads to bucket, or s3:// URIs of what is there already."
  type = object({
    script         = string
    bucket         = optional(string)
    prefix         = optional(string, "glue_scripts")
    extra_py_files = optional(list(string), [])
    extra_jars     = optional(list(string), [])
    extra_files    = optional(list(string), [])
  })

  validation {
    condition = var.code.bucket != null || alltrue([
      for file in concat([var.code.script], var.code.extra_py_files, var.code.extra_jars, var.code.extra_files) : startswith(file, "s3://")
    ])
    error_message = "Local files need code.bucket, the name of the bucket they are uploaded to; or give s3:// URIs."
  }

  validation {
    condition = length(distinct([
      for file in concat([var.code.script], var.code.extra_py_files, var.code.extra_jars, var.code.extra_files) : basename(file) if !startswith(file, "s3://")
      ])) == length(distinct([
      for file in concat([var.code.script], var.code.extra_py_files, var.code.extra_jars, var.code.extra_files) : file if !startswith(file, "s3://")
    ]))
    error_message = "Two of the local files have the same name and would be uploaded to the same place: rename one of them."
  }
}

variable "runtime" {
  description = "Kind of job and the workers it runs on. With auto_scaling number_of_workers is the most there will be. execution_class FLEX is cheaper and starts when there is room. pythonshell jobs have max_capacity (0.0625 or 1) and no workers."
  type = object({
    type              = optional(string, "glueetl")
    glue_version      = optional(string, "5.1")
    python_version    = optional(string)
    worker_type       = optional(string, "G.1X")
    number_of_workers = optional(number, 2)
    max_capacity      = optional(number, 0.0625)
    execution_class   = optional(string, "STANDARD")
    auto_scaling      = optional(bool, false)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["glueetl", "gluestreaming", "pythonshell"], var.runtime.type)
    error_message = "runtime.type is glueetl, gluestreaming or pythonshell."
  }

  validation {
    condition     = var.runtime.type == "pythonshell" || !contains(keys(local.ended_versions), var.runtime.glue_version)
    error_message = "Glue ${var.runtime.glue_version} has had no updates since ${try(local.ended_versions[var.runtime.glue_version].support, "")} and has run nothing since ${try(local.ended_versions[var.runtime.glue_version].life, "")}: take one of ${join(", ", local.glue_versions)}. https://docs.aws.amazon.com/glue/latest/dg/glue-version-support-policy.html"
  }

  validation {
    condition     = var.runtime.type == "pythonshell" || contains(concat(local.glue_versions, keys(local.ended_versions)), var.runtime.glue_version)
    error_message = "runtime.glue_version is one of ${join(", ", local.glue_versions)}."
  }

  validation {
    condition = var.runtime.type == "pythonshell" || contains({
      glueetl       = ["G.1X", "G.2X", "G.4X", "G.8X", "G.12X", "G.16X", "R.1X", "R.2X", "R.4X", "R.8X"]
      gluestreaming = ["G.025X", "G.1X", "G.2X", "G.4X", "G.8X"]
    }[var.runtime.type == "gluestreaming" ? "gluestreaming" : "glueetl"], var.runtime.worker_type)
    error_message = "runtime.worker_type is G.1X to G.16X or R.1X to R.8X for glueetl, and G.025X to G.8X for gluestreaming."
  }

  validation {
    condition     = var.runtime.type == "pythonshell" || var.runtime.number_of_workers >= 2 && floor(var.runtime.number_of_workers) == var.runtime.number_of_workers
    error_message = "A Spark job needs at least 2 workers: a driver and an executor."
  }

  validation {
    condition     = var.runtime.type != "pythonshell" || contains([0.0625, 1], var.runtime.max_capacity)
    error_message = "A pythonshell job has runtime.max_capacity 0.0625 or 1."
  }

  validation {
    condition     = var.runtime.type != "pythonshell" || coalesce(var.runtime.python_version, "3.9") == "3.9"
    error_message = "A pythonshell job runs Python 3.9: 3.6 has had no updates since 2026-03-31. https://docs.aws.amazon.com/glue/latest/dg/glue-version-support-policy.html"
  }

  validation {
    condition     = var.runtime.type == "pythonshell" || coalesce(var.runtime.python_version, "3") == "3"
    error_message = "The runtime.python_version of a Spark job is 3; which Python 3 it is follows from glue_version."
  }

  validation {
    condition     = contains(["STANDARD", "FLEX"], var.runtime.execution_class)
    error_message = "runtime.execution_class is STANDARD or FLEX."
  }

  # https://docs.aws.amazon.com/glue/latest/dg/worker-types.html
  validation {
    condition     = var.runtime.type == "pythonshell" || var.runtime.glue_version != "3.0" || contains(["G.025X", "G.1X", "G.2X", "G.4X", "G.8X"], var.runtime.worker_type)
    error_message = "${var.runtime.worker_type} workers need Glue 4.0 or newer."
  }

  # https://docs.aws.amazon.com/glue/latest/dg/add-job.html (Job run class: Flexible)
  validation {
    condition     = var.runtime.execution_class != "FLEX" || (var.runtime.type == "glueetl" && contains(["G.1X", "G.2X"], var.runtime.worker_type))
    error_message = "FLEX is for glueetl jobs on G.1X or G.2X workers."
  }

  # https://docs.aws.amazon.com/glue/latest/dg/auto-scaling.html
  validation {
    condition     = !var.runtime.auto_scaling || var.runtime.type != "pythonshell"
    error_message = "A pythonshell job has no workers to scale: leave runtime.auto_scaling off."
  }
}

variable "limits" {
  description = "Minutes a run may take, how often Glue itself retries a failed run, and how many runs there may be at a time."
  type = object({
    timeout_minutes     = optional(number, 60)
    max_retries         = optional(number, 0)
    max_concurrent_runs = optional(number, 10)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.limits.timeout_minutes >= 1 && var.limits.timeout_minutes <= 10080
    error_message = "limits.timeout_minutes lies between 1 and 10080 (seven days)."
  }

  validation {
    condition     = var.limits.max_retries >= 0 && var.limits.max_retries <= 10
    error_message = "limits.max_retries lies between 0 and 10."
  }

  validation {
    condition     = var.limits.max_concurrent_runs >= 1 && var.limits.max_concurrent_runs <= 1000
    error_message = "limits.max_concurrent_runs lies between 1 and 1000."
  }
}

variable "arguments" {
  description = "Default arguments of the script; a run may override them."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for name in keys(var.arguments) : startswith(name, "--")])
    error_message = "The name of an argument begins with --, for example --output_path."
  }
}

variable "fixed_arguments" {
  description = "Arguments that no run can override."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for name in keys(var.fixed_arguments) : startswith(name, "--")])
    error_message = "The name of an argument begins with --, for example --output_path."
  }
}

variable "reads" {
  description = "What the job may read: s3://bucket/prefix URIs; s3://bucket/ is the whole bucket."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for uri in var.reads : can(regex("^s3://[a-z0-9.-]+/", uri))])
    error_message = "Write s3://bucket/prefix, or s3://bucket/ for the whole bucket."
  }
}

variable "writes" {
  description = "What the job may write, list and replace: s3://bucket/prefix URIs."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for uri in var.writes : can(regex("^s3://[a-z0-9.-]+/", uri))])
    error_message = "Write s3://bucket/prefix, or s3://bucket/ for the whole bucket."
  }
}

variable "bookmark" {
  description = "What the job remembers of what it has read: enable (it reads what is new), pause (it reads what is new and remembers nothing) or disable."
  type        = string
  default     = "disable"
  nullable    = false

  validation {
    condition     = contains(["enable", "pause", "disable"], var.bookmark)
    error_message = "bookmark is enable, pause or disable."
  }

  validation {
    condition     = var.bookmark == "disable" || var.runtime.type == "glueetl"
    error_message = "Only glueetl jobs have bookmarks: a stream has checkpoints, a pythonshell job nothing."
  }
}

variable "network" {
  description = "Connections through which the job reaches databases and VPCs, and the security configuration that says how logs, bookmarks and data are encrypted. Both by name."
  type = object({
    connections            = optional(list(string), [])
    security_configuration = optional(string)
  })
  default  = {}
  nullable = false
}

variable "policy_statements" {
  description = "What the job may do besides, by statement id."
  type = map(object({
    actions    = list(string)
    resources  = list(string)
    conditions = optional(map(map(list(string))), {})
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for statement in values(var.policy_statements) : !contains(statement.actions, "*")])
    error_message = "Name the actions, for example glue:GetTable; '*' would allow everything."
  }
}

variable "observability" {
  description = "Job metrics in CloudWatch (shown on the dashboard), observability metrics (skew, errors by category), job insights, which explain a failure, and where Spark's event logs go (s3://bucket/folder/; null: nowhere)."
  type = object({
    metrics               = optional(bool, true)
    observability_metrics = optional(bool, true)
    insights              = optional(bool, true)
    spark_events          = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.observability.spark_events == null ? true : can(regex("^s3://[a-z0-9.-]+/(.*/)?$", var.observability.spark_events))
    error_message = "observability.spark_events is a folder, s3://bucket/folder/, with the slash at its end."
  }

  # https://docs.aws.amazon.com/glue/latest/dg/monitor-observability.html
  validation {
    condition     = !(var.observability.observability_metrics && !var.observability.metrics) || var.runtime.type == "pythonshell"
    error_message = "Observability metrics come with the job metrics: set observability.metrics too, or neither."
  }
}

variable "permissions_boundary_arn" {
  description = "Policy that bounds what the role can ever be allowed."
  type        = string
  default     = null
}

variable "kms_key_arn" {
  description = "Customer managed key of the buckets that the job reads and writes, and of its logs and bookmarks unless network.security_configuration says otherwise. A plan has to know whether there is one, so give an ARN that is written out. Null: keys that AWS manages."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of everything in the module."
  type        = map(string)
  default     = {}
  nullable    = false
}
