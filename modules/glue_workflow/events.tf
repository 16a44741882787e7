# https://docs.aws.amazon.com/glue/latest/dg/starting-workflow-eventbridge.html

locals {
  rule_name = "${substr(var.name, 0, 58)}-start"
  rule_arn  = var.event == null ? null : "arn:${local.partition}:events:${local.here}:rule/${var.event.bus_name == "default" ? "" : "${var.event.bus_name}/"}${local.rule_name}"
}

resource "aws_cloudwatch_event_rule" "start" {
  count = var.event == null ? 0 : 1

  name           = local.rule_name
  description    = "Events that start the workflow ${var.name}."
  event_bus_name = var.event.bus_name
  event_pattern  = var.event.pattern
  tags           = var.tags
}

resource "aws_cloudwatch_event_target" "workflow" {
  count = var.event == null ? 0 : 1

  rule           = aws_cloudwatch_event_rule.start[0].name
  event_bus_name = var.event.bus_name
  arn            = local.arn
  role_arn       = aws_iam_role.events[0].arn

  # Events that come before the trigger would be refused.
  depends_on = [aws_glue_trigger.start, aws_iam_role_policy.events]
}

resource "aws_iam_role" "events" {
  count = var.event == null ? 0 : 1

  # A role's name is unique in the account, a workflow's in its region.
  name_prefix          = substr("${var.name}-", 0, 38)
  description          = "Lets EventBridge tell the workflow ${var.name} of events."
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "EventBridgeForThisRule"
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "events.amazonaws.com" }
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account_id }
        ArnEquals    = { "aws:SourceArn" = local.rule_arn }
      }
    }]
  })
}

resource "aws_iam_role_policy" "events" {
  count = var.event == null ? 0 : 1

  name = "notify"
  role = aws_iam_role.events[0].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "NotifyWorkflow"
      Effect   = "Allow"
      Action   = ["glue:notifyEvent"]
      Resource = [local.arn]
    }]
  })
}
