data "aws_partition" "current" {}
data "aws_region" "current" {}
data "aws_caller_identity" "current" {}

locals {
  # Built from the name, so that policies are readable in a plan before the state machine exists.
  arn = "arn:${local.partition}:states:${local.here}:stateMachine:${var.name}"

  unused_statements = setsubtract(keys(var.additional_policy_statements), [for call in local.calls : call.state])
}

resource "aws_cloudwatch_log_group" "this" {
  # checkov:skip=CKV_AWS_338:How long logs are kept is for the root to say (logging.retention_days).

  count = var.logging == null ? 0 : 1

  # Below /aws/vendedlogs/ the resource policy for log delivery cannot outgrow its limit:
  # https://docs.aws.amazon.com/step-functions/latest/dg/bp-cwl.html
  name              = "/aws/vendedlogs/states/${var.name}"
  retention_in_days = var.logging.retention_days
  kms_key_id        = var.kms_key_arn
  tags              = var.tags
}

resource "aws_sfn_state_machine" "this" {
  # checkov:skip=CKV_AWS_285:Logging is on by default; the data of executions stays out of the logs unless logging.include_execution_data says so, as it may be confidential.

  name       = var.name
  type       = var.type
  role_arn   = aws_iam_role.execution.arn
  definition = local.rendered
  tags       = var.tags

  dynamic "logging_configuration" {
    for_each = var.logging == null ? [] : [var.logging]

    content {
      level                  = logging_configuration.value.level
      include_execution_data = logging_configuration.value.include_execution_data
      log_destination        = "${aws_cloudwatch_log_group.this[0].arn}:*"
    }
  }

  tracing_configuration {
    enabled = var.tracing
  }

  # Definition, input, output and history of executions.
  # https://docs.aws.amazon.com/step-functions/latest/dg/encryption-at-rest.html
  dynamic "encryption_configuration" {
    for_each = var.kms_key_arn == null ? [] : [var.kms_key_arn]

    content {
      type                              = "CUSTOMER_MANAGED_KMS_KEY"
      kms_key_id                        = encryption_configuration.value
      kms_data_key_reuse_period_seconds = var.kms_data_key_reuse_seconds
    }
  }

  # Step Functions checks the role when it is told to log.
  depends_on = [aws_iam_role_policy.execution]

  lifecycle {
    precondition {
      condition     = length(local.too_deep) == 0
      error_message = "This module looks into four levels of Parallel and Map; these states lie deeper: ${join(", ", local.too_deep)}. Move the inner part to a state machine of its own."
    }

    precondition {
      condition     = length(local.problems) == 0
      error_message = "${join(" ", local.problems)} Say what the role needs for it: additional_policy_statements = { \"<state>\" = [{ actions = [\"service:Action\"], resources = [\"arn:…\"] }] }."
    }

    precondition {
      condition     = length(local.unused_statements) == 0
      error_message = "additional_policy_statements names states that call nothing or do not exist: ${join(", ", local.unused_statements)}."
    }

    precondition {
      condition     = var.type == "STANDARD" || length([for call in local.calls : call.state if length(regexall("\\.sync(:2)?$|\\.waitForTaskToken$", call.resource)) > 0]) == 0
      error_message = "An EXPRESS state machine cannot wait: .sync and .waitForTaskToken need type = STANDARD."
    }
  }
}
