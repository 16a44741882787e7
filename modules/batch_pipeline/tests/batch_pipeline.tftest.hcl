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
  name_prefix = "orders-"
  functions   = { packages_directory = "tests/fixtures/packages" }
  pipeline = {
    state_machine_arn = "arn:aws:states:eu-west-1:123456789012:stateMachine:orders-data-processing-pipeline"
    source_bucket     = "source"
    processed_bucket  = "processed"
    artifacts_bucket  = "artifacts"
    claims_table      = "orders-pipeline-claims"
    topic_arn         = "arn:aws:sns:eu-west-1:123456789012:orders-pipeline-notifications"
  }
}

run "has_the_agreed_names" {
  command = apply

  assert {
    condition     = output.state_machine_arn == "arn:aws:states:eu-west-1:123456789012:stateMachine:orders-batch-by-prefix" && output.function_names == { process_batch = "orders-process-batch-by-prefix" }
    error_message = "Names begin with the prefix and say what names the files."
  }
}

run "reads_lists_from_the_places_named" {
  command = apply

  variables {
    list  = "inventory"
    lists = ["inventories/source/*"]
  }

  assert {
    condition     = output.state_machine_arn == "arn:aws:states:eu-west-1:123456789012:stateMachine:orders-batch-by-inventory"
    error_message = "One state machine per kind of list, so that they may stand side by side."
  }
}

run "refuses_a_list_without_a_place" {
  command = plan

  variables {
    list = "list"
  }

  expect_failures = [var.lists]
}

run "refuses_calls_that_outlast_an_express_execution" {
  command = plan

  variables {
    functions = { packages_directory = "tests/fixtures/packages", timeout_seconds = 300 }
  }

  expect_failures = [var.functions]
}

run "standard_children_may_take_longer" {
  command = plan

  variables {
    batch     = { execution_type = "STANDARD" }
    functions = { packages_directory = "tests/fixtures/packages", timeout_seconds = 900 }
  }
}

run "refuses_batches_whose_result_is_too_large" {
  command = plan

  variables {
    batch = { files = 1000 }
  }

  expect_failures = [var.batch]
}

run "takes_files_from_a_queue_as_they_arrive" {
  command = apply

  variables {
    arrivals = { prefixes = ["sensors/"], suffixes = [".jsonl"] }
  }

  assert {
    condition     = output.arrivals.queue_url != null
    error_message = "There must be a queue."
  }
}

run "refuses_to_take_all_files_from_the_file_pipeline" {
  command = plan

  variables {
    arrivals = { prefixes = [] }
  }

  expect_failures = [var.arrivals]
}

run "says_how_to_build_a_missing_zip" {
  command = plan

  variables {
    functions = { packages_directory = "tests/fixtures" }
  }

  expect_failures = [aws_s3_object.process_batch]
}

run "refuses_a_pipeline_whose_executions_cannot_be_looked_up" {
  command = plan

  variables {
    pipeline = {
      state_machine_arn  = "arn:aws:states:eu-west-1:123456789012:stateMachine:orders-data-processing-pipeline"
      state_machine_type = "EXPRESS"
      source_bucket      = "source"
      processed_bucket   = "processed"
      artifacts_bucket   = "artifacts"
      claims_table       = "orders-pipeline-claims"
      topic_arn          = "arn:aws:sns:eu-west-1:123456789012:orders-pipeline-notifications"
    }
  }

  expect_failures = [var.pipeline]
}
