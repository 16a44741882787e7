# What each service integration needs, after
# https://docs.aws.amazon.com/step-functions/latest/dg/service-integration-iam-templates.html
#
# A key is service:action as it stands in a Resource, without "aws-sdk:" before and ".sync" behind.
#   actions      what the call itself needs
#   sync_actions what Step Functions needs besides to wait for the end (.sync)
#   parameter    the parameter that names the resource
#   arn          the resource's ARN, where the parameter holds a name and not an ARN already

locals {
  partition  = local.substitutions.partition
  account_id = local.substitutions.account_id
  here       = "${local.substitutions.region}:${local.account_id}"

  integrations = merge(
    {
      "lambda:invoke" = {
        actions      = ["lambda:InvokeFunction"]
        sync_actions = []
        parameter    = "FunctionName"
        arn          = "arn:${local.partition}:lambda:${local.here}:function:%s"
      }
      "glue:startJobRun" = {
        actions      = ["glue:StartJobRun"]
        sync_actions = ["glue:GetJobRun", "glue:GetJobRuns", "glue:BatchStopJobRun"]
        parameter    = "JobName"
        arn          = "arn:${local.partition}:glue:${local.here}:job/%s"
      }
      "sns:publish" = {
        actions      = ["sns:Publish"]
        sync_actions = []
        parameter    = "TopicArn"
        arn          = "arn:${local.partition}:sns:${local.here}:%s"
      }
      "sqs:sendMessage" = {
        actions      = ["sqs:SendMessage"]
        sync_actions = []
        parameter    = "QueueUrl"
        arn          = "arn:${local.partition}:sqs:${local.substitutions.region}:%s"
      }
      "events:putEvents" = {
        actions      = ["events:PutEvents"]
        sync_actions = []
        parameter    = "Entries"
        arn          = "arn:${local.partition}:events:${local.here}:event-bus/%s"
      }
      "ssm:getParameter" = {
        actions      = ["ssm:GetParameter"]
        sync_actions = []
        parameter    = "Name"
        arn          = "arn:${local.partition}:ssm:${local.here}:parameter/%s"
      }
    },
    {
      # "states" is the optimised integration, "sfn" the SDK's name for the same service.
      for service in ["states", "sfn"] : "${service}:startExecution" => {
        actions      = ["states:StartExecution"]
        sync_actions = ["states:DescribeExecution", "states:StopExecution"]
        parameter    = "StateMachineArn"
        arn          = "arn:${local.partition}:states:${local.here}:stateMachine:%s"
      }
    },
    {
      for action in ["getItem", "putItem", "updateItem", "deleteItem", "query"] : "dynamodb:${action}" => {
        actions      = ["dynamodb:${title(action)}"]
        sync_actions = []
        parameter    = "TableName"
        arn          = "arn:${local.partition}:dynamodb:${local.here}:table/%s"
      }
    },
    {
      for action in ["getJobRun", "getJobRuns", "batchStopJobRun"] : "glue:${action}" => {
        actions      = ["glue:${title(action)}"]
        sync_actions = []
        parameter    = "JobName"
        arn          = "arn:${local.partition}:glue:${local.here}:job/%s"
      }
    },
    {
      for action in ["startCrawler", "stopCrawler", "getCrawler"] : "glue:${action}" => {
        actions      = ["glue:${title(action)}"]
        sync_actions = []
        parameter    = "Name"
        arn          = "arn:${local.partition}:glue:${local.here}:crawler/%s"
      }
    },
    {
      for action in ["startWorkflowRun", "stopWorkflowRun", "getWorkflowRun"] : "glue:${action}" => {
        actions      = ["glue:${title(action)}"]
        sync_actions = []
        parameter    = "Name"
        arn          = "arn:${local.partition}:glue:${local.here}:workflow/%s"
      }
    },
    {
      for action, permission in {
        getObject     = "s3:GetObject"
        headObject    = "s3:GetObject"
        putObject     = "s3:PutObject"
        deleteObject  = "s3:DeleteObject"
        listObjectsV2 = "s3:ListBucket"
        } : "s3:${action}" => {
        actions      = [permission]
        sync_actions = []
        parameter    = "Bucket"
        arn          = "arn:${local.partition}:s3:::%s"
      }
    },
  )
}
