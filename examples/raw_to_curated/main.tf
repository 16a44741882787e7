# Every night: raw/<table>/ as Parquet under curated/<table>/, then a crawler, then tables to query.

data "aws_caller_identity" "current" {}

locals {
  root   = "${path.module}/../.."
  tags   = { project = "raw-to-curated" }
  place  = "${data.aws_caller_identity.current.account_id}-${var.region}"
  script = "${local.root}/glue_scripts/convert_raw_data.py"

  # What there is to convert. A new data set is one entry here and one in the workflow's nodes.
  data_sets = {
    orders = {
      format       = "csv"
      partition_by = ["order_date"]
      columns = [
        { name = "order_id", type = "bigint" },
        { name = "customer_id", type = "bigint" },
        { name = "order_date", type = "date" },
        { name = "item", type = "string" },
        { name = "quantity", type = "bigint" },
        { name = "amount", type = "decimal(10,2)" },
      ]
    }
    customers = {
      format       = "json"
      partition_by = []
      columns = [
        { name = "customer_id", type = "bigint" },
        { name = "name", type = "string" },
        { name = "city", type = "string" },
        { name = "newsletter", type = "boolean" },
        { name = "member_since", type = "date" },
      ]
    }
  }
}

module "data_bucket" {
  source = "../../modules/bucket"

  name = "${var.name_prefix}raw-to-curated-data-${local.place}"
  # The provider waits a minute until a bucket's lifecycle rules have settled: none for a try.
  retention     = null
  force_destroy = true
  tags          = local.tags
}

module "artifacts_bucket" {
  source = "../../modules/bucket"

  name = "${var.name_prefix}raw-to-curated-artifacts-${local.place}"
  # The provider waits a minute until a bucket's lifecycle rules have settled: none for a try.
  retention     = null
  force_destroy = true
  tags          = local.tags
}

module "convert" {
  source   = "../../modules/glue_job"
  for_each = local.data_sets

  name        = "${var.name_prefix}convert-${each.key}"
  description = "Turns raw/${each.key}/ into Parquet under curated/${each.key}/."
  limits      = { timeout_minutes = 20, max_concurrent_runs = 1 }
  reads       = ["s3://${module.data_bucket.name}/raw/${each.key}/"]
  # What a run writes is published from _staging/ once it is whole; nothing there outlives the run.
  writes = ["s3://${module.data_bucket.name}/curated/${each.key}/", "s3://${module.data_bucket.name}/_staging/"]
  tags   = local.tags

  code = {
    script         = local.script
    extra_py_files = [coalesce(var.glue_library, "${local.root}/dist/glue_scripts/pipeline_spark.zip")]
    bucket         = module.artifacts_bucket.name
  }

  arguments = {
    "--raw_path"     = "s3://${module.data_bucket.name}/raw/${each.key}/"
    "--raw_format"   = each.value.format
    "--delimiter"    = ","
    "--columns"      = jsonencode(each.value.columns)
    "--partition_by" = length(each.value.partition_by) == 0 ? "-" : join(",", each.value.partition_by)
    "--curated_path" = "s3://${module.data_bucket.name}/curated/${each.key}/"
  }

  permissions_boundary_arn = var.permissions_boundary_arn
}

module "catalog" {
  source = "../../modules/glue_catalog"

  database = { name = "${replace(var.name_prefix, "-", "_")}sales", description = "What lies under curated/, a table per data set." }
  tags     = local.tags

  crawlers = {
    curated = {
      name  = "${var.name_prefix}curated"
      paths = [{ path = "s3://${module.data_bucket.name}/curated/" }]
    }
  }

  permissions_boundary_arn = var.permissions_boundary_arn
}

module "refresh" {
  source = "../../modules/glue_workflow"

  name             = "${var.name_prefix}raw-to-curated"
  description      = "Refreshes the tables of ${module.catalog.database_name} from raw/."
  start            = "scheduled"
  schedule         = var.schedule
  schedule_enabled = var.schedule_enabled
  tags             = local.tags

  nodes = {
    convert_orders    = { job = { name = module.convert["orders"].name } }
    convert_customers = { job = { name = module.convert["customers"].name } }
    crawl_curated     = { crawler = { name = module.catalog.crawler_names["curated"] }, depends_on = ["convert_orders", "convert_customers"] }
  }

  permissions_boundary_arn = var.permissions_boundary_arn
}
