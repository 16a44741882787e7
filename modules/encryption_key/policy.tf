# Who may use the key, for what. In a key's policy the resource "*" is the key itself:
# https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html
#
# A statement whose principal is the account lets nobody in: it leaves it to the policies of the
# account's roles to allow the same. https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html

locals {
  account = { AWS = "arn:${local.partition}:iam::${local.account_id}:root" }

  read_and_write = ["kms:Decrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext"]

  # What the account's roles keep in these services, the services encrypt in the roles' names.
  # https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
  via = [for service in ["dynamodb", "glue", "lambda", "logs", "s3", "secretsmanager", "sns", "sqs"] : "${service}.${local.region}.amazonaws.com"]

  statements = concat(
    local.account_statements,
    local.encryption_context_statements,
    local.service_statements,
    length(var.bookmark_roles) == 0 ? [] : [{
      # https://docs.aws.amazon.com/glue/latest/dg/set-up-encryption.html
      Sid       = "JobsEncryptBookmarks"
      Effect    = "Allow"
      Principal = local.account
      Action    = ["kms:Encrypt", "kms:Decrypt"]
      Resource  = "*"
      Condition = {
        StringEquals = { "kms:CallerAccount" = local.account_id }
        ArnLike      = { "aws:PrincipalArn" = var.bookmark_roles }
      }
    }],
  )

  account_statements = [
    {
      # Without it a key whose roles are gone could not be managed by anybody; it uses the key for nothing.
      # https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html#key-policy-default-allow-administrators
      Sid       = "AccountAdministers"
      Effect    = "Allow"
      Principal = local.account
      Action = [
        "kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListAliases", "kms:ListGrants", "kms:ListKeyPolicies",
        "kms:ListKeyRotations", "kms:ListResourceTags", "kms:PutKeyPolicy", "kms:CreateAlias", "kms:UpdateAlias", "kms:DeleteAlias",
        "kms:UpdateKeyDescription", "kms:TagResource", "kms:UntagResource", "kms:EnableKey", "kms:DisableKey", "kms:EnableKeyRotation",
        "kms:DisableKeyRotation", "kms:RotateKeyOnDemand", "kms:RevokeGrant", "kms:ScheduleKeyDeletion", "kms:CancelKeyDeletion",
      ]
      Resource = "*"
    },
    {
      Sid       = "AccountUsesThroughServices"
      Effect    = "Allow"
      Principal = local.account
      Action    = concat(local.read_and_write, ["kms:Encrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo"])
      Resource  = "*"
      Condition = { StringEquals = { "kms:CallerAccount" = local.account_id, "kms:ViaService" = local.via } }
    },
    {
      # Lambda decrypts a function's environment, and DynamoDB a table, by a grant that whoever makes
      # the function or table hands on. https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html
      # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html#dynamodb-kms-authz
      Sid       = "AccountGrantsToServices"
      Effect    = "Allow"
      Principal = local.account
      Action    = ["kms:CreateGrant"]
      Resource  = "*"
      Condition = {
        StringEquals = { "kms:CallerAccount" = local.account_id, "kms:ViaService" = local.via }
        Bool         = { "kms:GrantIsForAWSResource" = "true" }
      }
    },
  ]

  # These services call KMS in the caller's name and say what it is about.
  encryption_context_statements = [
    for sid, about in {
      # https://docs.aws.amazon.com/step-functions/latest/dg/encryption-at-rest.html
      RolesRunStateMachines = { key = "aws:states:stateMachineArn", arn = "arn:${local.partition}:states:${local.here}:stateMachine:*" }
      # The same page: a state machine's role encrypts what it hands to the delivery of logs.
      RolesHandOverLogs = { key = "SourceArn", arn = "arn:${local.partition}:logs:${local.here}:*" }
      # https://docs.aws.amazon.com/scheduler/latest/UserGuide/encryption-rest.html
      RolesRunSchedules = { key = "aws:scheduler:schedule:arn", arn = "arn:${local.partition}:scheduler:${local.here}:schedule/*" }
      } : {
      Sid       = sid
      Effect    = "Allow"
      Principal = local.account
      Action    = local.read_and_write
      Resource  = "*"
      Condition = {
        StringEquals = { "kms:CallerAccount" = local.account_id }
        StringLike   = { "kms:EncryptionContext:${about.key}" = about.arn }
      }
    }
  ]

  service_statements = concat(
    [
      for sid, sender in {
        # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html#compatibility-with-aws-services
        RulesSendToQueues  = { service = "events.amazonaws.com", source = "arn:${local.partition}:events:${local.here}:rule/*", to = "aws:sqs:arn", place = "arn:${local.partition}:sqs:${local.here}:*" }
        TopicsSendToQueues = { service = "sns.amazonaws.com", source = "arn:${local.partition}:sns:${local.here}:*", to = "aws:sqs:arn", place = "arn:${local.partition}:sqs:${local.here}:*" }
        # https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
        AlarmsSendToTopics = { service = "cloudwatch.amazonaws.com", source = "arn:${local.partition}:cloudwatch:${local.here}:alarm:*", to = "aws:sns:topicArn", place = "arn:${local.partition}:sns:${local.here}:*" }
        } : {
        Sid       = sid
        Effect    = "Allow"
        Principal = { Service = sender.service }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = "*"
        Condition = {
          StringEquals = { "aws:SourceAccount" = local.account_id }
          ArnLike      = { "aws:SourceArn" = sender.source, "kms:EncryptionContext:${sender.to}" = sender.place }
        }
      }
    ],
    [
      {
        # SNS's page says that EventBridge's calls for an encrypted topic carry neither aws:SourceArn nor
        # aws:SourceAccount; that the topic is of this account binds them instead.
        # https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
        Sid       = "RulesSendToTopics"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = "*"
        Condition = { ArnLike = { "kms:EncryptionContext:aws:sns:topicArn" = "arn:${local.partition}:sns:${local.here}:*" } }
      },
      {
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
        Sid       = "LogGroupsAreEncrypted"
        Effect    = "Allow"
        Principal = { Service = "logs.${local.region}.amazonaws.com" }
        Action    = concat(local.read_and_write, ["kms:Encrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:DescribeKey"])
        Resource  = "*"
        Condition = { ArnLike = { "kms:EncryptionContext:aws:logs:arn" = "arn:${local.partition}:logs:${local.here}:log-group:*" } }
      },
      {
        # https://docs.aws.amazon.com/step-functions/latest/dg/encryption-at-rest.html
        Sid       = "LogsOfStateMachinesAreDelivered"
        Effect    = "Allow"
        Principal = { Service = "delivery.logs.amazonaws.com" }
        Action    = ["kms:Decrypt"]
        Resource  = "*"
        Condition = { StringLike = { "kms:EncryptionContext:SourceArn" = "arn:${local.partition}:logs:${local.here}:*" } }
      },
    ],
  )
}
