output "name" {
  description = "Name of the schedule."
  value       = aws_scheduler_schedule.this.name
}

output "arn" {
  description = "ARN of the schedule."
  value       = aws_scheduler_schedule.this.arn
}

output "dead_letter_queue" {
  description = "Name, ARN and URL of the queue for invocations that failed for good."
  value       = { name = aws_sqs_queue.dead_letter.name, arn = aws_sqs_queue.dead_letter.arn, url = aws_sqs_queue.dead_letter.url }
}

output "role" {
  description = "Name and ARN of the role that the schedule starts its target with."
  value       = { name = aws_iam_role.execution.name, arn = aws_iam_role.execution.arn }
}
