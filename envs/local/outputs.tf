output "source_bucket" {
  description = "Bucket that files are uploaded to."
  value       = module.pipeline.source_bucket
}

output "processed_bucket" {
  description = "Bucket that the Parquet files are written to."
  value       = module.pipeline.processed_bucket
}

output "artifacts_bucket" {
  description = "Bucket of scripts and libraries."
  value       = module.pipeline.artifacts_bucket
}

output "state_machine_arn" {
  description = "ARN of the state machine."
  value       = module.pipeline.state_machine_arn
}

output "topic_arn" {
  description = "ARN of the topic for notifications and alarms."
  value       = module.pipeline.topic_arn
}

output "trigger_queue_url" {
  description = "URL of the queue of new files, or null."
  value       = module.pipeline.trigger_queue_url
}

output "trigger_dead_letter_queue_url" {
  description = "URL of the queue of files that could not be announced, or null."
  value       = module.pipeline.trigger_dead_letter_queue_url
}

output "function_names" {
  description = "Lambda functions: folder in functions/ to name."
  value       = module.pipeline.function_names
}

output "glue_job_names" {
  description = "Glue jobs: script in glue_scripts/ to name."
  value       = module.pipeline.glue_job_names
}

output "dashboard_name" {
  description = "Name of the CloudWatch dashboard, or null."
  value       = module.pipeline.dashboard_name
}

output "claims_table" {
  description = "DynamoDB table of claims on object versions and notifications."
  value       = module.pipeline.claims_table
}

output "dead_letter_queue_urls" {
  description = "URLs of the dead-letter queues, by the function that should have got what lies there."
  value       = module.pipeline.dead_letter_queue_urls
}

output "database_name" {
  description = "Database of the Data Catalog with the datasets' tables, or null."
  value       = module.pipeline.database_name
}
