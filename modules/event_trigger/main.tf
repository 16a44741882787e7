data "aws_partition" "current" {}
data "aws_region" "current" {}
data "aws_caller_identity" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  here       = "${data.aws_region.current.id}:${local.account_id}"

  # Built from the names, so that policies are readable in a plan before anything exists.
  rule_arn        = "arn:${local.partition}:events:${local.here}:rule/${var.name}"
  queue_arn       = "arn:${local.partition}:sqs:${local.here}:${var.name}"
  dead_letter_arn = "arn:${local.partition}:sqs:${local.here}:${var.name}-failed"

  # In a pattern the values of one list are alternatives, so "prefix and suffix" has to be one
  # wildcard; there * and \ are written with a backslash before them.
  escape = "/([*\\\\])/"
  key_filter = concat(
    length(var.filter.suffixes) == 0 ? [for prefix in var.filter.prefixes : { prefix = prefix }] : [],
    length(var.filter.prefixes) == 0 ? [for suffix in var.filter.suffixes : { suffix = suffix }] : [],
    [
      for pair in setproduct(var.filter.prefixes, var.filter.suffixes) :
      { wildcard = "${replace(pair[0], local.escape, "\\$1")}*${replace(pair[1], local.escape, "\\$1")}" }
    ],
  )
}

resource "aws_cloudwatch_event_rule" "this" {
  name        = var.name
  description = "New objects in ${var.bucket_name} that ${var.function.name} is told about."
  tags        = var.tags

  event_pattern = jsonencode({
    source      = ["aws.s3"]
    detail-type = ["Object Created"]
    detail = merge(
      { bucket = { name = [var.bucket_name] } },
      { for name in ["object"] : name => { key = local.key_filter } if length(local.key_filter) > 0 },
    )
  })
}

resource "aws_cloudwatch_event_target" "queue" {
  rule = aws_cloudwatch_event_rule.this.name
  arn  = aws_sqs_queue.this.arn

  # What EventBridge cannot deliver waits beside what the function could not do: one place to look.
  dead_letter_config {
    arn = aws_sqs_queue.dead_letter.arn
  }

  retry_policy {
    maximum_event_age_in_seconds = 86400
    maximum_retry_attempts       = 185
  }
}

resource "aws_lambda_event_source_mapping" "this" {
  event_source_arn                   = aws_sqs_queue.this.arn
  function_name                      = var.function.name
  batch_size                         = var.batch.size
  maximum_batching_window_in_seconds = var.batch.window_seconds
  function_response_types            = ["ReportBatchItemFailures"]
  tags                               = var.tags

  scaling_config {
    maximum_concurrency = var.batch.concurrency
  }

  # Lambda checks at once whether the role may read the queue.
  depends_on = [aws_iam_role_policy.consume]
}

# The function's role is another module's; what it needs for this queue comes and goes with the queue.
resource "aws_iam_role_policy" "consume" {
  name = "consume-${var.name}"
  role = var.function.role_name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{
        Sid      = "TakeEvents"
        Effect   = "Allow"
        Action   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"]
        Resource = [local.queue_arn]
      }],
      var.kms_key_arn == null ? [] : [{
        Sid      = "ReadEvents"
        Effect   = "Allow"
        Action   = ["kms:Decrypt"]
        Resource = [var.kms_key_arn]
      }],
    )
  })
}
