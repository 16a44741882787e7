mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }
  mock_data "aws_region" {
    defaults = { id = "eu-west-1" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/any" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-west-1:123456789012:log-group:any" }
  }
  mock_resource "aws_sqs_queue" {
    defaults = { arn = "arn:aws:sqs:eu-west-1:123456789012:any", url = "https://sqs.eu-west-1.amazonaws.com/123456789012/any" }
  }
  mock_resource "aws_lambda_function" {
    defaults = { arn = "arn:aws:lambda:eu-west-1:123456789012:function:any" }
  }
}

variables {
  name_prefix = "sales-"
  functions   = { packages_directory = "tests/fixtures/packages" }
  file        = { url = "https://example.com/{month}.csv", dataset = "sales" }
  pipeline = {
    state_machine_arn = "arn:aws:states:eu-west-1:123456789012:stateMachine:sales-data-processing-pipeline"
    source_bucket     = "source"
    processed_bucket  = "processed"
    topic_arn         = "arn:aws:sns:eu-west-1:123456789012:sales-pipeline-notifications"
  }
}

run "has_the_agreed_names" {
  command = apply

  assert {
    condition     = output.state_machine_arn == "arn:aws:states:eu-west-1:123456789012:stateMachine:sales-monthly-backfill" && output.function_names == { plan_month = "sales-plan-month", download_file = "sales-download-file" }
    error_message = "Names begin with the prefix."
  }

  assert {
    condition     = output.schedule == null
    error_message = "Nothing starts by itself unless asked for."
  }
}

run "a_schedule_hands_on_the_time_that_was_due" {
  command = apply

  variables {
    schedule = { expression = "cron(30 5 2 * ? *)", time_zone = "Europe/Vienna", months_back = 2 }
  }

  assert {
    condition     = output.schedule.name == "sales-monthly-backfill"
    error_message = "There must be a schedule."
  }
}

run "refuses_an_address_that_is_the_same_for_all_months" {
  command = plan

  variables {
    file = { url = "https://example.com/sales.csv", dataset = "sales" }
  }

  expect_failures = [var.file]
}

run "refuses_a_dataset_that_names_no_table" {
  command = plan

  variables {
    file = { url = "https://example.com/{month}.csv", dataset = "../sales" }
  }

  expect_failures = [var.file]
}

run "refuses_parts_that_s3_does_not_take" {
  command = plan

  variables {
    download = { part_mb = 1 }
  }

  expect_failures = [var.download]
}

run "refuses_parts_that_do_not_fit_the_memory" {
  command = plan

  variables {
    download = { part_mb = 200, memory_mb = 256 }
  }

  expect_failures = [var.download]
}

run "refuses_a_secret_that_is_none" {
  command = plan

  variables {
    secret = { arn = "sales" }
  }

  expect_failures = [var.secret]
}

run "refuses_a_pipeline_whose_executions_cannot_be_looked_up" {
  command = plan

  variables {
    pipeline = {
      state_machine_arn  = "arn:aws:states:eu-west-1:123456789012:stateMachine:sales-data-processing-pipeline"
      state_machine_type = "EXPRESS"
      source_bucket      = "source"
      processed_bucket   = "processed"
      topic_arn          = "arn:aws:sns:eu-west-1:123456789012:sales-pipeline-notifications"
    }
  }

  expect_failures = [var.pipeline]
}
