output "dashboard_name" {
  description = "Name of the dashboard."
  value       = aws_cloudwatch_dashboard.this.dashboard_name
}

output "alarm_names" {
  description = "Names of all alarms."
  value = concat(
    values(aws_cloudwatch_metric_alarm.failed_executions)[*].alarm_name,
    aws_cloudwatch_metric_alarm.failed_glue_runs[*].alarm_name,
    values(aws_cloudwatch_metric_alarm.function_errors)[*].alarm_name,
    values(aws_cloudwatch_metric_alarm.dead_letters)[*].alarm_name,
    values(aws_cloudwatch_metric_alarm.old_events)[*].alarm_name,
  )
}
