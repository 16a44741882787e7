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
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/events/orders-failed-glue-runs" }
  }
}

variables {
  name           = "orders"
  topic_arn      = "arn:aws:sns:eu-west-1:123456789012:orders"
  functions      = { validate_file = "validate-file", trigger_pipeline = "trigger-pipeline" }
  state_machines = { pipeline = "arn:aws:states:eu-west-1:123456789012:stateMachine:orders" }
  glue_jobs      = { process_csv_data = "process-csv-data" }
  queues         = { new_files = { name = "new-files", dead_letter_name = "new-files-failed" } }
}

run "every_alarm_tells_the_topic_and_says_what_to_do" {
  command = apply

  assert {
    condition     = length(output.alarm_names) == 6
    error_message = "Two functions, a state machine, Glue, and two for the queue."
  }

  assert {
    condition = alltrue([
      for alarm in concat(
        values(aws_cloudwatch_metric_alarm.function_errors), values(aws_cloudwatch_metric_alarm.failed_executions),
        values(aws_cloudwatch_metric_alarm.dead_letters), values(aws_cloudwatch_metric_alarm.old_events),
        aws_cloudwatch_metric_alarm.failed_glue_runs[*],
      ) : alarm.alarm_actions == toset([var.topic_arn]) && alarm.treat_missing_data == "notBreaching" && can(regex("Open |Read |Look |Mend ", alarm.alarm_description)) && length(alarm.alarm_description) <= 1024
    ])
    error_message = "Each alarm must go to the topic, keep quiet without data, and tell a person what to do in at most 1024 characters."
  }
}

run "counts_executions_that_failed_and_that_timed_out" {
  command = plan

  assert {
    condition = toset(flatten([
      for query in aws_cloudwatch_metric_alarm.failed_executions["pipeline"].metric_query : query.metric[*].metric_name
    ])) == toset(["ExecutionsFailed", "ExecutionsTimedOut"])
    error_message = "Both ends are failures."
  }
}

run "keeps_failed_runs_of_its_own_jobs" {
  command = plan

  assert {
    condition = jsondecode(aws_cloudwatch_event_rule.failed_glue_runs[0].event_pattern).detail == {
      jobName = ["process-csv-data"]
      state   = ["FAILED", "TIMEOUT", "ERROR"]
    }
    error_message = "The rule must look at its own jobs only, and not at runs that a person stopped."
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_log_resource_policy.failed_glue_runs[0].policy_document).Statement[0].Condition.ArnEquals["aws:SourceArn"] == "arn:aws:events:eu-west-1:123456789012:rule/orders-failed-glue-runs"
    error_message = "Only the rule may write to the log group."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.failed_glue_runs[0].dimensions == tomap({ RuleName = "orders-failed-glue-runs" })
    error_message = "The alarm must look at the rule."
  }
}

run "shows_all_services_without_overlap" {
  command = apply

  assert {
    condition = alltrue([
      for namespace in ["AWS/States", "AWS/Lambda", "Glue", "AWS/SQS"] : anytrue([
        for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets :
        widget.type == "metric" && try(widget.properties.metrics[0][0], "") == namespace
      ])
    ])
    error_message = "Step Functions, Lambda, Glue and SQS must each have a graph."
  }

  assert {
    condition     = length(distinct([for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : "${widget.x},${widget.y}"])) == length(jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets)
    error_message = "No two widgets may lie on the same place."
  }
}

run "watches_nothing_of_glue_without_jobs" {
  command = plan

  variables {
    glue_jobs = {}
  }

  assert {
    condition     = length(aws_cloudwatch_event_rule.failed_glue_runs) == 0 && length(aws_cloudwatch_log_resource_policy.failed_glue_runs) == 0
    error_message = "Resource policies are few per account: none may be made for nothing."
  }
}

run "refuses_an_odd_period" {
  command = plan

  variables {
    thresholds = { period_seconds = 90 }
  }

  expect_failures = [var.thresholds]
}
