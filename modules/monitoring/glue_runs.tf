# Glue has no metric that counts failed runs: its own metrics come from a driver that started, so a
# run that never got that far is missing from them. EventBridge is told of every end. A rule keeps
# the failed ones in a log group (a table on the dashboard) and the rule's own metric is the alarm's.
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html

locals {
  watches_glue  = length(var.glue_jobs) > 0
  rule_name     = "${substr(var.name, 0, 46)}-failed-glue-runs"
  rule_arn      = "arn:${local.partition}:events:${local.region}:${local.account_id}:rule/${local.rule_name}"
  log_group     = "/aws/events/${local.rule_name}"
  log_group_arn = "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:${local.log_group}"
}

resource "aws_cloudwatch_event_rule" "failed_glue_runs" {
  count = local.watches_glue ? 1 : 0

  name        = local.rule_name
  description = "Runs of the Glue jobs of ${var.name} that failed, timed out or could not be carried on."
  tags        = var.tags

  event_pattern = jsonencode({
    source      = ["aws.glue"]
    detail-type = ["Glue Job State Change"]
    detail = {
      jobName = sort(values(var.glue_jobs))
      state   = ["FAILED", "TIMEOUT", "ERROR"]
    }
  })
}

resource "aws_cloudwatch_event_target" "failed_glue_runs" {
  count = local.watches_glue ? 1 : 0

  rule = aws_cloudwatch_event_rule.failed_glue_runs[0].name
  arn  = aws_cloudwatch_log_group.failed_glue_runs[0].arn

  depends_on = [aws_cloudwatch_log_resource_policy.failed_glue_runs]
}

resource "aws_cloudwatch_log_group" "failed_glue_runs" {
  count = local.watches_glue ? 1 : 0

  name              = local.log_group
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
  tags              = var.tags
}

resource "aws_cloudwatch_log_resource_policy" "failed_glue_runs" {
  count = local.watches_glue ? 1 : 0

  policy_name = local.rule_name

  policy_document = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "LetRuleWrite"
      Effect    = "Allow"
      Principal = { Service = ["events.amazonaws.com", "delivery.logs.amazonaws.com"] }
      Action    = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource  = "${local.log_group_arn}:*"
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account_id }
        ArnEquals    = { "aws:SourceArn" = local.rule_arn }
      }
    }]
  })
}

resource "aws_cloudwatch_metric_alarm" "failed_glue_runs" {
  count = local.watches_glue ? 1 : 0

  alarm_name        = "${var.name}-failed-glue-runs"
  alarm_description = "Runs of Glue jobs failed (${join(", ", sort(values(var.glue_jobs)))}). The log group ${local.log_group} names job, run and error; the run's own output is in /aws-glue/jobs/error, stream <run id>. Mend the cause, then redrive the execution or upload the file again."
  namespace         = "AWS/Events"
  metric_name       = "TriggeredRules"
  dimensions        = { RuleName = local.rule_name }
  statistic         = "Sum"

  comparison_operator = "GreaterThanThreshold"
  threshold           = var.thresholds.failed_glue_runs
  period              = var.thresholds.period_seconds
  evaluation_periods  = 1
  treat_missing_data  = local.missing_data
  alarm_actions       = [var.topic_arn]
  tags                = var.tags
}
