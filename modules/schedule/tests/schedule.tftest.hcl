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
    defaults = { arn = "arn:aws:iam::123456789012:role/sales-monthly-1" }
  }
}

override_resource {
  target = aws_sqs_queue.dead_letter
  values = { arn = "arn:aws:sqs:eu-west-1:123456789012:sales-monthly-failed" }
}

variables {
  name     = "sales-monthly"
  schedule = { expression = "cron(30 5 2 * ? *)", time_zone = "Europe/Vienna" }
  target   = { state_machine_arn = "arn:aws:states:eu-west-1:123456789012:stateMachine:sales" }
}

run "hands_on_the_time_that_was_due_as_scheduler_writes_it" {
  command = plan

  variables {
    # What jsonencode makes of < and > must not reach Scheduler, which would not see its words in it.
    input = jsonencode({ scheduled_time = "<aws.scheduler.scheduled-time>", force = false })
  }

  assert {
    condition     = aws_scheduler_schedule.this.target[0].input == "{\"force\":false,\"scheduled_time\":\"<aws.scheduler.scheduled-time>\"}"
    error_message = "Input: ${aws_scheduler_schedule.this.target[0].input}"
  }

  assert {
    condition     = aws_scheduler_schedule.this.schedule_expression_timezone == "Europe/Vienna" && aws_scheduler_schedule.this.flexible_time_window[0].mode == "OFF"
    error_message = "A time zone as given, and no window unless asked for."
  }
}

run "may_start_its_target_and_keep_failures_and_nothing_else" {
  command = plan

  assert {
    condition = { for s in jsondecode(aws_iam_role_policy.execution.policy).Statement : s.Sid => [s.Action, s.Resource] } == {
      StartTarget           = [["states:StartExecution"], ["arn:aws:states:eu-west-1:123456789012:stateMachine:sales"]]
      KeepFailedInvocations = [["sqs:SendMessage"], ["arn:aws:sqs:eu-west-1:123456789012:sales-monthly-failed"]]
    }
    error_message = aws_iam_role_policy.execution.policy
  }

  assert {
    condition = one(jsondecode(aws_iam_role.execution.assume_role_policy).Statement).Condition.StringEquals == {
      "aws:SourceAccount" = "123456789012"
      "aws:SourceArn"     = "arn:aws:scheduler:eu-west-1:123456789012:schedule-group/default"
    }
    error_message = aws_iam_role.execution.assume_role_policy
  }
}

run "starts_a_function" {
  command = plan

  variables {
    target = { function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:sweep" }
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.execution.policy).Statement[0].Action == ["lambda:InvokeFunction"] && aws_scheduler_schedule.this.target[0].arn == "arn:aws:lambda:eu-west-1:123456789012:function:sweep"
    error_message = aws_iam_role_policy.execution.policy
  }
}

run "starts_a_glue_workflow_with_run_properties" {
  command = plan

  variables {
    target = { glue_workflow_name = "refresh" }
    input  = jsonencode({ "--scheduled_time" = "<aws.scheduler.scheduled-time>" })
  }

  assert {
    condition     = aws_scheduler_schedule.this.target[0].input == "{\"Name\":\"refresh\",\"RunProperties\":{\"--scheduled_time\":\"<aws.scheduler.scheduled-time>\"}}"
    error_message = aws_scheduler_schedule.this.target[0].input
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.execution.policy).Statement[0].Resource == ["arn:aws:glue:eu-west-1:123456789012:workflow/refresh"]
    error_message = aws_iam_role_policy.execution.policy
  }
}

run "sends_to_a_queue" {
  command = plan

  variables {
    target = { queue_arn = "arn:aws:sqs:eu-west-1:123456789012:ticks" }
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.execution.policy).Statement[0].Action == ["sqs:SendMessage"]
    error_message = aws_iam_role_policy.execution.policy
  }
}

run "retries_are_bounded_and_end_in_the_dead_letter_queue" {
  command = apply

  variables {
    retry = { attempts = 3, max_age_seconds = 600 }
  }

  assert {
    condition     = aws_scheduler_schedule.this.target[0].retry_policy[0].maximum_retry_attempts == 3 && aws_scheduler_schedule.this.target[0].dead_letter_config[0].arn == "arn:aws:sqs:eu-west-1:123456789012:sales-monthly-failed"
    error_message = "What cannot be started must not be lost."
  }
}

run "spreads_the_load_over_a_window" {
  command = plan

  variables {
    schedule = { expression = "rate(1 hour)", window_minutes = 15 }
  }

  assert {
    condition     = aws_scheduler_schedule.this.flexible_time_window[0] == { mode = "FLEXIBLE", maximum_window_in_minutes = 15 }
    error_message = "A window must be handed on."
  }
}

run "uses_a_key_of_ones_own" {
  command = plan

  variables {
    kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1"
  }

  assert {
    condition     = aws_scheduler_schedule.this.kms_key_arn == var.kms_key_arn && aws_sqs_queue.dead_letter.kms_master_key_id == var.kms_key_arn && contains([for s in jsondecode(aws_iam_role_policy.execution.policy).Statement : s.Sid], "UseKey")
    error_message = "Schedule, queue and role must use the key."
  }
}

run "refuses_an_unknown_expression" {
  command = plan

  variables {
    schedule = { expression = "every month" }
  }

  expect_failures = [var.schedule]
}

run "refuses_a_cron_that_says_both_days" {
  command = plan

  variables {
    schedule = { expression = "cron(30 5 2 * MON *)" }
  }

  expect_failures = [var.schedule]
}

run "refuses_an_offset_for_a_time_zone" {
  command = plan

  variables {
    schedule = { expression = "rate(1 day)", time_zone = "+01:00" }
  }

  expect_failures = [var.schedule]
}

run "refuses_two_targets" {
  command = plan

  variables {
    target = { function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:a", glue_workflow_name = "b" }
  }

  expect_failures = [var.target]
}

run "refuses_a_word_that_scheduler_does_not_fill_in" {
  command = plan

  variables {
    input = jsonencode({ month = "<aws.scheduler.month>" })
  }

  expect_failures = [var.input]
}
