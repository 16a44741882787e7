output "name" {
  description = "Name of the job."
  value       = aws_glue_job.this.name
}

output "arn" {
  description = "ARN of the job."
  # Built from the name: callers' policies are readable in a plan before the job exists.
  value      = "arn:${local.partition}:glue:${local.here}:job/${var.name}"
  depends_on = [aws_glue_job.this]
}

output "role" {
  description = "Name and ARN of the role that runs have."
  value       = { name = aws_iam_role.execution.name, arn = aws_iam_role.execution.arn }
}

output "timeout_minutes" {
  description = "Minutes after which Glue ends a run."
  value       = aws_glue_job.this.timeout
}
