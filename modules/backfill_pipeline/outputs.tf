output "state_machine_arn" {
  description = "ARN of the state machine; an execution is about one month."
  # Built from the name: callers' policies are readable in a plan before the state machine exists.
  value      = local.state_machine_arn
  depends_on = [module.state_machine]
}

output "function_names" {
  description = "Lambda functions: folder in functions/ to name."
  value       = { for name, function in local.functions : name => function.name }
}

output "schedule" {
  description = "Name and dead-letter queue of the schedule, or null."
  value       = one([for schedule in module.schedule : { name = schedule.name, dead_letter_queue_url = schedule.dead_letter_queue.url }])
}
