output "topic_arn" {
  description = "ARN of the topic."
  # Built from the name: publishers' policies are readable in a plan before the topic exists.
  value      = local.arn
  depends_on = [aws_sns_topic.this, aws_sns_topic_policy.this]
}

output "topic_name" {
  description = "Name of the topic."
  value       = aws_sns_topic.this.name
}
