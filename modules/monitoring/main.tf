data "aws_partition" "current" {}
data "aws_region" "current" {}
data "aws_caller_identity" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  region     = data.aws_region.current.id

  # No function, execution or run at all is a quiet day, not a fault.
  missing_data = "notBreaching"
}

resource "aws_cloudwatch_metric_alarm" "function_errors" {
  for_each = var.functions

  alarm_name        = "${var.name}-${each.key}-errors"
  alarm_description = "The Lambda function ${each.value} raised errors. Open the log group /aws/lambda/${each.value} at the time of the alarm and look for \"ERROR\" or \"Task timed out\". A single error that did not come back was retried and needs nothing. If errors go on, roll back the last deployment or raise the function's timeout or memory, whichever the log names."
  namespace         = "AWS/Lambda"
  metric_name       = "Errors"
  dimensions        = { FunctionName = each.value }
  statistic         = "Sum"

  comparison_operator = "GreaterThanThreshold"
  threshold           = var.thresholds.function_errors
  period              = var.thresholds.period_seconds
  evaluation_periods  = 1
  treat_missing_data  = local.missing_data
  alarm_actions       = [var.topic_arn]
  tags                = var.tags
}

resource "aws_cloudwatch_metric_alarm" "failed_executions" {
  for_each = var.state_machines

  alarm_name        = "${var.name}-${each.key}-failed-executions"
  alarm_description = "Executions of the state machine ${element(split(":", each.value), 6)} failed or timed out. Open Step Functions, filter its executions by Failed and Timed out, and read the error of the red state; an Express workflow's stand in its log alone. After the cause is mended redrive the execution, which goes on from the failed state (a Standard workflow's only), or upload the file again."

  comparison_operator = "GreaterThanThreshold"
  threshold           = var.thresholds.failed_executions
  evaluation_periods  = 1
  treat_missing_data  = local.missing_data
  alarm_actions       = [var.topic_arn]
  tags                = var.tags

  metric_query {
    id          = "failed"
    expression  = "FILL(executions_failed, 0) + FILL(executions_timed_out, 0)"
    label       = "Failed or timed out"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = { executions_failed = "ExecutionsFailed", executions_timed_out = "ExecutionsTimedOut" }

    content {
      id = metric_query.key

      metric {
        namespace   = "AWS/States"
        metric_name = metric_query.value
        dimensions  = { StateMachineArn = each.value }
        period      = var.thresholds.period_seconds
        stat        = "Sum"
      }
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "dead_letters" {
  for_each = var.queues

  alarm_name        = "${var.name}-${each.key}-dead-letters"
  alarm_description = "Events lie in the dead-letter queue ${each.value.dead_letter_name}: what they announce was not done. Read the messages' attributes and the function's log for the cause, mend it, then put them back (make redrive shows and does it). Events are kept for 14 days."
  namespace         = "AWS/SQS"
  metric_name       = "ApproximateNumberOfMessagesVisible"
  dimensions        = { QueueName = each.value.dead_letter_name }
  statistic         = "Maximum"

  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = var.thresholds.period_seconds
  evaluation_periods  = 1
  treat_missing_data  = local.missing_data
  alarm_actions       = [var.topic_arn]
  tags                = var.tags
}

resource "aws_cloudwatch_metric_alarm" "old_events" {
  for_each = { for key, queue in var.queues : key => queue if queue.name != null }

  alarm_name        = "${var.name}-${each.key}-waiting-too-long"
  alarm_description = "Events in the queue ${each.value.name} wait for more than ${var.thresholds.oldest_event_seconds} seconds: files arrive faster than they are taken, or the function that takes them fails. Look at the function's errors and throttles on the dashboard ${var.name}; raise the trigger's batch.concurrency when there are none."
  namespace         = "AWS/SQS"
  metric_name       = "ApproximateAgeOfOldestMessage"
  dimensions        = { QueueName = each.value.name }
  statistic         = "Maximum"

  comparison_operator = "GreaterThanThreshold"
  threshold           = var.thresholds.oldest_event_seconds
  period              = var.thresholds.period_seconds
  evaluation_periods  = 1
  treat_missing_data  = local.missing_data
  alarm_actions       = [var.topic_arn]
  tags                = var.tags
}
