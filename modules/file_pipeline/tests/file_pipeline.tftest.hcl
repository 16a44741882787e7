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

run "has_the_agreed_names" {
  command = apply

  assert {
    condition = [output.source_bucket, output.processed_bucket, output.artifacts_bucket] == [
      "pipeline-source-123456789012-eu-west-1", "pipeline-processed-123456789012-eu-west-1", "pipeline-artifacts-123456789012-eu-west-1",
    ]
    error_message = "Buckets carry account and region, so that their names are free."
  }

  assert {
    condition     = output.state_machine_arn == "arn:aws:states:eu-west-1:123456789012:stateMachine:data-processing-pipeline" && output.topic_arn == "arn:aws:sns:eu-west-1:123456789012:pipeline-notifications"
    error_message = "State machine and topic are called data-processing-pipeline and pipeline-notifications."
  }

  assert {
    condition     = alltrue([for folder, name in output.function_names : name == replace(folder, "_", "-")]) && length(setintersection(keys(output.function_names), ["start_glue_job", "check_job_status"])) == 0
    error_message = "Functions are named after their folders; with style sync none of them polls."
  }

  assert {
    condition     = output.glue_job_names == { process_csv_data = "process-csv-data", process_json_data = "process-json-data", process_parquet_data = "process-parquet-data" }
    error_message = "There is one job per file type."
  }
}

run "names_everything_after_its_prefix" {
  command = apply

  variables {
    name_prefix   = "orders-dev-"
    orchestration = { style = "polling" }
  }

  assert {
    condition = alltrue([
      for name in concat(
        values(output.function_names), values(output.glue_job_names), [output.source_bucket, output.dashboard_name],
        [element(split(":", output.state_machine_arn), 6), element(split(":", output.topic_arn), 5)],
      ) : startswith(name, "orders-dev-")
    ])
    error_message = "Two pipelines must be able to live in one account."
  }

  assert {
    condition     = length(setintersection(keys(output.function_names), ["start_glue_job", "check_job_status"])) == 2
    error_message = "Polling needs start_glue_job and check_job_status besides."
  }
}

run "nothing_starts_by_itself_and_nothing_alarms_when_switched_off" {
  command = apply

  variables {
    trigger    = null
    monitoring = null
  }

  assert {
    condition     = output.trigger_queue_url == null && output.dashboard_name == null
    error_message = "A null object switches a part off."
  }
}

run "refuses_a_prefix_too_long_for_bucket_names" {
  command = plan

  variables {
    name_prefix = "a-very-long-name-prefix-"
  }

  expect_failures = [var.name_prefix]
}

run "refuses_a_style_it_does_not_have" {
  command = plan

  variables {
    orchestration = { style = "async" }
  }

  expect_failures = [var.orchestration]
}

run "refuses_to_look_so_often_that_the_history_overflows" {
  command = plan

  variables {
    orchestration = { style = "polling", poll_seconds = 1 }
    glue          = { library = "tests/fixtures/pipeline_spark.zip", timeout_minutes = 60 }
  }

  expect_failures = [var.orchestration]
}

run "refuses_executions_shorter_than_a_job" {
  command = plan

  variables {
    orchestration = { timeout_hours = 1 }
    glue          = { library = "tests/fixtures/pipeline_spark.zip", timeout_minutes = 90 }
  }

  expect_failures = [var.orchestration]
}

run "routes_small_files_to_the_function" {
  command = apply

  assert {
    condition     = output.function_names["process_file"] == "process-file" && local.engine_substitutions.lambda_threshold_bytes == 268435456 && local.engine_substitutions.lambda_threshold_gzip_bytes == 33554432
    error_message = "Engine auto routes up to 256 MB, gzipped 32 MB, to process_file."
  }
}

run "has_no_jobs_where_lambda_does_it_all" {
  command = apply

  variables {
    engine        = "lambda"
    orchestration = { style = "polling" }
  }

  assert {
    condition     = output.glue_job_names == {} && local.definition == "lambda" && length(setintersection(keys(output.function_names), ["start_glue_job", "check_job_status"])) == 0
    error_message = "Engine lambda needs neither jobs nor the functions that wait for them."
  }
}

run "leaves_the_function_alone_where_glue_does_it_all" {
  command = apply

  variables {
    engine = "glue"
  }

  assert {
    condition     = local.definition == "sync" && local.engine_substitutions.lambda_threshold_bytes == -1 && local.engine_substitutions.lambda_threshold_gzip_bytes == -1
    error_message = "Engine glue routes no file to process_file."
  }
}

run "refuses_an_engine_it_does_not_have" {
  command = plan

  variables {
    engine           = "spark"
    lambda_engine    = { threshold_mb = 2048 }
    on_contradiction = "ignore"
  }

  expect_failures = [var.engine, var.lambda_engine, var.on_contradiction]
}
