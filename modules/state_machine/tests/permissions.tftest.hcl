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

variables {
  name       = "orders"
  definition = "tests/definitions/services.asl.json"
  substitutions = {
    function = "arn:aws:lambda:eu-west-1:123456789012:function:convert"
    topic    = "arn:aws:sns:eu-west-1:123456789012:news"
  }
}

run "allows_what_each_service_needs_and_nothing_else" {
  command = plan

  assert {
    condition = {
      for statement in jsondecode(aws_iam_role_policy.execution.policy).Statement :
      join(" ", statement.Action) => statement.Resource if !contains(["DeliverLogs", "SendTraces"], statement.Sid)
      } == {
      "lambda:InvokeFunction" = [
        "arn:aws:lambda:eu-west-1:123456789012:function:check:live",
        "arn:aws:lambda:eu-west-1:123456789012:function:convert",
        "arn:aws:lambda:eu-west-1:123456789012:function:convert:7",
      ]
      "glue:StartJobRun" = [
        "arn:aws:glue:eu-west-1:123456789012:job/convert",
        "arn:aws:glue:eu-west-1:123456789012:job/tidy",
      ]
      "glue:GetJobRun glue:GetJobRuns glue:BatchStopJobRun"  = ["arn:aws:glue:eu-west-1:123456789012:job/convert"]
      "sqs:SendMessage"                                      = ["arn:aws:sqs:eu-west-1:123456789012:orders"]
      "dynamodb:PutItem"                                     = ["arn:aws:dynamodb:eu-west-1:123456789012:table/claims"]
      "events:PutEvents"                                     = ["arn:aws:events:eu-west-1:123456789012:event-bus/default", "arn:aws:events:eu-west-1:123456789012:event-bus/orders"]
      "states:StartExecution"                                = ["arn:aws:states:eu-west-1:123456789012:stateMachine:child"]
      "states:DescribeExecution states:StopExecution"        = ["arn:aws:states:eu-west-1:123456789012:execution:child:*"]
      "events:PutTargets events:PutRule events:DescribeRule" = ["arn:aws:events:eu-west-1:123456789012:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule"]
      "glue:StartCrawler"                                    = ["arn:aws:glue:eu-west-1:123456789012:crawler/curated"]
      "s3:GetObject"                                         = ["arn:aws:s3:::source/*"]
    }
    error_message = "Statements: ${aws_iam_role_policy.execution.policy}"
  }
}

run "sees_states_inside_parallel_and_map" {
  command = plan

  variables {
    definition = "tests/definitions/nested.asl.json"
  }

  assert {
    condition = {
      for statement in jsondecode(aws_iam_role_policy.execution.policy).Statement :
      join(" ", statement.Action) => statement.Resource if !contains(["DeliverLogs", "SendTraces"], statement.Sid)
      } == {
      "lambda:InvokeFunction" = ["arn:aws:lambda:eu-west-1:123456789012:function:convert"]
      "sns:Publish"           = ["arn:aws:sns:eu-west-1:123456789012:news"]
    }
    error_message = "Statements: ${aws_iam_role_policy.execution.policy}"
  }
}

run "a_distributed_map_starts_itself_reads_and_writes" {
  command = plan

  variables {
    definition = "tests/definitions/distributed_map.asl.json"
  }

  assert {
    condition = {
      for statement in jsondecode(aws_iam_role_policy.execution.policy).Statement :
      join(" ", statement.Action) => statement.Resource if !contains(["DeliverLogs", "SendTraces"], statement.Sid)
      } == {
      "lambda:InvokeFunction"                         = ["arn:aws:lambda:eu-west-1:123456789012:function:check"]
      "s3:ListBucket"                                 = ["arn:aws:s3:::source"]
      "s3:PutObject"                                  = ["arn:aws:s3:::results/batch/*"]
      "states:StartExecution"                         = ["arn:aws:states:eu-west-1:123456789012:stateMachine:orders"]
      "states:DescribeExecution states:StopExecution" = ["arn:aws:states:eu-west-1:123456789012:execution:orders/*:*", "arn:aws:states:eu-west-1:123456789012:execution:orders:*"]
      "states:RedriveExecution"                       = ["arn:aws:states:eu-west-1:123456789012:execution:orders/*:*"]
    }
    error_message = "Statements: ${aws_iam_role_policy.execution.policy}"
  }
}

run "only_step_functions_for_this_state_machine_takes_the_role" {
  command = plan

  assert {
    condition = jsondecode(aws_iam_role.execution.assume_role_policy).Statement[0].Condition == {
      StringEquals = { "aws:SourceAccount" = "123456789012" }
      ArnLike      = { "aws:SourceArn" = "arn:aws:states:eu-west-1:123456789012:stateMachine:orders" }
    }
    error_message = "The trust must name the account and the state machine."
  }
}

run "stops_at_an_integration_it_does_not_know" {
  command = plan

  variables {
    definition = "tests/definitions/unknown_integration.asl.json"
  }

  expect_failures = [aws_sfn_state_machine.this]
}

run "takes_permissions_for_an_integration_it_does_not_know" {
  command = plan

  variables {
    definition = "tests/definitions/unknown_integration.asl.json"
    additional_policy_statements = {
      Call = [{ actions = ["rekognition:DetectLabels"], resources = ["*"], conditions = { Bool = { "aws:SecureTransport" = ["true"] } } }]
    }
  }

  assert {
    condition     = one([for s in jsondecode(aws_iam_role_policy.execution.policy).Statement : s if s.Sid == "Call0"]).Condition.Bool["aws:SecureTransport"] == ["true"]
    error_message = "The given statement must be in the policy, with its condition."
  }
}

run "stops_at_a_function_named_at_run_time" {
  command = plan

  variables {
    definition = "tests/definitions/dynamic_reference.asl.json"
  }

  expect_failures = [aws_sfn_state_machine.this]
}

run "stops_at_a_function_named_by_a_jsonata_expression" {
  command = plan

  variables {
    definition = "tests/definitions/jsonata.asl.json"
  }

  expect_failures = [aws_sfn_state_machine.this]
}

run "takes_permissions_for_a_function_named_at_run_time" {
  command = plan

  variables {
    definition = "tests/definitions/dynamic_reference.asl.json"
    additional_policy_statements = {
      Call = [{ actions = ["lambda:InvokeFunction"], resources = ["arn:aws:lambda:eu-west-1:123456789012:function:tenant-*"] }]
    }
  }

  assert {
    condition     = one([for s in jsondecode(aws_iam_role_policy.execution.policy).Statement : s if s.Sid == "Call0"]).Resource == ["arn:aws:lambda:eu-west-1:123456789012:function:tenant-*"]
    error_message = "The given statement must be in the policy."
  }
}

run "refuses_statements_for_no_state" {
  command = plan

  variables {
    additional_policy_statements = { Cal = [{ actions = ["s3:GetObject"], resources = ["arn:aws:s3:::a/*"] }] }
  }

  expect_failures = [aws_sfn_state_machine.this]
}

run "says_when_it_cannot_look_deep_enough" {
  command = plan

  variables {
    definition = "tests/definitions/too_deep.asl.json"
  }

  expect_failures = [aws_sfn_state_machine.this]
}

run "an_express_machine_cannot_wait" {
  command = plan

  variables {
    type = "EXPRESS"
  }

  expect_failures = [aws_sfn_state_machine.this]
}

run "logs_errors_and_traces_by_default" {
  command = apply

  assert {
    condition     = aws_sfn_state_machine.this.logging_configuration[0].level == "ERROR" && endswith(aws_sfn_state_machine.this.logging_configuration[0].log_destination, ":*")
    error_message = "Errors must be logged; Step Functions wants :* behind the log group's ARN."
  }

  assert {
    condition     = aws_cloudwatch_log_group.this[0].name == "/aws/vendedlogs/states/orders"
    error_message = "The log group must lie below /aws/vendedlogs/."
  }

  assert {
    condition     = aws_sfn_state_machine.this.tracing_configuration[0].enabled
    error_message = "Traces must be on."
  }
}

run "needs_no_rights_for_logs_and_traces_it_does_not_write" {
  command = plan

  variables {
    logging = null
    tracing = false
  }

  assert {
    condition     = !strcontains(aws_iam_role_policy.execution.policy, "logs:") && !strcontains(aws_iam_role_policy.execution.policy, "xray:")
    error_message = "Without logging and tracing the role must not hold their rights."
  }
}

run "refuses_a_missing_definition" {
  command = plan

  variables {
    definition = "tests/definitions/not_there.asl.json"
  }

  expect_failures = [var.definition]
}

run "a_key_of_ones_own_encrypts_definition_executions_and_logs" {
  command = plan

  variables {
    kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1"
  }

  assert {
    condition     = one(aws_sfn_state_machine.this.encryption_configuration).kms_key_id == var.kms_key_arn && one(aws_sfn_state_machine.this.encryption_configuration).type == "CUSTOMER_MANAGED_KMS_KEY"
    error_message = "The state machine must be encrypted with the key."
  }

  assert {
    condition     = one(aws_sfn_state_machine.this.encryption_configuration).kms_data_key_reuse_period_seconds == 300
    error_message = "A data key is used again for five minutes."
  }

  assert {
    condition     = aws_cloudwatch_log_group.this[0].kms_key_id == var.kms_key_arn
    error_message = "The logs must be encrypted with the key."
  }
}

run "uses_no_key_unless_it_is_given_one" {
  command = plan

  assert {
    condition     = length(aws_sfn_state_machine.this.encryption_configuration) == 0 && !strcontains(aws_iam_role_policy.execution.policy, "kms:")
    error_message = "Without a key there is nothing to encrypt with and no right to."
  }
}
