# Who has taken what on: object versions, notifications, and how far the sweeps are. What lies here is
# what makes a repeated event, a repeated start and a repeated message harmless.

locals {
  # Built from the name, so that policies are readable in a plan before the table exists.
  claims_table     = "${var.name_prefix}pipeline-claims"
  claims_table_arn = "arn:${local.partition}:dynamodb:${local.here}:table/${local.claims_table}"

  claims_environment = merge(
    { CLAIMS_TABLE = local.claims_table },
    { for days in [try(var.retention.claim_days, null)] : "CLAIM_DAYS" => tostring(days) if days != null },
  )

  claims_statements = {
    execution = { actions = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"], resources = [local.claims_table_arn] }
  }

  # By the function that should have got what lies there.
  dead_letter_queues = merge(
    { send_notification = module.send_notification_dead_letters },
    { for trigger in module.event_trigger : "trigger_pipeline" => trigger.dead_letter_queue },
    local.sweep_dead_letter_queues,
  )
}

resource "aws_dynamodb_table" "claims" {
  # checkov:skip=CKV_AWS_119:A key of one's own is the root's choice (security.kms_key_arn); without it DynamoDB encrypts with AWS's.

  name                        = local.claims_table
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "id"
  deletion_protection_enabled = !var.force_destroy
  tags                        = var.tags

  attribute {
    name = "id"
    type = "S"
  }

  # Only on what may go: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
  ttl {
    attribute_name = "expires_at"
    enabled        = true
  }

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled     = var.security.kms_key_arn != null
    kms_key_arn = var.security.kms_key_arn
  }
}
