mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_region" {
    defaults = { id = "eu-west-1" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
}

override_resource {
  target = aws_sqs_queue.this
  values = { arn = "arn:aws:sqs:eu-west-1:123456789012:new-files" }
}

override_resource {
  target = aws_sqs_queue.dead_letter
  values = { arn = "arn:aws:sqs:eu-west-1:123456789012:new-files-failed" }
}

variables {
  name        = "new-files"
  bucket_name = "source"
  function    = { name = "trigger-pipeline", role_name = "trigger-pipeline-role", timeout_seconds = 30 }
}

run "hears_of_every_new_object_of_its_bucket" {
  command = plan

  assert {
    condition = jsondecode(aws_cloudwatch_event_rule.this.event_pattern) == {
      source      = ["aws.s3"]
      detail-type = ["Object Created"]
      detail      = { bucket = { name = ["source"] } }
    }
    error_message = "Pattern: ${aws_cloudwatch_event_rule.this.event_pattern}"
  }
}

run "filters_by_prefix_alone" {
  command = plan

  variables {
    filter = { prefixes = ["raw/", "late/"] }
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.this.event_pattern).detail.object.key == [{ prefix = "raw/" }, { prefix = "late/" }]
    error_message = "Pattern: ${aws_cloudwatch_event_rule.this.event_pattern}"
  }
}

run "a_prefix_and_a_suffix_must_both_fit" {
  command = plan

  variables {
    filter = { prefixes = ["raw/*odd\\"], suffixes = [".csv", ".json"] }
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.this.event_pattern).detail.object.key == [{ wildcard = "raw/\\*odd\\\\*.csv" }, { wildcard = "raw/\\*odd\\\\*.json" }]
    error_message = "Pattern: ${aws_cloudwatch_event_rule.this.event_pattern}"
  }
}

run "only_its_rule_may_send_and_only_over_tls" {
  command = plan

  assert {
    condition = alltrue([
      for policy in [aws_sqs_queue.this.policy, aws_sqs_queue.dead_letter.policy] :
      one([for s in jsondecode(policy).Statement : s.Condition if s.Effect == "Allow"]) == {
        StringEquals = { "aws:SourceAccount" = "123456789012" }
        ArnEquals    = { "aws:SourceArn" = "arn:aws:events:eu-west-1:123456789012:rule/new-files" }
      }
    ])
    error_message = "Only the rule may send, to the queue and to the dead-letter queue."
  }

  assert {
    condition = alltrue([
      for policy in [aws_sqs_queue.this.policy, aws_sqs_queue.dead_letter.policy] :
      one([for s in jsondecode(policy).Statement : s.Condition if s.Effect == "Deny"]).Bool["aws:SecureTransport"] == "false"
    ])
    error_message = "Plain HTTP must be denied."
  }
}

run "hides_a_batch_for_six_timeouts" {
  command = plan

  variables {
    batch = { size = 100, window_seconds = 5 }
  }

  assert {
    condition     = aws_sqs_queue.this.visibility_timeout_seconds == 185
    error_message = "AWS advises six times the function's timeout plus the batch window."
  }
}

run "only_failed_events_are_tried_again_and_not_for_ever" {
  command = apply

  assert {
    condition     = toset(aws_lambda_event_source_mapping.this.function_response_types) == toset(["ReportBatchItemFailures"])
    error_message = "Without ReportBatchItemFailures one bad event repeats its whole batch."
  }

  assert {
    condition     = jsondecode(aws_sqs_queue.this.redrive_policy) == { deadLetterTargetArn = "arn:aws:sqs:eu-west-1:123456789012:new-files-failed", maxReceiveCount = 5 }
    error_message = "After five tries an event must go to the dead-letter queue."
  }

  assert {
    condition     = jsondecode(aws_sqs_queue.dead_letter.redrive_allow_policy).sourceQueueArns == ["arn:aws:sqs:eu-west-1:123456789012:new-files"]
    error_message = "No other queue may use the dead-letter queue."
  }

  assert {
    condition     = aws_cloudwatch_event_target.queue.dead_letter_config[0].arn == "arn:aws:sqs:eu-west-1:123456789012:new-files-failed"
    error_message = "What EventBridge cannot deliver must not be lost."
  }
}

run "the_function_may_take_from_this_queue_only" {
  command = plan

  assert {
    condition     = jsondecode(aws_iam_role_policy.consume.policy).Statement[0].Resource == ["arn:aws:sqs:eu-west-1:123456789012:new-files"] && aws_iam_role_policy.consume.role == "trigger-pipeline-role"
    error_message = "The function's role must be allowed to take from the queue, and from no other."
  }
}

run "uses_a_key_of_ones_own" {
  command = plan

  variables {
    kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1"
  }

  assert {
    condition     = aws_sqs_queue.this.kms_master_key_id == var.kms_key_arn && aws_sqs_queue.dead_letter.kms_master_key_id == var.kms_key_arn
    error_message = "Both queues must use the key."
  }
}

run "a_large_batch_needs_a_window" {
  command = plan

  variables {
    batch = { size = 100 }
  }

  expect_failures = [var.batch]
}

run "refuses_one_batch_at_a_time" {
  command = plan

  variables {
    batch = { concurrency = 1 }
  }

  expect_failures = [var.batch]
}
