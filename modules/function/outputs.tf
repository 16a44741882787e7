output "name" {
  description = "Name of the function."
  value       = aws_lambda_function.this.function_name
}

output "arn" {
  description = "ARN of the function, without a version."
  # Built from the name: callers' policies are readable in a plan before the function exists.
  value      = local.function_arn
  depends_on = [aws_lambda_function.this]
}

output "role" {
  description = "Name and ARN of the role that the function runs with."
  value       = { name = aws_iam_role.execution.name, arn = aws_iam_role.execution.arn }
}

output "log_group_name" {
  description = "Log group of the function."
  value       = aws_cloudwatch_log_group.this.name
}

output "timeout_seconds" {
  description = "Seconds after which Lambda ends an invocation: what a queue before the function must wait."
  # From the input: a queue can be made while the function is.
  value = var.timeout_seconds
}
