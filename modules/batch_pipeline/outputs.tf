output "state_machine_arn" {
  description = "ARN of the state machine; an execution is one batch."
  # Built from the name: callers' policies are readable in a plan before the state machine exists.
  value      = local.state_machine_arn
  depends_on = [module.state_machine]
}

output "function_names" {
  description = "Lambda functions: folder in functions/ to name."
  value       = { process_batch = module.process_batch.name }
}

output "arrivals" {
  description = "URLs of the queue of new files and of that of files that failed for good, or null."
  value       = one([for trigger in module.arrivals : { queue_url = trigger.queue.url, dead_letter_queue_url = trigger.dead_letter_queue.url }])
}
