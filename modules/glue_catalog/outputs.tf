output "database_name" {
  description = "Name of the database."
  value       = aws_glue_catalog_database.this.name
}

output "table_names" {
  description = "Names of the tables that are declared here."
  value       = sort([for table in aws_glue_catalog_table.this : table.name])
}

output "crawler_names" {
  description = "Names of the crawlers, by the names that they have in the input."
  value       = { for key, crawler in aws_glue_crawler.this : key => crawler.name }
}

output "read_statement" {
  description = "What a job needs to read tables of the database: a value for policy_statements of the module glue_job."
  # Built from the names: callers' policies are readable in a plan before the database exists.
  value = {
    actions   = ["glue:GetDatabase", "glue:GetTable", "glue:GetTables", "glue:GetPartition", "glue:GetPartitions", "glue:BatchGetPartition"]
    resources = local.catalog
  }
}
