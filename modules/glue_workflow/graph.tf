# The graph, and what is wrong with it. Nothing here is a resource.

locals {
  kind = { for name, node in var.nodes : name => node.job != null ? "job" : "crawler" }
  # Node to what it waits for: node to state.
  waits_for = {
    for name, node in var.nodes : name => merge({ for other in node.depends_on : other => "SUCCEEDED" }, node.depends_on_states)
  }
  first = sort([for name, others in local.waits_for : name if length(others) == 0])
  later = { for name, node in var.nodes : name => node if length(local.waits_for[name]) > 0 }

  # All that a node waits for, near and far. HCL has no recursion, so each line looks twice as far as
  # the one before: 64 steps in the end, and more than 50 in a row are refused below.
  within_1  = { for name, others in local.waits_for : name => setintersection(keys(others), keys(var.nodes)) }
  within_2  = { for name, near in local.within_1 : name => setunion(near, [for other in near : local.within_1[other]]...) }
  within_4  = { for name, near in local.within_2 : name => setunion(near, [for other in near : local.within_2[other]]...) }
  within_8  = { for name, near in local.within_4 : name => setunion(near, [for other in near : local.within_4[other]]...) }
  within_16 = { for name, near in local.within_8 : name => setunion(near, [for other in near : local.within_8[other]]...) }
  within_32 = { for name, near in local.within_16 : name => setunion(near, [for other in near : local.within_16[other]]...) }
  within_64 = { for name, near in local.within_32 : name => setunion(near, [for other in near : local.within_32[other]]...) }
  in_cycle  = [for name, far in local.within_64 : name if contains(far, name)]

  # https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-trigger.html#aws-glue-api-jobs-trigger-Condition
  end_states = {
    job     = ["SUCCEEDED", "FAILED", "STOPPED", "TIMEOUT"]
    crawler = ["SUCCEEDED", "FAILED", "CANCELLED"]
  }
  # https://docs.aws.amazon.com/glue/latest/dg/about-triggers.html
  first_crawlers = [for name in local.first : name if local.kind[name] == "crawler"]
  # https://docs.aws.amazon.com/general/latest/gr/glue.html
  first_jobs = [for name in local.first : name if local.kind[name] == "job"]
  # https://docs.aws.amazon.com/glue/latest/dg/blueprint_workflow_restrictions.html
  parts = length(var.nodes) + length(local.later) + 1

  problems = concat(
    [for name, node in var.nodes : "Node ${name} has neither a job nor a crawler: give it one." if node.job == null && node.crawler == null],
    [for name, node in var.nodes : "Node ${name} has both a job and a crawler: make two nodes of it." if node.job != null && node.crawler != null],
    [
      for name, node in var.nodes : "Node ${name} is a crawler: only jobs take arguments, timeout, notify_delay and security_configuration."
      if node.job == null && node.crawler != null && (length(node.arguments) > 0 || node.timeout != null || node.notify_delay != null || node.security_configuration != null)
    ],
    [for name, node in var.nodes : "Node ${name} has the logical ${node.logical}: write AND or ANY." if !contains(["AND", "ANY"], node.logical)],
    [for name, node in var.nodes : "Node ${name} has an argument without dashes: write --name." if !alltrue([for argument in keys(node.arguments) : startswith(argument, "--")])],
    [for name, node in var.nodes : "Node ${name} has a timeout of ${coalesce(node.timeout, 0)} minutes: write 1 to 10080." if !(coalesce(node.timeout, 1) >= 1 && coalesce(node.timeout, 1) <= 10080)],
    flatten([
      for name, node in var.nodes : [
        for other in sort(setintersection(node.depends_on, keys(node.depends_on_states))) :
        "Node ${name} names ${other} in depends_on and in depends_on_states: once is enough."
      ]
    ]),
    flatten([
      for name, others in local.waits_for : [
        for other, state in others : "Node ${name} depends on ${other}, which is no node."
        if !contains(keys(var.nodes), other)
      ]
    ]),
    flatten([
      for name, others in local.waits_for : [
        for other, state in others : "Node ${name} waits for ${other} to be ${state}: a ${local.kind[other]} ends as ${join(", ", local.end_states[local.kind[other]])}."
        if contains(keys(var.nodes), other) && !contains(local.end_states[lookup(local.kind, other, "job")], state)
      ]
    ]),
    length(local.in_cycle) == 0 ? [] : ["These nodes wait for each other in a circle: ${join(", ", local.in_cycle)}."],
    length(local.first_crawlers) <= 2 ? [] : ["A trigger starts two crawlers at most, and the first would start ${join(", ", local.first_crawlers)}: let one of them depend on another, or give one crawler several paths."],
    length(local.first_jobs) <= 50 ? [] : ["A trigger starts 50 jobs at most, and the first would start ${length(local.first_jobs)}."],
    local.parts <= 100 ? [] : ["A workflow has 100 jobs, crawlers and triggers at most, and this one would have ${local.parts}: split it."],
  )
}
