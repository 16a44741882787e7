# What a job writes outside its buckets is encrypted as a security configuration says.
# https://docs.aws.amazon.com/glue/latest/dg/console-security-configurations.html

locals {
  own_configuration = var.kms_key_arn != null && var.network.security_configuration == null
  # Its name and not its attribute, so that policies are readable in a plan before it exists.
  security_configuration = local.own_configuration ? var.name : var.network.security_configuration
}

resource "aws_glue_security_configuration" "this" {
  count = local.own_configuration ? 1 : 0

  name = var.name

  encryption_configuration {
    cloudwatch_encryption {
      cloudwatch_encryption_mode = "SSE-KMS"
      kms_key_arn                = var.kms_key_arn
    }

    job_bookmarks_encryption {
      job_bookmarks_encryption_mode = "CSE-KMS"
      kms_key_arn                   = var.kms_key_arn
    }

    s3_encryption {
      s3_encryption_mode = "SSE-KMS"
      kms_key_arn        = var.kms_key_arn
    }
  }
}
