data "aws_partition" "current" {}
data "aws_region" "current" {}
data "aws_caller_identity" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  here       = "${data.aws_region.current.id}:${local.account_id}"

  # Built from the name, so that policies are readable in a plan before the workflow exists.
  arn = "arn:${local.partition}:glue:${local.here}:workflow/${var.name}"
}

resource "aws_glue_workflow" "this" {
  name                   = var.name
  description            = var.description
  max_concurrent_runs    = var.max_concurrent_runs
  default_run_properties = var.default_run_properties
  tags                   = var.tags

  lifecycle {
    precondition {
      condition     = length(local.problems) == 0
      error_message = join("\n", local.problems)
    }

    precondition {
      condition     = length(local.schedule_problems) == 0
      error_message = join("\n", local.schedule_problems)
    }
  }
}

resource "aws_glue_trigger" "start" {
  name          = "${var.name}-start"
  description   = "Begins a run of ${var.name}."
  workflow_name = aws_glue_workflow.this.name
  type          = { on_demand = "ON_DEMAND", scheduled = "SCHEDULED", event = "EVENT" }[var.start]
  schedule      = var.schedule
  # An enabled on-demand trigger is fired by the provider as soon as it is made.
  enabled = { on_demand = false, scheduled = var.schedule_enabled, event = true }[var.start]
  tags    = var.tags

  dynamic "actions" {
    for_each = local.first

    content {
      job_name               = try(var.nodes[actions.value].job.name, null)
      crawler_name           = try(var.nodes[actions.value].crawler.name, null)
      arguments              = length(var.nodes[actions.value].arguments) == 0 ? null : var.nodes[actions.value].arguments
      timeout                = var.nodes[actions.value].timeout
      security_configuration = var.nodes[actions.value].security_configuration

      dynamic "notification_property" {
        for_each = var.nodes[actions.value].notify_delay[*]

        content {
          notify_delay_after = notification_property.value
        }
      }
    }
  }

  dynamic "event_batching_condition" {
    for_each = var.event[*]

    content {
      batch_size   = event_batching_condition.value.batch_size
      batch_window = event_batching_condition.value.batch_window
    }
  }

  # A run that began before the others were there would end with its first nodes.
  depends_on = [aws_glue_trigger.after]
}

# One for each node, so that a change of the graph moves nothing but the node that it is about.
resource "aws_glue_trigger" "after" {
  for_each = local.later

  name          = "${var.name}-${each.key}"
  description   = "Starts ${each.key} after ${join(each.value.logical == "ANY" ? " or " : " and ", keys(local.waits_for[each.key]))}."
  workflow_name = aws_glue_workflow.this.name
  type          = "CONDITIONAL"
  enabled       = true
  tags          = var.tags

  predicate {
    logical = each.value.logical

    dynamic "conditions" {
      for_each = local.waits_for[each.key]

      content {
        job_name     = try(var.nodes[conditions.key].job.name, null)
        crawler_name = try(var.nodes[conditions.key].crawler.name, null)
        state        = local.kind[conditions.key] == "job" ? conditions.value : null
        crawl_state  = local.kind[conditions.key] == "crawler" ? conditions.value : null
      }
    }
  }

  actions {
    job_name               = try(each.value.job.name, null)
    crawler_name           = try(each.value.crawler.name, null)
    arguments              = length(each.value.arguments) == 0 ? null : each.value.arguments
    timeout                = each.value.timeout
    security_configuration = each.value.security_configuration

    dynamic "notification_property" {
      for_each = each.value.notify_delay[*]

      content {
        notify_delay_after = notification_property.value
      }
    }
  }
}
