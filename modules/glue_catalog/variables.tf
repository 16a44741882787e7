variable "database" {
  description = "The database: its name (lower case, as all names in the Data Catalog), and where tables lie that say nothing else."
  type = object({
    name        = string
    description = optional(string, "")
    location    = optional(string)
    parameters  = optional(map(string), {})
  })
  nullable = false

  validation {
    condition     = can(regex("^[a-z0-9_]{1,255}$", var.database.name))
    error_message = "A database's name has 1 to 255 of a-z, 0-9 and '_': Athena takes no others."
  }
}

variable "tables" {
  description = "Tables with a schema that is declared here, by name. Leave to a crawler or a job what they find out themselves."
  type = map(object({
    location       = string
    format         = optional(string, "parquet")
    columns        = list(object({ name = string, type = string, comment = optional(string) }))
    partition_keys = optional(list(object({ name = string, type = string, comment = optional(string) })), [])
    delimiter      = optional(string, ",")
    header_lines   = optional(number, 1)
    description    = optional(string, "")
    parameters     = optional(map(string), {})
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.tables) : can(regex("^[a-z0-9_]{1,255}$", name))])
    error_message = "A table's name has 1 to 255 of a-z, 0-9 and '_': Athena takes no others."
  }

  validation {
    condition     = alltrue([for table in values(var.tables) : contains(["parquet", "orc", "avro", "json", "csv"], table.format)])
    error_message = "A table's format is parquet, orc, avro, json or csv."
  }

  validation {
    condition     = alltrue([for table in values(var.tables) : can(regex("^s3://[a-z0-9.-]+/.*[^/]/$|^s3://[a-z0-9.-]+/$", table.location))])
    error_message = "A table's location is a folder, s3://bucket/folder/, with the slash at its end: else it would take in s3://bucket/folder-2/ too."
  }

  validation {
    condition     = alltrue(flatten([for table in values(var.tables) : [for column in concat(table.columns, table.partition_keys) : column.name == lower(column.name)]]))
    error_message = "Write columns in lower case: the Data Catalog stores them so, and every plan would differ."
  }

  validation {
    condition     = alltrue([for table in values(var.tables) : length(table.columns) > 0 && length(distinct([for column in concat(table.columns, table.partition_keys) : column.name])) == length(table.columns) + length(table.partition_keys)])
    error_message = "A table has at least one column, and each name once, partition keys included."
  }
}

variable "crawlers" {
  description = <<-EOT
    Crawlers that keep tables of the database up to date, by a name of your choice. A crawler looks
    either at paths in S3 or at tables that are there already. on_change: UPDATE_IN_DATABASE or LOG;
    on_delete: DEPRECATE_IN_DATABASE, DELETE_FROM_DATABASE or LOG; recrawl: CRAWL_EVERYTHING or
    CRAWL_NEW_FOLDERS_ONLY. table_level is the depth of the tables' folders, the bucket being 1. A
    crawler that a workflow starts needs no schedule.
  EOT
  type = map(object({
    name         = string
    description  = optional(string, "")
    paths        = optional(list(object({ path = string, exclusions = optional(list(string), []), sample_size = optional(number) })), [])
    tables       = optional(list(string), [])
    table_prefix = optional(string, "")
    classifiers  = optional(list(string), [])
    schedule     = optional(string)
    on_change    = optional(string, "UPDATE_IN_DATABASE")
    on_delete    = optional(string, "DEPRECATE_IN_DATABASE")
    recrawl      = optional(string, "CRAWL_EVERYTHING")
    grouping = optional(object({
      combine_schemas = optional(bool, false)
      table_level     = optional(number)
      table_threshold = optional(number)
    }), {})
    merge_new_columns      = optional(bool, false)
    inherit_partitions     = optional(bool, true)
    security_configuration = optional(string)
  }))
  default  = {}
  nullable = false
}

variable "permissions_boundary_arn" {
  description = "Policy that bounds what the crawlers' roles can ever be allowed."
  type        = string
  default     = null
}

variable "kms_key_arn" {
  description = "Customer managed key of the data that are crawled. Null: keys that AWS manages."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of everything in the module."
  type        = map(string)
  default     = {}
  nullable    = false
}
