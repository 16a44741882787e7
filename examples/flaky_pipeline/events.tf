# From the bucket to the state machine with nothing in between: S3's event is an execution's input.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html

resource "aws_cloudwatch_event_rule" "new_file" {
  name        = "${local.name}-new-file"
  description = "An object was created in ${module.source_bucket.name}."
  tags        = local.tags

  event_pattern = jsonencode({
    source      = ["aws.s3"]
    detail-type = ["Object Created"]
    detail      = { bucket = { name = [module.source_bucket.name] } }
  })
}

resource "aws_cloudwatch_event_target" "state_machine" {
  rule     = aws_cloudwatch_event_rule.new_file.name
  arn      = module.state_machine.arn
  role_arn = aws_iam_role.new_file.arn

  # An event that comes before the right to start an execution would be refused.
  depends_on = [aws_iam_role_policy.new_file]
}

resource "aws_iam_role" "new_file" {
  # A role's name is unique in the account, a rule's in its region.
  name_prefix          = substr("${local.name}-rule-", 0, 38)
  description          = "What the rule ${local.name}-new-file may do."
  permissions_boundary = var.permissions_boundary_arn
  tags                 = local.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "EventBridgeSendsForThisRule"
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "events.amazonaws.com" }
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account_id }
        ArnLike      = { "aws:SourceArn" = aws_cloudwatch_event_rule.new_file.arn }
      }
    }]
  })
}

resource "aws_iam_role_policy" "new_file" {
  name = "start-executions"
  role = aws_iam_role.new_file.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "StartExecutions"
      Effect   = "Allow"
      Action   = ["states:StartExecution"]
      Resource = [module.state_machine.arn]
    }]
  })
}
