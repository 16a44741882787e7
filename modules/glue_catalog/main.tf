data "aws_partition" "current" {}
data "aws_region" "current" {}
data "aws_caller_identity" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  here       = "${data.aws_region.current.id}:${local.account_id}"

  # What Hive reads and writes each format with, as Glue's own crawlers write it into their tables.
  formats = {
    parquet = {
      input      = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat"
      output     = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat"
      serde      = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
      parameters = { "serialization.format" = "1" }
    }
    orc = {
      input      = "org.apache.hadoop.hive.ql.io.orc.OrcInputFormat"
      output     = "org.apache.hadoop.hive.ql.io.orc.OrcOutputFormat"
      serde      = "org.apache.hadoop.hive.ql.io.orc.OrcSerde"
      parameters = {}
    }
    avro = {
      input      = "org.apache.hadoop.hive.ql.io.avro.AvroContainerInputFormat"
      output     = "org.apache.hadoop.hive.ql.io.avro.AvroContainerOutputFormat"
      serde      = "org.apache.hadoop.hive.serde2.avro.AvroSerDe"
      parameters = { "serialization.format" = "1" }
    }
    json = {
      input      = "org.apache.hadoop.mapred.TextInputFormat"
      output     = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"
      serde      = "org.openx.data.jsonserde.JsonSerDe"
      parameters = {}
    }
    csv = {
      input      = "org.apache.hadoop.mapred.TextInputFormat"
      output     = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"
      serde      = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
      parameters = {}
    }
  }
}

resource "aws_glue_catalog_database" "this" {
  name         = var.database.name
  description  = var.database.description
  location_uri = var.database.location
  parameters   = var.database.parameters
  tags         = var.tags
}

resource "aws_glue_catalog_table" "this" {
  for_each = var.tables

  name          = each.key
  database_name = aws_glue_catalog_database.this.name
  description   = each.value.description
  table_type    = "EXTERNAL_TABLE"

  parameters = merge(
    { EXTERNAL = "TRUE", classification = each.value.format },
    each.value.format == "csv" ? { delimiter = each.value.delimiter, "skip.header.line.count" = tostring(each.value.header_lines) } : {},
    each.value.parameters,
  )

  dynamic "partition_keys" {
    for_each = each.value.partition_keys

    content {
      name    = partition_keys.value.name
      type    = partition_keys.value.type
      comment = partition_keys.value.comment
    }
  }

  storage_descriptor {
    location      = each.value.location
    input_format  = local.formats[each.value.format].input
    output_format = local.formats[each.value.format].output

    ser_de_info {
      serialization_library = local.formats[each.value.format].serde
      parameters            = each.value.format == "csv" ? { "field.delim" = each.value.delimiter } : local.formats[each.value.format].parameters
    }

    dynamic "columns" {
      for_each = each.value.columns

      content {
        name    = columns.value.name
        type    = columns.value.type
        comment = columns.value.comment
      }
    }
  }
}
