locals {
  # s3://bucket/prefix → prefix without its slash, per crawler and bucket. Crawlers of tables look at
  # the tables' locations.
  locations = {
    for key, crawler in var.crawlers : key => [
      for uri in concat(crawler.paths[*].path, [for table in crawler.tables : var.tables[table].location if contains(keys(var.tables), table)]) :
      regex("^s3://(?P<bucket>[^/]+)/?(?P<prefix>.*?)/?$", uri) if startswith(uri, "s3://")
    ]
  }
  databases = "arn:${local.partition}:glue:${local.here}:database/${var.database.name}"
  catalog   = ["arn:${local.partition}:glue:${local.here}:catalog", local.databases, "arn:${local.partition}:glue:${local.here}:table/${var.database.name}/*"]

  read_actions = ["glue:GetDatabase", "glue:GetTable", "glue:GetTables", "glue:GetPartition", "glue:GetPartitions", "glue:BatchGetPartition"]
  add_actions  = ["glue:CreateTable", "glue:CreatePartition", "glue:BatchCreatePartition"]
  # Deprecating a table is an update of its parameters.
  update_actions = ["glue:UpdateTable", "glue:UpdatePartition", "glue:BatchUpdatePartition"]
  delete_actions = ["glue:DeleteTable", "glue:BatchDeleteTable", "glue:DeletePartition", "glue:BatchDeletePartition"]
}

resource "aws_iam_role" "crawler" {
  for_each = var.crawlers

  # A role's name is unique in the account, a crawler's in its region.
  name_prefix          = substr("${each.value.name}-", 0, 38)
  description          = "What the crawler ${each.value.name} may do."
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "GlueRunsThisCrawler"
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "glue.amazonaws.com" }
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account_id }
        # Glue does not promise a crawler's own ARN here:
        # https://docs.aws.amazon.com/glue/latest/dg/cross-service-confused-deputy-prevention.html
        ArnLike = { "aws:SourceArn" = "arn:${local.partition}:glue:${local.here}:*" }
      }
    }]
  })

  lifecycle {
    precondition {
      condition     = length(local.crawler_problems) == 0
      error_message = join("\n", local.crawler_problems)
    }
  }
}

resource "aws_iam_role_policy" "crawler" {
  for_each = var.crawlers

  name = "execution"
  role = aws_iam_role.crawler[each.key].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid      = "ReadData"
          Effect   = "Allow"
          Action   = ["s3:GetObject"]
          Resource = [for place in local.locations[each.key] : "arn:${local.partition}:s3:::${place.bucket}/${place.prefix == "" ? "" : "${place.prefix}/"}*"]
        },
        {
          Sid      = "LocateBuckets"
          Effect   = "Allow"
          Action   = ["s3:GetBucketLocation"]
          Resource = distinct([for place in local.locations[each.key] : "arn:${local.partition}:s3:::${place.bucket}"])
        },
      ],
      [
        for bucket in distinct([for place in local.locations[each.key] : place.bucket]) : {
          Sid      = "List${replace(title(replace(bucket, "/[.-]/", " ")), " ", "")}"
          Effect   = "Allow"
          Action   = ["s3:ListBucket"]
          Resource = ["arn:${local.partition}:s3:::${bucket}"]
          Condition = { StringLike = { "s3:prefix" = flatten([
            for place in local.locations[each.key] : place.prefix == "" ? ["*"] : [place.prefix, "${place.prefix}/*"] if place.bucket == bucket
          ]) } }
        }
      ],
      [
        {
          Sid      = "KeepTables"
          Effect   = "Allow"
          Action   = concat(local.read_actions, local.add_actions, local.update_actions, each.value.on_delete == "DELETE_FROM_DATABASE" ? local.delete_actions : [])
          Resource = local.catalog
        },
        {
          # Glue names the groups itself: /aws-glue/crawlers, with a security configuration's name after it.
          Sid      = "WriteLogs"
          Effect   = "Allow"
          Action   = concat(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], each.value.security_configuration == null ? [] : ["logs:AssociateKmsKey"])
          Resource = ["arn:${local.partition}:logs:${local.here}:log-group:/aws-glue/crawlers*"]
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
      length(each.value.classifiers) == 0 ? [] : [{
        # Classifiers have no ARNs.
        Sid      = "ReadClassifiers"
        Effect   = "Allow"
        Action   = ["glue:GetClassifier"]
        Resource = ["*"]
      }],
      each.value.security_configuration == null ? [] : [{
        # Nor have security configurations.
        Sid      = "ReadSecurityConfiguration"
        Effect   = "Allow"
        Action   = ["glue:GetSecurityConfiguration"]
        Resource = ["*"]
      }],
      var.kms_key_arn == null ? [] : [{
        Sid      = "UseKey"
        Effect   = "Allow"
        Action   = ["kms:Decrypt"]
        Resource = [var.kms_key_arn]
      }],
    )
  })
}
