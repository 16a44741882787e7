# From the calls of the definition to the statements of the role's policy.

locals {
  # Each call with its integration taken apart. A direct function or activity ARN has none.
  parsed_calls = [
    for call in local.calls : merge(call, {
      integration = try(regex("^arn:[^:]*:states:::(?:aws-sdk:)?(.+?)(?:\\.sync(?::2)?|\\.waitForTaskToken)?$", call.resource)[0], null)
      sync        = length(regexall("\\.sync(:2)?$", call.resource)) > 0
      direct      = call.resource == "0" || length(regexall("^arn:[^:]*:(lambda|states):[^:]+:[^:]*:(function|activity):", call.resource)) > 0
    }) if !contains(keys(var.additional_policy_statements), call.state)
  ]

  # Why a call cannot be permitted, in words; known in every plan, as only the skeleton is read.
  problems = [
    for call in local.parsed_calls : (
      call.other_role ? "State ${call.state} runs with Credentials of another role."
      : call.integration == null ? "State ${call.state} has the Resource \"${call.resource}\", which is neither a service integration nor a Lambda function nor an activity."
      : !contains(keys(local.integrations), call.integration) ? "State ${call.state} uses the integration ${call.integration}, whose permissions this module does not know."
      : "State ${call.state} names its ${local.integrations[call.integration].parameter} only at run time."
    )
    if call.other_role || !call.direct && try(
      startswith(tostring(call.known[local.integrations[call.integration].parameter]), "{%"),
      # A list (the Entries of events:putEvents) is no string; that it is there is enough.
      !contains(keys(call.known), local.integrations[call.integration].parameter),
      true,
    )
  ]

  derivable_calls = [for call in local.parsed_calls : call if length(local.problems) == 0]

  direct_permissions = [
    for call in local.derivable_calls : {
      actions   = ["lambda:InvokeFunction"]
      resources = [for arn in [call.rendered] : arn if strcontains(arn, ":function:")]
    } if call.direct
  ]

  # What each call refers to, as ARNs.
  integration_permissions = [
    for call in local.derivable_calls : {
      actions      = local.integrations[call.integration].actions
      sync_actions = call.sync ? local.integrations[call.integration].sync_actions : []
      resources = [
        for name in(
          call.integration == "events:putEvents" ? [for entry in call.parameters.Entries : try(entry.EventBusName, "default")]
          # https://sqs.eu-west-1.amazonaws.com/123456789012/orders → 123456789012:orders
          : call.integration == "sqs:sendMessage" ? [replace(call.parameters.QueueUrl, "/^.*/([^/]+)/([^/]+)$/", "$1:$2")]
          : call.integration == "lambda:invoke" ? [join(":", compact([call.parameters.FunctionName, try(call.parameters.Qualifier, null)]))]
          : call.integration == "ssm:getParameter" ? [trimprefix(call.parameters.Name, "/")]
          : contains(["s3:getObject", "s3:headObject", "s3:putObject", "s3:deleteObject"], call.integration) ? ["${call.parameters.Bucket}/${try(call.parameters.Key, "${trimsuffix(call.parameters.Prefix, "/")}/*", "*")}"]
          : [call.parameters[local.integrations[call.integration].parameter]]
        ) : startswith(name, "arn:") ? name : format(local.integrations[call.integration].arn, name)
      ]
    } if !call.direct
  ]

  # Waiting for an execution looks at executions, not at the state machine, and is told by an event:
  # https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html
  waits_for_executions = length([for call in local.derivable_calls : call if call.sync && try(endswith(call.integration, ":startExecution"), false)]) > 0
  sync_permissions = [
    for permission in local.integration_permissions : {
      actions = permission.sync_actions
      resources = [
        for arn in permission.resources : strcontains(arn, ":stateMachine:") ? "${replace(arn, ":stateMachine:", ":execution:")}:*" : arn
      ]
    } if length(permission.sync_actions) > 0
  ]

  # https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
  map_permissions = [for permission in [
    { actions = ["states:StartExecution"], resources = [local.arn] },
    { actions = ["states:DescribeExecution", "states:StopExecution"], resources = ["${replace(local.arn, ":stateMachine:", ":execution:")}/*:*", "${replace(local.arn, ":stateMachine:", ":execution:")}:*"] },
    { actions = ["states:RedriveExecution"], resources = ["${replace(local.arn, ":stateMachine:", ":execution:")}/*:*"] },
  ] : permission if length(local.distributed_maps) > 0]

  permissions = concat(
    [for permission in local.integration_permissions : { actions = permission.actions, resources = permission.resources }],
    local.direct_permissions,
    local.sync_permissions,
    local.map_permissions,
    local.waits_for_executions ? [{
      actions   = ["events:PutTargets", "events:PutRule", "events:DescribeRule"]
      resources = ["arn:${local.partition}:events:${local.here}:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule"]
    }] : [],
  )

  # One statement per set of actions, so that the policy stays small and readable.
  derived_statements = [
    for actions in distinct([for permission in local.permissions : join(",", permission.actions)]) : {
      Sid      = replace(title(replace(actions, ",", " ")), "/[^A-Za-z0-9]/", "")
      Effect   = "Allow"
      Action   = split(",", actions)
      Resource = sort(distinct(flatten([for permission in local.permissions : permission.resources if join(",", permission.actions) == actions])))
    }
  ]

  additional_statements = flatten([
    for state, statements in var.additional_policy_statements : [
      for i, statement in statements : merge(
        { Sid = "${replace(state, "/[^A-Za-z0-9]/", "")}${i}", Effect = "Allow", Action = statement.actions, Resource = statement.resources },
        { for key in ["Condition"] : key => statement.conditions if length(statement.conditions) > 0 },
      )
    ]
  ])
}
