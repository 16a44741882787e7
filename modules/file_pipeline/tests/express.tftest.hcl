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

# An Express workflow: docs/decisions/0014-express.md.
variables {
  engine        = "lambda"
  orchestration = { style = "express" }
  functions     = { packages_directory = "tests/fixtures/packages" }
  glue          = { library = "tests/fixtures/pipeline_spark.zip" }
}

run "runs_an_express_workflow_that_ends_in_time" {
  command = apply

  assert {
    condition     = output.state_machine_type == "EXPRESS" && local.definition == "express" && local.timeout_substitutions.execution_timeout_seconds == 290
    error_message = "An Express workflow ends after five minutes; this one ends itself before."
  }

  assert {
    condition     = alltrue([for function in [module.validate_file, module.process_file, module.quarantine_file] : function.timeout_seconds == 75])
    error_message = "Three tries of a function and a notification fit into an execution."
  }

  assert {
    condition     = length(output.glue_job_names) == 0 && !contains(keys(output.function_names), "fail_unless_redriven")
    error_message = "There is nothing to wait for and nothing to redrive."
  }
}

run "waits_for_the_end_of_what_it_starts" {
  command = apply

  assert {
    condition     = local.start_environment.STATE_MACHINE_TYPE == "EXPRESS" && module.trigger_pipeline.timeout_seconds == 330 && module.sweep_source[0].timeout_seconds == 900
    error_message = "Trigger and sweep stay as long as an execution can take."
  }

  assert {
    condition     = local.start_statements == { RunExecutions = { actions = ["states:StartSyncExecution"], resources = [output.state_machine_arn] } }
    error_message = "They may run this state machine, and neither start nor describe executions of any."
  }

  assert {
    condition     = length(aws_cloudwatch_event_rule.ended_executions) + length(aws_cloudwatch_event_target.send_notification) + length(aws_lambda_permission.ended_executions) == 0
    error_message = "No event tells of an Express execution's end."
  }

  assert {
    condition     = toset(keys(output.dead_letter_queue_urls)) == toset(["trigger_pipeline", "send_notification", "sweep_source", "sweep_attempts"])
    error_message = "Dead letters lie where they lie with the other styles."
  }
}

run "starts_others_without_waiting" {
  command = apply

  variables {
    orchestration = { style = "sync" }
  }

  assert {
    condition     = output.state_machine_type == "STANDARD" && local.definition == "lambda" && toset(keys(local.start_statements)) == toset(["StartExecutions", "ReadExecutions"]) && module.trigger_pipeline.timeout_seconds == 30
    error_message = "A Standard workflow is started, and tells of its end by events."
  }
}

run "shortens_no_function_that_is_short_already" {
  command = apply

  variables {
    lambda_engine = { timeout_seconds = 60 }
  }

  assert {
    condition     = module.process_file.timeout_seconds == 60
    error_message = "75 seconds are a bound, not a value."
  }
}

run "refuses_to_wait_for_glue" {
  command = plan

  variables {
    engine = "auto"
  }

  expect_failures = [var.orchestration]
}

run "refuses_more_files_at_a_time_than_one_call_can_wait_for" {
  command = plan

  variables {
    trigger = { batch_size = 11 }
  }

  expect_failures = [var.orchestration]
}
