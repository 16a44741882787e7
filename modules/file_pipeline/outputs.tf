output "source_bucket" {
  description = "Bucket that files are uploaded to."
  value       = module.source_bucket.name
}

output "processed_bucket" {
  description = "Bucket that the Parquet files are written to."
  value       = module.processed_bucket.name
}

output "artifacts_bucket" {
  description = "Bucket of scripts and libraries."
  value       = module.artifacts_bucket.name
}

output "state_machine_arn" {
  description = "ARN of the state machine."
  value       = module.state_machine.arn
}

output "state_machine_type" {
  description = "STANDARD, or EXPRESS with orchestration.style express."
  value       = local.state_machine_type
}

output "topic_arn" {
  description = "ARN of the topic for notifications and alarms."
  value       = module.notifications.topic_arn
}

output "trigger_queue_url" {
  description = "URL of the queue of new files, or null."
  value       = one(module.event_trigger[*].queue.url)
}

output "trigger_dead_letter_queue_url" {
  description = "URL of the queue of files that could not be announced, or null."
  value       = one(module.event_trigger[*].dead_letter_queue.url)
}

output "function_names" {
  description = "Lambda functions: folder in functions/ to name."
  value       = { for name, function in local.functions : name => function.name }
}

output "glue_job_names" {
  description = "Glue jobs: script in glue_scripts/ to name."
  value       = { for name, job in local.glue_jobs : name => job.name }
}

output "dashboard_name" {
  description = "Name of the CloudWatch dashboard, or null."
  value       = one(module.monitoring[*].dashboard_name)
}

output "claims_table" {
  description = "DynamoDB table of claims on object versions and notifications."
  value       = aws_dynamodb_table.claims.name
}

output "dead_letter_queue_urls" {
  description = "URLs of the dead-letter queues, by the function that should have got what lies there."
  value       = { for function, queue in local.dead_letter_queues : function => queue.url }
}

output "database_name" {
  description = "Database of the Data Catalog with the datasets' tables, or null."
  value       = one(module.catalog[*].database_name)
}
