mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
}

variables {
  name = "orders-source-123456789012-eu-west-1"
}

run "is_closed_by_default" {
  command = plan

  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.this.block_public_acls,
      aws_s3_bucket_public_access_block.this.block_public_policy,
      aws_s3_bucket_public_access_block.this.ignore_public_acls,
      aws_s3_bucket_public_access_block.this.restrict_public_buckets,
    ])
    error_message = "Every kind of public access must be blocked."
  }

  assert {
    condition     = aws_s3_bucket_versioning.this.versioning_configuration[0].status == "Enabled"
    error_message = "Versions must be kept: the pipeline names executions after them."
  }

  assert {
    condition     = one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default[0].sse_algorithm == "AES256"
    error_message = "Objects must be encrypted without a key of one's own too."
  }

  assert {
    condition     = !aws_s3_bucket.this.force_destroy
    error_message = "destroy must not remove objects unless asked to."
  }

  assert {
    condition     = length(aws_s3_bucket_notification.this) == 0
    error_message = "Events must be off unless asked for."
  }
}

run "refuses_plain_http_and_old_tls" {
  command = plan

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement :
      statement.Effect == "Deny" && statement.Principal == "*" && toset(statement.Resource) == toset(["arn:aws:s3:::orders-source-123456789012-eu-west-1", "arn:aws:s3:::orders-source-123456789012-eu-west-1/*"])
    ])
    error_message = "Each statement must deny everybody on the bucket and its objects."
  }

  assert {
    condition     = jsondecode(aws_s3_bucket_policy.this.policy).Statement[0].Condition.Bool["aws:SecureTransport"] == "false"
    error_message = "Requests without TLS must be denied."
  }

  assert {
    condition     = jsondecode(aws_s3_bucket_policy.this.policy).Statement[1].Condition.NumericLessThan["s3:TlsVersion"] == "1.2"
    error_message = "TLS before 1.2 must be denied."
  }
}

run "takes_a_key_of_ones_own" {
  command = plan

  variables {
    kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  }

  assert {
    condition     = one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default[0].kms_master_key_id == var.kms_key_arn
    error_message = "The given key must encrypt."
  }

  assert {
    condition     = one(aws_s3_bucket_server_side_encryption_configuration.this.rule).bucket_key_enabled
    error_message = "A bucket key saves one KMS call per object."
  }
}

run "sends_events_when_asked" {
  command = plan

  variables {
    event_bridge = true
  }

  assert {
    condition     = aws_s3_bucket_notification.this[0].eventbridge
    error_message = "EventBridge must be on."
  }
}

run "expires_by_prefix" {
  command = plan

  variables {
    retention = { expiration_days = { "staging/" = 3 } }
  }

  assert {
    condition = [
      for rule in aws_s3_bucket_lifecycle_configuration.this[0].rule : rule.expiration[0].days if rule.id == "expire-staging/"
    ] == [3]
    error_message = "The prefix must expire after three days."
  }
}

run "keeps_everything_when_told" {
  command = plan

  variables {
    retention = null
  }

  assert {
    condition     = length(aws_s3_bucket_lifecycle_configuration.this) == 0
    error_message = "retention = null must remove nothing."
  }
}

run "rejects_a_bad_name" {
  command = plan

  variables {
    name = "Orders_Source"
  }

  expect_failures = [var.name]
}

run "rejects_half_a_day" {
  command = plan

  variables {
    retention = { noncurrent_version_days = 0.5 }
  }

  expect_failures = [var.retention]
}
