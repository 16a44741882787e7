# On a first apply the functions' ARNs are unknown; the module must plan all the same.

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
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/orders" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/vendedlogs/states/orders" }
  }
}

run "plans_and_applies_with_arns_known_only_later" {
  command = apply

  module {
    source = "./tests/unknown_arn"
  }

  assert {
    condition     = output.log_group_name == "/aws/vendedlogs/states/orders"
    error_message = "The state machine must have been made."
  }
}
