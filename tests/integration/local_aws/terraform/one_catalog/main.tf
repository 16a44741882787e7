# A partitioned table made by Terraform, and data sources for tables that others made.

terraform {
  required_version = ">= 1.9"

  backend "local" {}

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100"
    }
  }
}

variable "endpoint_url" {
  description = "Where the local AWS answers."
  type        = string
}

variable "bucket" {
  description = "Where the data lie."
  type        = string
}

variable "database" {
  description = "The database of all tables."
  type        = string
}

variable "read" {
  description = "Names of tables to read."
  type        = set(string)
  default     = []
}

provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_metadata_api_check     = true

  endpoints {
    glue = var.endpoint_url
    sts  = var.endpoint_url
  }
}

locals {
  columns = { id = "bigint", name = "string" }
  hive    = "org.apache.hadoop.hive.ql.io.parquet"
}

resource "aws_glue_catalog_table" "this" {
  database_name = var.database
  name          = "terraform"
  table_type    = "EXTERNAL_TABLE"
  parameters    = { classification = "parquet" }

  partition_keys {
    name = "day"
    type = "string"
  }

  storage_descriptor {
    location      = "s3://${var.bucket}/terraform/"
    input_format  = "${local.hive}.MapredParquetInputFormat"
    output_format = "${local.hive}.MapredParquetOutputFormat"

    ser_de_info {
      serialization_library = "${local.hive}.serde.ParquetHiveSerDe"
    }

    dynamic "columns" {
      for_each = local.columns
      content {
        name = columns.key
        type = columns.value
      }
    }
  }
}

resource "aws_glue_partition" "this" {
  for_each = toset(["1", "2"])

  database_name    = var.database
  table_name       = aws_glue_catalog_table.this.name
  partition_values = [each.key]

  storage_descriptor {
    location      = "s3://${var.bucket}/terraform/day=${each.key}/"
    input_format  = "${local.hive}.MapredParquetInputFormat"
    output_format = "${local.hive}.MapredParquetOutputFormat"

    ser_de_info {
      serialization_library = "${local.hive}.serde.ParquetHiveSerDe"
    }

    dynamic "columns" {
      for_each = local.columns
      content {
        name = columns.key
        type = columns.value
      }
    }
  }
}

data "aws_glue_catalog_table" "read" {
  for_each = var.read

  database_name = var.database
  name          = each.key
}

output "columns" {
  description = "Columns and partition keys of the tables that were read, with their types."
  value = {
    for name, table in data.aws_glue_catalog_table.read : name => {
      for column in concat(table.storage_descriptor[0].columns, table.partition_keys) :
      column.name => column.type
    }
  }
}
