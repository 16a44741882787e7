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
  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:eu-west-1:123456789012:pipeline-notifications" }
  }
}

variables {
  name = "pipeline-notifications"
}

run "denies_plain_http_and_lets_no_service_in_by_itself" {
  command = plan

  assert {
    condition     = [for s in jsondecode(aws_sns_topic_policy.this.policy).Statement : s.Sid] == ["OwnAccount", "DenyPlainHttp"]
    error_message = "Without publishers no service may publish."
  }

  assert {
    condition     = jsondecode(aws_sns_topic_policy.this.policy).Statement[1].Condition.Bool["aws:SecureTransport"] == "false"
    error_message = "Publishing without TLS must be denied."
  }
}

run "a_service_publishes_only_for_named_sources" {
  command = plan

  variables {
    publishers = {
      Alarms = { service = "cloudwatch.amazonaws.com", source_arns = ["arn:aws:cloudwatch:eu-west-1:123456789012:alarm:orders-*"] }
    }
  }

  assert {
    condition = one([for s in jsondecode(aws_sns_topic_policy.this.policy).Statement : s if s.Sid == "Alarms"]).Condition == {
      StringEquals = { "aws:SourceAccount" = "123456789012" }
      ArnLike      = { "aws:SourceArn" = ["arn:aws:cloudwatch:eu-west-1:123456789012:alarm:orders-*"] }
    }
    error_message = "The service must be bound to the account and the sources."
  }
}

run "filters_by_outcome" {
  command = plan

  variables {
    subscriptions = {
      all     = { protocol = "email", endpoint = "team@example.com" }
      invalid = { protocol = "sqs", endpoint = "arn:aws:sqs:eu-west-1:123456789012:invalid", outcomes = ["INVALID"], raw_message_delivery = true }
    }
  }

  assert {
    condition     = jsondecode(aws_sns_topic_subscription.this["invalid"].filter_policy) == { outcome = ["INVALID"] }
    error_message = "The filter must look at the attribute outcome."
  }

  assert {
    condition     = aws_sns_topic_subscription.this["all"].filter_policy == null
    error_message = "Without outcomes all messages must pass."
  }
}

run "refuses_an_unknown_protocol" {
  command = plan

  variables {
    subscriptions = { chat = { protocol = "slack", endpoint = "https://example.com" } }
  }

  expect_failures = [var.subscriptions]
}

run "refuses_what_is_no_address" {
  command = plan

  variables {
    subscriptions = { team = { protocol = "email", endpoint = "data-team" } }
  }

  expect_failures = [var.subscriptions]
}

run "refuses_raw_delivery_by_email" {
  command = plan

  variables {
    subscriptions = { team = { protocol = "email", endpoint = "team@example.com", raw_message_delivery = true } }
  }

  expect_failures = [var.subscriptions]
}

run "refuses_a_filter_that_lets_nothing_through" {
  command = plan

  variables {
    subscriptions = { team = { protocol = "email", endpoint = "team@example.com", outcomes = [] } }
  }

  expect_failures = [var.subscriptions]
}

run "refuses_a_publisher_without_source" {
  command = plan

  variables {
    publishers = { Alarms = { service = "cloudwatch.amazonaws.com", source_arns = [] } }
  }

  expect_failures = [var.publishers]
}
