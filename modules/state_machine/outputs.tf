output "name" {
  description = "Name of the state machine."
  value       = aws_sfn_state_machine.this.name
}

output "arn" {
  description = "ARN of the state machine."
  # Built from the name: callers' policies are readable in a plan before the state machine exists.
  value      = local.arn
  depends_on = [aws_sfn_state_machine.this]
}

output "role" {
  description = "Name and ARN of the role that executions run with."
  value       = { name = aws_iam_role.execution.name, arn = aws_iam_role.execution.arn }
}

output "log_group_name" {
  description = "Log group of the executions, or null."
  value       = one(aws_cloudwatch_log_group.this[*].name)
}
