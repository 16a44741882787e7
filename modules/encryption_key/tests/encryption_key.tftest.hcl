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
  mock_resource "aws_kms_key" {
    defaults = { key_id = "11111111-2222-3333-4444-555555555555" }
  }
}

variables {
  alias = "orders"
}

run "rotates_and_can_be_called_back" {
  command = plan

  assert {
    condition     = aws_kms_key.this.enable_key_rotation && aws_kms_key.this.rotation_period_in_days == 365 && aws_kms_key.this.deletion_window_in_days == 30
    error_message = "The key must rotate yearly and wait 30 days before it is gone."
  }

  assert {
    condition     = aws_kms_alias.this.name == "alias/orders"
    error_message = "The alias is ${aws_kms_alias.this.name}."
  }
}

run "names_the_key_by_its_arn" {
  command = apply

  assert {
    condition     = output.arn == "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
    error_message = "The output is ${output.arn}."
  }
}

run "no_statement_is_open" {
  command = plan

  assert {
    condition     = alltrue(flatten([for s in jsondecode(aws_kms_key.this.policy).Statement : [for a in s.Action : !strcontains(a, "*")]]))
    error_message = "Every action must be named."
  }

  assert {
    condition     = [for s in jsondecode(aws_kms_key.this.policy).Statement : s.Sid if !contains(keys(s), "Condition")] == ["AccountAdministers"]
    error_message = "Only administering goes without a condition."
  }

  assert {
    condition     = alltrue([for s in jsondecode(aws_kms_key.this.policy).Statement : s.Principal.AWS == "arn:aws:iam::123456789012:root" if can(s.Principal.AWS)])
    error_message = "No other account may be named."
  }
}

run "a_rule_sends_to_queues_of_the_account" {
  command = plan

  assert {
    condition = one([for s in jsondecode(aws_kms_key.this.policy).Statement : s if s.Sid == "RulesSendToQueues"]).Condition == {
      StringEquals = { "aws:SourceAccount" = "123456789012" }
      ArnLike = {
        "aws:SourceArn"                     = "arn:aws:events:eu-west-1:123456789012:rule/*"
        "kms:EncryptionContext:aws:sqs:arn" = "arn:aws:sqs:eu-west-1:123456789012:*"
      }
    }
    error_message = "The rule and the queue must be this account's."
  }
}

run "bookmarks_are_for_named_roles" {
  command = plan

  variables {
    bookmark_roles = ["arn:aws:iam::123456789012:role/orders-convert-*"]
  }

  assert {
    condition     = one([for s in jsondecode(aws_kms_key.this.policy).Statement : s if s.Sid == "JobsEncryptBookmarks"]).Condition.ArnLike["aws:PrincipalArn"] == ["arn:aws:iam::123456789012:role/orders-convert-*"]
    error_message = "Only the named roles may use the key without a service."
  }
}

run "refuses_an_alias_of_aws" {
  command = plan

  variables {
    alias = "aws/s3"
  }

  expect_failures = [var.alias]
}

run "refuses_roles_of_everybody" {
  command = plan

  variables {
    bookmark_roles = ["*"]
  }

  expect_failures = [var.bookmark_roles]
}
