output "name" {
  description = "Name of the workflow, known once its triggers are there."
  value       = aws_glue_workflow.this.name
  depends_on  = [aws_glue_trigger.start]
}

output "arn" {
  description = "ARN of the workflow."
  # Built from the name: callers' policies are readable in a plan before the workflow exists.
  value      = local.arn
  depends_on = [aws_glue_trigger.start]
}

output "trigger_names" {
  description = "Names of the triggers: of each node that waits for another, and of the first one as start."
  value       = merge({ start = aws_glue_trigger.start.name }, { for node, trigger in aws_glue_trigger.after : node => trigger.name })
}

output "rule_arn" {
  description = "ARN of the EventBridge rule that starts the workflow, or null."
  value       = local.rule_arn
}
