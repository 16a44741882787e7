output "queue" {
  description = "Name, ARN and URL of the queue."
  value       = { name = aws_sqs_queue.this.name, arn = aws_sqs_queue.this.arn, url = aws_sqs_queue.this.url }
}

output "dead_letter_queue" {
  description = "Name, ARN and URL of the queue for events that failed for good."
  value       = { name = aws_sqs_queue.dead_letter.name, arn = aws_sqs_queue.dead_letter.arn, url = aws_sqs_queue.dead_letter.url }
}

output "rule_name" {
  description = "Name of the EventBridge rule."
  value       = aws_cloudwatch_event_rule.this.name
}
