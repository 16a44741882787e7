data "aws_partition" "current" {}
data "aws_region" "current" {}
data "aws_caller_identity" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  here       = "${data.aws_region.current.id}:${local.account_id}"

  # Built from the names, so that policies are readable in a plan before anything exists.
  dead_letter_arn = "arn:${local.partition}:sqs:${local.here}:${var.name}-failed"
  group_arn       = "arn:${local.partition}:scheduler:${local.here}:schedule-group/${var.group_name}"

  # jsonencode writes < and > as escapes, in which Scheduler does not find its own words.
  input = replace(replace(var.input, "\\u003c", "<"), "\\u003e", ">")

  # https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets.html
  targets = merge(
    { for arn in compact([var.target.state_machine_arn]) : "state_machine" => {
      arn = arn, input = local.input, actions = ["states:StartExecution"], resources = [arn]
    } },
    { for arn in compact([var.target.function_arn]) : "function" => {
      arn = arn, input = local.input, actions = ["lambda:InvokeFunction"], resources = [arn]
    } },
    { for arn in compact([var.target.queue_arn]) : "queue" => {
      arn = arn, input = local.input, actions = ["sqs:SendMessage"], resources = [arn]
    } },
    # Workflows have no target of their own; what they take are texts, by name.
    { for name in compact([var.target.glue_workflow_name]) : "glue_workflow" => {
      arn       = "arn:${local.partition}:scheduler:::aws-sdk:glue:startWorkflowRun"
      input     = "{\"Name\":${jsonencode(name)},\"RunProperties\":${local.input}}"
      actions   = ["glue:StartWorkflowRun"]
      resources = ["arn:${local.partition}:glue:${local.here}:workflow/${name}"]
    } },
  )
  target = one(values(local.targets))
}

resource "aws_scheduler_schedule" "this" {
  # checkov:skip=CKV_AWS_297:A key is the root's choice; without one AWS's own key encrypts the schedule.

  name        = var.name
  group_name  = var.group_name
  description = var.description
  state       = var.enabled ? "ENABLED" : "DISABLED"
  kms_key_arn = var.kms_key_arn

  schedule_expression          = var.schedule.expression
  schedule_expression_timezone = var.schedule.time_zone
  start_date                   = var.schedule.start
  end_date                     = var.schedule.end

  flexible_time_window {
    mode                      = var.schedule.window_minutes == 0 ? "OFF" : "FLEXIBLE"
    maximum_window_in_minutes = var.schedule.window_minutes == 0 ? null : var.schedule.window_minutes
  }

  target {
    arn      = local.target.arn
    role_arn = aws_iam_role.execution.arn
    input    = local.target.input

    retry_policy {
      maximum_retry_attempts       = var.retry.attempts
      maximum_event_age_in_seconds = var.retry.max_age_seconds
    }

    dead_letter_config {
      arn = aws_sqs_queue.dead_letter.arn
    }
  }

  # A schedule that is due at once must find its role able to do what it asks.
  depends_on = [aws_iam_role_policy.execution]
}

# The policy stands in the queue: the provider waits 25 s for each change of a queue's attributes.
resource "aws_sqs_queue" "dead_letter" {
  name                      = "${var.name}-failed"
  message_retention_seconds = 14 * 24 * 3600
  sqs_managed_sse_enabled   = var.kms_key_arn == null ? true : null
  kms_master_key_id         = var.kms_key_arn
  tags                      = var.tags

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "DenyPlainHttp"
      Effect    = "Deny"
      Principal = "*"
      Action    = "sqs:*"
      Resource  = local.dead_letter_arn
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}

resource "aws_iam_role" "execution" {
  # A role's name is unique in the account, a schedule's in its region and group.
  name_prefix          = substr("${var.name}-", 0, 38)
  description          = "Lets the schedule ${var.name} start what it starts."
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags

  # The group and not the schedule is what Scheduler names as the source:
  # https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "SchedulerForThisGroup"
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "scheduler.amazonaws.com" }
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account_id, "aws:SourceArn" = local.group_arn }
      }
    }]
  })
}

resource "aws_iam_role_policy" "execution" {
  name = "execution"
  role = aws_iam_role.execution.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        { Sid = "StartTarget", Effect = "Allow", Action = local.target.actions, Resource = local.target.resources },
        { Sid = "KeepFailedInvocations", Effect = "Allow", Action = ["sqs:SendMessage"], Resource = [local.dead_letter_arn] },
      ],
      var.kms_key_arn == null ? [] : [{
        Sid      = "UseKey"
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource = [var.kms_key_arn]
      }],
    )
  })
}
