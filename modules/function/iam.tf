resource "aws_iam_role" "execution" {
  # A role's name is unique in the account, a function's in its region.
  name_prefix          = substr("${var.name}-", 0, 38)
  description          = "What the Lambda function ${var.name} may do."
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "LambdaRunsThisFunction"
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account_id }
        ArnLike      = { "aws:SourceArn" = [local.function_arn, "${local.function_arn}:*"] }
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
      [{
        Sid      = "WriteOwnLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = ["${local.log_group_arn}:*"]
      }],
      # X-Ray has no resources to name: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
      var.tracing == "Active" ? [{
        Sid      = "SendTraces"
        Effect   = "Allow"
        Action   = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
        Resource = ["*"]
      }] : [],
      var.kms_key_arn == null ? [] : [{
        Sid      = "UseKey"
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource = [var.kms_key_arn]
      }],
      try(var.async.dead_letter_arn, null) == null ? [] : [{
        Sid      = "KeepFailedEvents"
        Effect   = "Allow"
        Action   = [strcontains(var.async.dead_letter_arn, ":sns:") ? "sns:Publish" : "sqs:SendMessage"]
        Resource = [var.async.dead_letter_arn]
      }],
      [
        for sid, statement in var.policy_statements : merge(
          { Sid = sid, Effect = "Allow", Action = statement.actions, Resource = statement.resources },
          { for key in ["Condition"] : key => statement.conditions if length(statement.conditions) > 0 },
        )
      ],
    )
  })
}
