output "state_machine_arn" {
  description = "State machine of which one execution is about one month."
  value       = module.backfill.state_machine_arn
}

output "pipeline_state_machine_arn" {
  description = "State machine of the file pipeline."
  value       = module.pipeline.state_machine_arn
}

output "source_bucket" {
  description = "Bucket that files are downloaded to."
  value       = module.pipeline.source_bucket
}

output "processed_bucket" {
  description = "Bucket of the Parquet files."
  value       = module.pipeline.processed_bucket
}

output "topic_arn" {
  description = "Topic that tells what became of a month."
  value       = module.pipeline.topic_arn
}

output "function_names" {
  description = "Lambda functions: folder in functions/ to name."
  value       = merge(module.pipeline.function_names, module.backfill.function_names)
}

output "schedule_name" {
  description = "Schedule of the month before."
  value       = module.backfill.schedule.name
}
