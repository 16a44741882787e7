# The policies stand in the queues and not in resources of their own: the provider waits 25 s for each
# change of a queue's attributes to settle, and would do so once more for each policy.

resource "aws_sqs_queue" "this" {
  name = var.name
  # Six times the function's timeout, as AWS advises, so that a batch is not handed out twice while
  # it waits for its turn: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
  visibility_timeout_seconds = 6 * var.function.timeout_seconds + var.batch.window_seconds
  message_retention_seconds  = 4 * 24 * 3600
  sqs_managed_sse_enabled    = var.kms_key_arn == null ? true : null
  kms_master_key_id          = var.kms_key_arn
  tags                       = var.tags

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [for statement in local.queue_statements : merge(statement, { Resource = local.queue_arn })]
  })

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

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [for statement in local.queue_statements : merge(statement, { Resource = local.dead_letter_arn })]
  })

  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [local.queue_arn]
  })
}

locals {
  queue_statements = [
    {
      Sid       = "LetRuleSend"
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account_id }
        ArnEquals    = { "aws:SourceArn" = local.rule_arn }
      }
    },
    {
      Sid       = "DenyPlainHttp"
      Effect    = "Deny"
      Principal = "*"
      Action    = "sqs:*"
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    },
  ]
}
