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
    defaults = { arn = "arn:aws:iam::123456789012:role/refresh" }
  }
}

variables {
  name  = "refresh"
  nodes = { convert = { job = { name = "convert" } } }
}

run "fires_on_a_schedule" {
  command = plan

  variables {
    start    = "scheduled"
    schedule = "cron(15 12 * * ? *)"
  }

  assert {
    condition     = aws_glue_trigger.start.type == "SCHEDULED" && aws_glue_trigger.start.schedule == "cron(15 12 * * ? *)" && aws_glue_trigger.start.enabled
    error_message = "The first trigger must fire on the schedule."
  }
}

run "a_schedule_can_wait" {
  command = plan

  variables {
    start            = "scheduled"
    schedule         = "cron(15 12 * * ? *)"
    schedule_enabled = false
  }

  assert {
    condition     = !aws_glue_trigger.start.enabled
    error_message = "A schedule that is turned off must not fire."
  }
}

run "knows_what_glue_knows_of_cron" {
  command = plan

  variables {
    start    = "scheduled"
    schedule = "cron(0,30 8-17/3 ? JAN-MAR,10 MON-FRI,7L 2026-2030)"
  }

  assert {
    condition     = length(local.schedule_problems) == 0 && jsonencode(local.minutes) == "[0,30]"
    error_message = jsonencode(local.schedule_problems)
  }
}

run "takes_five_minutes" {
  command = plan

  variables {
    start    = "scheduled"
    schedule = "cron(*/5 * 15W,L * ? *)"
  }

  assert {
    condition     = length(local.schedule_problems) == 0 && length(local.minutes) == 12
    error_message = jsonencode(local.schedule_problems)
  }
}

run "refuses_five_fields" {
  command = plan

  variables {
    start    = "scheduled"
    schedule = "cron(15 12 * * ?)"
  }

  expect_failures = [aws_glue_workflow.this]

  assert {
    condition     = length(local.schedule_problems) == 1 && strcontains(local.schedule_problems[0], "cron(15 12 * * ?) is none")
    error_message = jsonencode(local.schedule_problems)
  }
}

run "refuses_a_rate" {
  command = plan

  variables {
    start    = "scheduled"
    schedule = "rate(1 day)"
  }

  expect_failures = [aws_glue_workflow.this]

  assert {
    condition     = length(local.schedule_problems) == 1 && strcontains(local.schedule_problems[0], "rate(1 day)")
    error_message = jsonencode(local.schedule_problems)
  }
}

run "refuses_values_out_of_range_and_names_them" {
  command = plan

  variables {
    start    = "scheduled"
    schedule = "cron(60 24 ? 13 MONDAY 1969)"
  }

  expect_failures = [aws_glue_workflow.this]

  assert {
    condition     = jsonencode(local.bad_fields) == jsonencode(["Minutes 60", "Hours 24", "Month 13", "Day-of-week MONDAY", "Year 1969"])
    error_message = jsonencode(local.schedule_problems)
  }
}

run "refuses_a_day_twice" {
  command = plan

  variables {
    start    = "scheduled"
    schedule = "cron(15 12 * * * *)"
  }

  expect_failures = [aws_glue_workflow.this]

  assert {
    condition     = length(local.schedule_problems) == 1 && strcontains(local.schedule_problems[0], "needs a ?")
    error_message = jsonencode(local.schedule_problems)
  }
}

run "refuses_no_day_at_all" {
  command = plan

  variables {
    start    = "scheduled"
    schedule = "cron(15 12 ? * ? *)"
  }

  expect_failures = [aws_glue_workflow.this]

  assert {
    condition     = length(local.schedule_problems) == 1 && strcontains(local.schedule_problems[0], "needs a ?")
    error_message = jsonencode(local.schedule_problems)
  }
}

run "refuses_more_often_than_five_minutes" {
  command = plan

  variables {
    start    = "scheduled"
    schedule = "cron(0,3 12 * * ? *)"
  }

  expect_failures = [aws_glue_workflow.this]

  assert {
    condition     = length(local.schedule_problems) == 1 && strcontains(local.schedule_problems[0], "more often")
    error_message = jsonencode(local.schedule_problems)
  }
}

run "refuses_every_minute" {
  command = plan

  variables {
    start    = "scheduled"
    schedule = "cron(* * * * ? *)"
  }

  expect_failures = [aws_glue_workflow.this]

  assert {
    condition     = length(local.schedule_problems) == 1 && strcontains(local.schedule_problems[0], "more often")
    error_message = jsonencode(local.schedule_problems)
  }
}

run "a_scheduled_start_needs_a_schedule" {
  command = plan

  variables {
    start = "scheduled"
  }

  expect_failures = [var.schedule]
}

run "an_on_demand_start_has_no_schedule" {
  command = plan

  variables {
    schedule = "cron(15 12 * * ? *)"
  }

  expect_failures = [var.schedule]
}

run "starts_from_a_batch_of_events" {
  command = plan

  variables {
    start = "event"
    event = { pattern = "{\"source\": [\"aws.s3\"]}", batch_size = 10, batch_window = 60 }
  }

  assert {
    condition     = aws_glue_trigger.start.type == "EVENT" && aws_glue_trigger.start.event_batching_condition[0].batch_size == 10 && aws_glue_trigger.start.event_batching_condition[0].batch_window == 60
    error_message = "The first trigger must wait for the batch."
  }

  assert {
    condition     = aws_cloudwatch_event_target.workflow[0].arn == "arn:aws:glue:eu-west-1:123456789012:workflow/refresh"
    error_message = "The rule must send to the workflow."
  }

  assert {
    condition = { for s in jsondecode(aws_iam_role_policy.events[0].policy).Statement : s.Sid => [s.Action, s.Resource] } == {
      NotifyWorkflow = [["glue:notifyEvent"], ["arn:aws:glue:eu-west-1:123456789012:workflow/refresh"]]
    }
    error_message = "EventBridge may tell this workflow and do nothing else."
  }

  assert {
    condition     = jsondecode(aws_iam_role.events[0].assume_role_policy).Statement[0].Condition.ArnEquals["aws:SourceArn"] == "arn:aws:events:eu-west-1:123456789012:rule/refresh-start"
    error_message = "Only this rule may take the role."
  }
}

run "listens_on_a_bus_of_ones_own" {
  command = plan

  variables {
    start = "event"
    event = { pattern = "{}", bus_name = "orders" }
  }

  assert {
    condition     = output.rule_arn == "arn:aws:events:eu-west-1:123456789012:rule/orders/refresh-start" && aws_cloudwatch_event_target.workflow[0].event_bus_name == "orders"
    error_message = "Rule and target must lie on the bus."
  }
}

run "an_event_start_needs_events" {
  command = plan

  variables {
    start = "event"
  }

  expect_failures = [var.event]
}

run "refuses_a_batch_over_100" {
  command = plan

  variables {
    start = "event"
    event = { pattern = "{}", batch_size = 101 }
  }

  expect_failures = [var.event]
}

run "refuses_a_window_over_15_minutes" {
  command = plan

  variables {
    start = "event"
    event = { pattern = "{}", batch_window = 901 }
  }

  expect_failures = [var.event]
}

run "refuses_a_pattern_that_is_no_json" {
  command = plan

  variables {
    start = "event"
    event = { pattern = "aws.s3" }
  }

  expect_failures = [var.event]
}

run "refuses_an_unknown_start" {
  command = plan

  variables {
    start = "daily"
  }

  expect_failures = [var.start]
}
