# How trigger_pipeline and sweep_source start executions, and what they may for that. An execution of an
# Express workflow is waited for: nothing else would tell of its end.
# See docs/decisions/0014-express.md.

locals {
  state_machine_type = local.express ? "EXPRESS" : "STANDARD"

  # An execution's five minutes, the tries to begin it, and the claim before and after.
  express_start_seconds = 330

  # Named, not referred to: the state machine must not wait for the functions that start it.
  start_environment = {
    STATE_MACHINE_ARN  = local.state_machine_arn
    STATE_MACHINE_TYPE = local.state_machine_type
  }

  start_statements = {
    for sid, statement in {
      RunExecutions   = { actions = ["states:StartSyncExecution"], resources = [local.state_machine_arn] }
      StartExecutions = { actions = ["states:StartExecution"], resources = [local.state_machine_arn] }
      # To tell a repeated start from another execution of the same name.
      ReadExecutions = { actions = ["states:DescribeExecution"], resources = ["${replace(local.state_machine_arn, ":stateMachine:", ":execution:")}:*"] }
    } : sid => statement if local.express == (sid == "RunExecutions")
  }
}
