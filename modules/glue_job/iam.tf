locals {
  # s3://bucket/prefix → bucket, prefix
  writes = concat(var.writes, local.spark ? var.observability.spark_events[*] : [])
  split  = { for uri in distinct(concat(var.reads, local.writes)) : uri => regex("^s3://([^/]+)/(.*)$", uri) }

  readable  = [for uri in distinct(concat(var.reads, local.writes)) : "arn:${local.partition}:s3:::${trimprefix(uri, "s3://")}*"]
  writeable = [for uri in local.writes : "arn:${local.partition}:s3:::${trimprefix(uri, "s3://")}*"]
  code      = [for uri in values(local.location) : "arn:${local.partition}:s3:::${trimprefix(uri, "s3://")}"]

  # Spark's file system asks whether the folders above a prefix are there, as objects and as folders:
  # a/b/ → a, a/b
  # https://hadoop.apache.org/docs/stable/hadoop-aws/tools/hadoop-aws/troubleshooting_s3a.html
  above = {
    for uri, parts in local.split : uri => [
      for depth in range(1, length(split("/", parts[1]))) : join("/", slice(split("/", parts[1]), 0, depth))
    ]
  }
  folders = distinct(flatten([for uri, parts in local.split : [for folder in local.above[uri] : "arn:${local.partition}:s3:::${parts[0]}/${folder}"]]))

  # Listing is granted per bucket and bound to the prefixes.
  listable = {
    for bucket in distinct([for parts in values(local.split) : parts[0]]) : bucket => distinct(sort(flatten([
      for uri, parts in local.split : concat(["${parts[1]}*"], [for folder in local.above[uri] : "${folder}/" if "${folder}/" != parts[1]]) if parts[0] == bucket
    ])))
  }
}

resource "aws_iam_role" "execution" {
  # A role's name is unique in the account, a job's in its region.
  name_prefix          = substr("${var.name}-", 0, 38)
  description          = "What the Glue job ${var.name} may do."
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "GlueRunsThisJob"
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "glue.amazonaws.com" }
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account_id }
        # Glue does not promise a job's own ARN here:
        # https://docs.aws.amazon.com/glue/latest/dg/cross-service-confused-deputy-prevention.html
        ArnLike = { "aws:SourceArn" = "arn:${local.partition}:glue:${local.here}:*" }
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
        {
          Sid      = "ReadCode"
          Effect   = "Allow"
          Action   = ["s3:GetObject"]
          Resource = local.code
        },
        {
          # Glue names the groups itself: /aws-glue/jobs/output, /error, /logs-v2, /aws-glue/python-jobs/…
          Sid      = "WriteLogs"
          Effect   = "Allow"
          Action   = concat(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], local.security_configuration == null ? [] : ["logs:AssociateKmsKey"])
          Resource = ["arn:${local.partition}:logs:${local.here}:log-group:/aws-glue/*"]
        },
        {
          # CloudWatch has no resources to name; the namespace bounds it.
          Sid       = "WriteMetrics"
          Effect    = "Allow"
          Action    = ["cloudwatch:PutMetricData"]
          Resource  = ["*"]
          Condition = { StringEquals = { "cloudwatch:namespace" = "Glue" } }
        },
      ],
      length(local.readable) == 0 ? [] : [{
        Sid      = "ReadData"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:GetObjectVersion"]
        Resource = concat(local.readable, local.folders)
      }],
      length(local.writeable) == 0 ? [] : [{
        Sid      = "WriteData"
        Effect   = "Allow"
        Action   = ["s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"]
        Resource = local.writeable
      }],
      [
        for bucket, prefixes in local.listable : {
          Sid      = "List${replace(title(replace(bucket, "/[.-]/", " ")), " ", "")}"
          Effect   = "Allow"
          Action   = ["s3:ListBucket"]
          Resource = ["arn:${local.partition}:s3:::${bucket}"]
          # Where an object is missing S3 says so only to those who may list, and that question has no
          # prefix: https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
          Condition = { StringLikeIfExists = { "s3:prefix" = prefixes } }
        }
      ],
      length(local.listable) == 0 ? [] : [{
        Sid      = "LocateBuckets"
        Effect   = "Allow"
        Action   = ["s3:GetBucketLocation"]
        Resource = [for bucket in keys(local.listable) : "arn:${local.partition}:s3:::${bucket}"]
      }],
      local.network_statements,
      local.security_configuration == null ? [] : [{
        # Security configurations have no ARNs.
        Sid      = "ReadSecurityConfiguration"
        Effect   = "Allow"
        Action   = ["glue:GetSecurityConfiguration"]
        Resource = ["*"]
      }],
      var.kms_key_arn == null ? [] : [{
        Sid    = "UseKey"
        Effect = "Allow"
        # A job encrypts its bookmarks itself: https://docs.aws.amazon.com/glue/latest/dg/set-up-encryption.html
        Action   = concat(["kms:Decrypt", "kms:GenerateDataKey"], var.bookmark == "disable" ? [] : ["kms:Encrypt"])
        Resource = [var.kms_key_arn]
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
