output "source_bucket" {
  description = "Bucket whose new files are processed."
  value       = module.source_bucket.name
}

output "state_machine_arn" {
  description = "ARN of the state machine."
  value       = module.state_machine.arn
}

output "topic_arn" {
  description = "Topic that tells of failures."
  value       = module.notifications.topic_arn
}

output "function_names" {
  description = "Names of the functions, by their folder."
  value = {
    detect_file_type = module.detect_file_type.name
    flaky_step       = module.flaky_step.name
  }
}
