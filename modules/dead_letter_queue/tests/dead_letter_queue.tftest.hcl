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

variables {
  name = "send-notification-failed"
}

run "keeps_what_failed_for_as_long_as_sqs_can" {
  command = plan

  assert {
    condition     = aws_sqs_queue.this.message_retention_seconds == 1209600 && aws_sqs_queue.this.sqs_managed_sse_enabled
    error_message = "Dead letters are kept for 14 days, encrypted."
  }

  assert {
    condition     = [for statement in jsondecode(aws_sqs_queue.this.policy).Statement : statement.Sid] == ["DenyPlainHttp"]
    error_message = "Without senders nobody is let in, and plain HTTP is refused."
  }
}

run "lets_a_rule_send_and_no_other" {
  command = plan

  variables {
    senders = { Rule = { service = "events.amazonaws.com", source_arn = "arn:aws:events:eu-west-1:123456789012:rule/ended" } }
  }

  assert {
    condition = jsondecode(aws_sqs_queue.this.policy).Statement[1] == {
      Sid       = "Rule"
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = "arn:aws:sqs:eu-west-1:123456789012:send-notification-failed"
      Condition = {
        StringEquals = { "aws:SourceAccount" = "123456789012" }
        ArnEquals    = { "aws:SourceArn" = "arn:aws:events:eu-west-1:123456789012:rule/ended" }
      }
    }
    error_message = "The service may send for this account and this rule alone."
  }
}

run "takes_a_key_of_ones_own" {
  command = plan

  variables {
    kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1"
  }

  assert {
    condition     = aws_sqs_queue.this.kms_master_key_id == "arn:aws:kms:eu-west-1:123456789012:key/1"
    error_message = "The queue is encrypted with the key that was given."
  }
}

run "refuses_a_sender_that_is_no_service" {
  command = plan

  variables {
    senders = { Rule = { service = "events", source_arn = "arn:aws:events:eu-west-1:123456789012:rule/ended" } }
  }

  expect_failures = [var.senders]
}
