locals {
  half = 12

  function_names     = [for name in sort(keys(var.functions)) : var.functions[name]]
  state_machine_arns = [for name in sort(keys(var.state_machines)) : var.state_machines[name]]
  glue_job_names     = [for name in sort(keys(var.glue_jobs)) : var.glue_jobs[name]]
  queue_names        = compact([for name in sort(keys(var.queues)) : var.queues[name].name])
  dead_letter_names  = [for name in sort(keys(var.queues)) : var.queues[name].dead_letter_name]

  alarm_arns = concat(
    values(aws_cloudwatch_metric_alarm.failed_executions)[*].arn,
    aws_cloudwatch_metric_alarm.failed_glue_runs[*].arn,
    values(aws_cloudwatch_metric_alarm.function_errors)[*].arn,
    values(aws_cloudwatch_metric_alarm.dead_letters)[*].arn,
    values(aws_cloudwatch_metric_alarm.old_events)[*].arn,
  )

  # Each graph: its title, the statistic, and its lines.
  graphs = concat(
    length(local.state_machine_arns) == 0 ? [] : [
      {
        title = "Executions", stat = "Sum"
        metrics = flatten([for arn in local.state_machine_arns : [
          for metric in ["ExecutionsStarted", "ExecutionsSucceeded", "ExecutionsFailed", "ExecutionsTimedOut"] :
          { path = ["AWS/States", metric, "StateMachineArn", arn] }
        ]])
      },
      {
        title   = "Execution time (ms, 95th percentile)", stat = "p95"
        metrics = [for arn in local.state_machine_arns : { path = ["AWS/States", "ExecutionTime", "StateMachineArn", arn] }]
      },
    ],
    length(local.function_names) == 0 ? [] : [
      {
        title   = "Lambda invocations", stat = "Sum"
        metrics = [for name in local.function_names : { path = ["AWS/Lambda", "Invocations", "FunctionName", name] }]
      },
      {
        title = "Lambda errors and throttles", stat = "Sum"
        metrics = flatten([for name in local.function_names : [
          for metric in ["Errors", "Throttles"] : { path = ["AWS/Lambda", metric, "FunctionName", name] }
        ]])
      },
      {
        title   = "Lambda duration (ms, 95th percentile)", stat = "p95"
        metrics = [for name in local.function_names : { path = ["AWS/Lambda", "Duration", "FunctionName", name] }]
      },
    ],
    length(local.glue_job_names) == 0 ? [] : [
      {
        title   = "Glue run time (ms)", stat = "Maximum"
        metrics = [for name in local.glue_job_names : { path = ["Glue", "glue.driver.aggregate.elapsedTime", "JobName", name, "JobRunId", "ALL", "Type", "count"] }]
      },
      {
        title = "Glue tasks completed and failed", stat = "Sum"
        metrics = flatten([for name in local.glue_job_names : [
          for metric in ["glue.driver.aggregate.numCompletedTasks", "glue.driver.aggregate.numFailedTasks"] :
          { path = ["Glue", metric, "JobName", name, "JobRunId", "ALL", "Type", "count"] }
        ]])
      },
    ],
    length(local.queue_names) == 0 ? [] : [
      {
        title   = "Events waiting and failed for good", stat = "Maximum"
        metrics = [for name in concat(local.queue_names, local.dead_letter_names) : { path = ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", name] }]
      },
    ],
  )

  alarm_widgets = [{
    type       = "alarm"
    properties = { title = "Alarms", alarms = local.alarm_arns }
  }]

  graph_widgets = [
    for graph in local.graphs : {
      type = "metric"
      properties = {
        title   = graph.title
        region  = local.region
        view    = "timeSeries"
        stacked = false
        stat    = graph.stat
        period  = var.thresholds.period_seconds
        metrics = [for metric in graph.metrics : metric.path]
      }
    }
  ]

  log_widgets = !local.watches_glue ? [] : [{
    type = "log"
    properties = {
      title  = "Glue runs that failed"
      region = local.region
      view   = "table"
      query  = "SOURCE '${local.log_group}' | fields @timestamp, detail.jobName, detail.jobRunId, detail.state, detail.message | sort @timestamp desc | limit 20"
    }
  }]

  widgets = concat(local.alarm_widgets, local.graph_widgets, local.log_widgets)
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name

  dashboard_body = jsonencode({
    widgets = [
      for i, widget in local.widgets : merge(widget, {
        x      = i % 2 * local.half
        y      = floor(i / 2) * 6
        width  = local.half
        height = 6
      })
    ]
  })
}
