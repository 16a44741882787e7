# Executions that end without a state that could tell of it: stopped, out of time, or failed where they
# should have told. Nobody hears so of an Express workflow's; there whoever starts one waits for its end.
# https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html

locals {
  ended_executions     = "${local.name}-ended-executions"
  ended_executions_arn = "arn:${local.partition}:events:${local.here}:rule/${local.ended_executions}"
}

resource "aws_cloudwatch_event_rule" "ended_executions" {
  count = local.express ? 0 : 1

  name        = local.ended_executions
  description = "Executions of ${local.name} that failed, timed out or were stopped."
  tags        = var.tags

  event_pattern = jsonencode({
    source      = ["aws.states"]
    detail-type = ["Step Functions Execution Status Change"]
    detail = {
      stateMachineArn = [local.state_machine_arn]
      status          = ["FAILED", "TIMED_OUT", "ABORTED"]
    }
  })
}

resource "aws_cloudwatch_event_target" "send_notification" {
  count = local.express ? 0 : 1

  rule = aws_cloudwatch_event_rule.ended_executions[0].name
  arn  = module.send_notification.arn

  # What does not reach the function waits beside what the function could not do: one place to look.
  dead_letter_config {
    arn = module.send_notification_dead_letters.arn
  }

  retry_policy {
    maximum_event_age_in_seconds = 86400
    maximum_retry_attempts       = 185
  }
}

resource "aws_lambda_permission" "ended_executions" {
  count = local.express ? 0 : 1

  statement_id   = "EndedExecutions"
  action         = "lambda:InvokeFunction"
  function_name  = module.send_notification.name
  principal      = "events.amazonaws.com"
  source_arn     = local.ended_executions_arn
  source_account = local.account_id
}

module "send_notification_dead_letters" {
  source = "../dead_letter_queue"

  name        = "${var.name_prefix}send-notification-failed"
  senders     = { for sid in ["EndedExecutions"] : sid => { service = "events.amazonaws.com", source_arn = local.ended_executions_arn } if !local.express }
  kms_key_arn = var.security.kms_key_arn
  tags        = var.tags
}
