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
    defaults = { arn = "arn:aws:iam::123456789012:role/pipeline" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-west-1:123456789012:log-group:pipeline" }
  }
  mock_resource "aws_sqs_queue" {
    defaults = { arn = "arn:aws:sqs:eu-west-1:123456789012:pipeline-new-files", url = "https://sqs.eu-west-1.amazonaws.com/123456789012/pipeline-new-files" }
  }
  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:eu-west-1:123456789012:pipeline-notifications" }
  }
  mock_resource "aws_lambda_function" {
    defaults = { arn = "arn:aws:lambda:eu-west-1:123456789012:function:any" }
  }
}

variables {
  functions = { packages_directory = "tests/fixtures/packages" }
  glue      = { library = "tests/fixtures/pipeline_spark.zip" }
}

run "keeps_claims_for_ever_and_lets_nothing_be_lost" {
  command = apply

  assert {
    condition     = output.claims_table == "pipeline-claims" && aws_dynamodb_table.claims.point_in_time_recovery[0].enabled && aws_dynamodb_table.claims.deletion_protection_enabled
    error_message = "The claims can be restored to any moment, and are not deleted by accident."
  }

  assert {
    condition     = !contains(keys(local.claims_environment), "CLAIM_DAYS")
    error_message = "Without retention.claim_days claims never go."
  }

  assert {
    condition     = toset(keys(output.dead_letter_queue_urls)) == toset(["trigger_pipeline", "send_notification", "sweep_source", "sweep_attempts"])
    error_message = "Whatever is called without anybody waiting for its answer has a dead-letter queue."
  }

  assert {
    condition = jsondecode(aws_cloudwatch_event_rule.ended_executions[0].event_pattern).detail == {
      stateMachineArn = [output.state_machine_arn]
      status          = ["FAILED", "TIMED_OUT", "ABORTED"]
    }
    error_message = "Bad ends of this state machine alone are told by their events."
  }
}

run "sweeps_only_where_it_is_told_to" {
  command = apply

  variables {
    sweep = null
  }

  assert {
    condition     = length(module.sweep_source) + length(module.sweep_attempts) + length(module.sweep_source_schedule) + length(module.sweep_attempts_schedule) == 0
    error_message = "Null switches the sweeps off."
  }
}

run "misses_nothing_where_nothing_starts_by_itself" {
  command = apply

  variables {
    trigger = null
  }

  assert {
    condition     = length(module.sweep_source) == 0 && length(module.sweep_attempts) == 1
    error_message = "Without a trigger no object is missed; attempts are left all the same."
  }
}

run "gives_the_sweep_the_triggers_filter" {
  command = apply

  variables {
    trigger   = { prefixes = ["raw/"], suffixes = [".csv"] }
    retention = { claim_days = 100 }
  }

  assert {
    condition     = local.claims_environment == { CLAIMS_TABLE = "pipeline-claims", CLAIM_DAYS = "100" }
    error_message = "How long claims are kept reaches the functions."
  }
}

run "refuses_to_remove_what_is_still_to_be_published" {
  command = plan

  variables {
    sweep = { attempts_hours = 24 }
  }

  expect_failures = [var.sweep]
}

run "refuses_to_look_back_beyond_its_claims" {
  command = plan

  variables {
    sweep     = { lookback_days = 120 }
    retention = { claim_days = 100 }
  }

  expect_failures = [var.sweep]
}

run "refuses_to_forget_claims_before_step_functions_forgets_names" {
  command = plan

  variables {
    retention = { claim_days = 30 }
  }

  expect_failures = [var.retention]
}
