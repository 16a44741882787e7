# The database of the datasets' tables; publish_output makes the tables, as files bring them.

locals {
  database_name = var.catalog == null ? null : coalesce(var.catalog.database, replace("${var.name_prefix}pipeline", "-", "_"))
  glue_catalog  = "arn:${local.partition}:glue:${local.here}"

  # https://docs.aws.amazon.com/glue/latest/dg/glue-specifying-resource-arns.html
  catalog_statements = {
    for sid in ["KeepTables"] : sid => {
      actions   = ["glue:GetTable", "glue:CreateTable", "glue:UpdateTable"]
      resources = ["${local.glue_catalog}:catalog", "${local.glue_catalog}:database/${local.database_name}", "${local.glue_catalog}:table/${local.database_name}/*"]
    } if var.catalog != null
  }
}

module "catalog" {
  source = "../glue_catalog"
  count  = var.catalog == null ? 0 : 1

  database = { name = local.database_name, description = "What ${local.name} has published." }

  permissions_boundary_arn = var.security.permissions_boundary_arn
  kms_key_arn              = var.security.kms_key_arn
  tags                     = var.tags
}
