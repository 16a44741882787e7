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
    defaults = { arn = "arn:aws:iam::123456789012:role/validate-file" }
  }
}

variables {
  name    = "validate-file"
  handler = "handler.handler"
  package = { path = "tests/fixtures/handler.zip" }
}

run "may_only_write_its_own_logs_and_traces" {
  command = plan

  assert {
    condition = {
      for statement in jsondecode(aws_iam_role_policy.execution.policy).Statement : statement.Sid => statement.Resource
      } == {
      WriteOwnLogs = ["arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/validate-file:*"]
      SendTraces   = ["*"]
    }
    error_message = "Without policy_statements the role must hold logs and traces only."
  }

  assert {
    condition     = !strcontains(aws_iam_role_policy.execution.policy, "logs:CreateLogGroup")
    error_message = "The module makes the log group, so the function needs no right to."
  }
}

run "only_lambda_for_this_function_takes_the_role" {
  command = plan

  assert {
    condition = jsondecode(aws_iam_role.execution.assume_role_policy).Statement[0].Condition == {
      StringEquals = { "aws:SourceAccount" = "123456789012" }
      ArnLike = { "aws:SourceArn" = [
        "arn:aws:lambda:eu-west-1:123456789012:function:validate-file",
        "arn:aws:lambda:eu-west-1:123456789012:function:validate-file:*",
      ] }
    }
    error_message = "The trust must name the account and the function."
  }
}

run "adds_statements_with_their_conditions" {
  command = plan

  variables {
    policy_statements = {
      ReadSource = { actions = ["s3:GetObject"], resources = ["arn:aws:s3:::source/*"] }
      ListSource = {
        actions    = ["s3:ListBucket"]
        resources  = ["arn:aws:s3:::source"]
        conditions = { StringLike = { "s3:prefix" = ["raw/*"] } }
      }
    }
  }

  assert {
    condition     = one([for s in jsondecode(aws_iam_role_policy.execution.policy).Statement : s if s.Sid == "ListSource"]).Condition.StringLike["s3:prefix"] == ["raw/*"]
    error_message = "A condition must reach the policy."
  }

  assert {
    condition     = !contains(keys(one([for s in jsondecode(aws_iam_role_policy.execution.policy).Statement : s if s.Sid == "ReadSource"])), "Condition")
    error_message = "An empty Condition is refused by IAM, so none may be written."
  }
}

run "makes_its_log_group_first_and_empties_it" {
  command = plan

  assert {
    condition     = aws_cloudwatch_log_group.this.name == "/aws/lambda/validate-file" && aws_cloudwatch_log_group.this.retention_in_days == 30
    error_message = "Logs belong in the function's own group and are kept for 30 days."
  }
}

run "notices_a_changed_zip" {
  command = plan

  assert {
    condition     = aws_lambda_function.this.source_code_hash == filebase64sha256("tests/fixtures/handler.zip")
    error_message = "The hash of the zip decides whether the code is deployed anew."
  }
}

run "says_how_to_build_a_missing_zip" {
  command = plan

  variables {
    package = { path = "tests/fixtures/not_there.zip" }
  }

  expect_failures = [aws_lambda_function.this]
}

run "takes_an_object_in_s3" {
  command = plan

  variables {
    package = { s3 = { bucket = "artifacts", key = "validate_file.zip", version = "v1" } }
  }

  assert {
    condition     = aws_lambda_function.this.s3_bucket == "artifacts" && aws_lambda_function.this.s3_object_version == "v1" && aws_lambda_function.this.filename == null
    error_message = "The object must be the code."
  }
}

run "refuses_two_packages" {
  command = plan

  variables {
    package = { path = "tests/fixtures/handler.zip", s3 = { bucket = "artifacts", key = "x.zip" } }
  }

  expect_failures = [var.package]
}

run "uses_a_key_of_ones_own" {
  command = plan

  variables {
    kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1"
  }

  assert {
    condition     = aws_lambda_function.this.kms_key_arn == var.kms_key_arn && aws_cloudwatch_log_group.this.kms_key_id == var.kms_key_arn
    error_message = "Environment and logs must be encrypted with the key."
  }

  assert {
    condition     = one([for s in jsondecode(aws_iam_role_policy.execution.policy).Statement : s if s.Sid == "UseKey"]).Resource == [var.kms_key_arn]
    error_message = "The role must be allowed to use the key, and no other."
  }
}

run "keeps_failed_asynchronous_events" {
  command = plan

  variables {
    async = { dead_letter_arn = "arn:aws:sqs:eu-west-1:123456789012:failed", max_retries = 1 }
  }

  assert {
    condition     = aws_lambda_function.this.dead_letter_config[0].target_arn == "arn:aws:sqs:eu-west-1:123456789012:failed" && aws_lambda_function_event_invoke_config.this[0].maximum_retry_attempts == 1
    error_message = "Retries and the dead letter queue must be set."
  }

  assert {
    condition     = one([for s in jsondecode(aws_iam_role_policy.execution.policy).Statement : s if s.Sid == "KeepFailedEvents"]).Action == ["sqs:SendMessage"]
    error_message = "The role must be allowed to send to the queue."
  }
}

run "refuses_all_actions" {
  command = plan

  variables {
    policy_statements = { Everything = { actions = ["*"], resources = ["*"] } }
  }

  expect_failures = [var.policy_statements]
}

run "refuses_odd_retention" {
  command = plan

  variables {
    log_retention_days = 31
  }

  expect_failures = [var.log_retention_days]
}

run "refuses_sixteen_minutes" {
  command = plan

  variables {
    timeout_seconds = 960
  }

  expect_failures = [var.timeout_seconds]
}
