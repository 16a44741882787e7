resource "aws_sqs_queue" "this" {
  name = var.name
  # Six times the function's timeout, as AWS advises, so that a batch is not handed out twice while
  # it waits for its turn: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
  visibility_timeout_seconds = 6 * var.function.timeout_seconds + var.batch.window_seconds
  message_retention_seconds  = 4 * 24 * 3600
  sqs_managed_sse_enabled    = var.kms_key_arn == null ? true : null
  kms_master_key_id          = var.kms_key_arn
  tags                       = var.tags

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead_letter.arn
    maxReceiveCount     = var.max_receives
  })
}

resource "aws_sqs_queue" "dead_letter" {
  name                      = "${var.name}-failed"
  message_retention_seconds = 14 * 24 * 3600
  sqs_managed_sse_enabled   = var.kms_key_arn == null ? true : null
  kms_master_key_id         = var.kms_key_arn
  tags                      = var.tags

  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [local.queue_arn]
  })
}

locals {
  deny_plain_http = {
    Sid       = "DenyPlainHttp"
    Effect    = "Deny"
    Principal = "*"
    Action    = "sqs:*"
    Condition = { Bool = { "aws:SecureTransport" = "false" } }
  }
  let_rule_send = {
    Sid       = "LetRuleSend"
    Effect    = "Allow"
    Principal = { Service = "events.amazonaws.com" }
    Action    = "sqs:SendMessage"
    Condition = {
      StringEquals = { "aws:SourceAccount" = local.account_id }
      ArnEquals    = { "aws:SourceArn" = local.rule_arn }
    }
  }
}

resource "aws_sqs_queue_policy" "this" {
  queue_url = aws_sqs_queue.this.url

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [for statement in [local.let_rule_send, local.deny_plain_http] : merge(statement, { Resource = local.queue_arn })]
  })
}

resource "aws_sqs_queue_policy" "dead_letter" {
  queue_url = aws_sqs_queue.dead_letter.url

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [for statement in [local.let_rule_send, local.deny_plain_http] : merge(statement, { Resource = local.dead_letter_arn })]
  })
}
