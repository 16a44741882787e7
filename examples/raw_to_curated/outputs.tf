output "data_bucket" {
  description = "Bucket of raw/ and curated/."
  value       = module.data_bucket.name
}

output "workflow_name" {
  description = "Name of the workflow that refreshes the tables."
  value       = module.refresh.name
}

output "database_name" {
  description = "Database of the tables."
  value       = module.catalog.database_name
}

output "job_names" {
  description = "Glue jobs, by data set."
  value       = { for name, job in module.convert : name => job.name }
}

output "crawler_name" {
  description = "Crawler that keeps the tables up to date."
  value       = module.catalog.crawler_names["curated"]
}
