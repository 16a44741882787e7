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
}

variables {
  name = "refresh"
  nodes = {
    convert_orders    = { job = { name = "convert-orders" }, arguments = { "--day" = "today" }, timeout = 30, notify_delay = 5 }
    convert_customers = { job = { name = "convert-customers" } }
    crawl             = { crawler = { name = "curated" }, depends_on = ["convert_orders", "convert_customers"] }
    publish           = { job = { name = "publish" }, depends_on = ["crawl"] }
    alarm = {
      job               = { name = "alarm" }
      depends_on_states = { convert_orders = "FAILED", crawl = "CANCELLED" }
      logical           = "ANY"
    }
  }
}

run "starts_with_what_waits_for_nothing" {
  command = plan

  assert {
    condition     = aws_glue_trigger.start.name == "refresh-start" && [for action in aws_glue_trigger.start.actions : action.job_name] == ["convert-customers", "convert-orders"]
    error_message = "The first trigger must start both conversions side by side."
  }

  assert {
    condition     = aws_glue_trigger.start.actions[1].arguments == tomap({ "--day" = "today" }) && aws_glue_trigger.start.actions[1].timeout == 30 && aws_glue_trigger.start.actions[1].notification_property[0].notify_delay_after == 5
    error_message = "A node's arguments and times must reach its run."
  }
}

run "derives_a_trigger_from_each_other_node" {
  command = plan

  assert {
    condition     = keys(aws_glue_trigger.after) == ["alarm", "crawl", "publish"] && alltrue([for trigger in aws_glue_trigger.after : trigger.type == "CONDITIONAL" && trigger.enabled])
    error_message = "Every node that waits must have an active trigger of its own."
  }

  assert {
    condition     = aws_glue_trigger.after["crawl"].predicate[0].logical == "AND" && { for condition in aws_glue_trigger.after["crawl"].predicate[0].conditions : condition.job_name => condition.state } == { convert-customers = "SUCCEEDED", convert-orders = "SUCCEEDED" }
    error_message = "depends_on must wait for the success of all."
  }

  assert {
    condition     = aws_glue_trigger.after["crawl"].actions[0].crawler_name == "curated" && aws_glue_trigger.after["crawl"].actions[0].job_name == null
    error_message = "A crawler's node must start the crawler."
  }

  assert {
    condition     = aws_glue_trigger.after["publish"].predicate[0].conditions[0].crawler_name == "curated" && aws_glue_trigger.after["publish"].predicate[0].conditions[0].crawl_state == "SUCCEEDED"
    error_message = "A crawler's end must be watched as crawl_state."
  }

  assert {
    condition     = aws_glue_trigger.after["alarm"].predicate[0].logical == "ANY" && aws_glue_trigger.after["alarm"].predicate[0].conditions[0].state == "FAILED" && aws_glue_trigger.after["alarm"].predicate[0].conditions[1].crawl_state == "CANCELLED"
    error_message = "depends_on_states must wait for the states that it names."
  }
}

run "never_fires_at_apply" {
  command = plan

  assert {
    condition     = aws_glue_trigger.start.type == "ON_DEMAND" && !aws_glue_trigger.start.enabled
    error_message = "The provider fires an enabled on-demand trigger when it makes it."
  }

  assert {
    condition     = aws_glue_workflow.this.max_concurrent_runs == 1
    error_message = "By default a refresh must not overtake another."
  }
}

run "refuses_a_dangling_edge" {
  command = plan

  variables {
    nodes = { crawl = { crawler = { name = "curated" }, depends_on = ["convert"], depends_on_states = { extract = "FAILED" } } }
  }

  expect_failures = [aws_glue_workflow.this]

  assert {
    condition     = jsonencode(local.problems) == jsonencode(["Node crawl depends on convert, which is no node.", "Node crawl depends on extract, which is no node."])
    error_message = jsonencode(local.problems)
  }
}

run "refuses_a_cycle_and_names_who_is_in_it" {
  command = plan

  variables {
    nodes = {
      first  = { job = { name = "first" } }
      second = { job = { name = "second" }, depends_on = ["first", "fourth"] }
      third  = { job = { name = "third" }, depends_on = ["second"] }
      fourth = { job = { name = "fourth" }, depends_on = ["third"] }
      after  = { job = { name = "after" }, depends_on = ["fourth"] }
    }
  }

  expect_failures = [aws_glue_workflow.this]

  assert {
    condition     = jsonencode(local.problems) == jsonencode(["These nodes wait for each other in a circle: fourth, second, third."])
    error_message = jsonencode(local.problems)
  }
}

run "refuses_a_node_that_waits_for_itself" {
  command = plan

  variables {
    nodes = { loop = { job = { name = "loop" }, depends_on = ["loop"] } }
  }

  expect_failures = [aws_glue_workflow.this]

  assert {
    condition     = jsonencode(local.problems) == jsonencode(["These nodes wait for each other in a circle: loop."])
    error_message = jsonencode(local.problems)
  }
}

run "finds_a_cycle_as_long_as_a_workflow_can_be" {
  command = plan

  variables {
    nodes = merge(
      { for number in range(1, 49) : "n${number}" => { job = { name = "job" }, depends_on = ["n${number - 1}"] } },
      { n0 = { job = { name = "job" }, depends_on = ["n48"] } },
    )
  }

  expect_failures = [aws_glue_workflow.this]

  assert {
    condition     = length(local.problems) == 1 && length(local.in_cycle) == 49
    error_message = jsonencode(local.problems)
  }
}

run "takes_a_chain_as_long_as_a_workflow_can_be" {
  command = plan

  variables {
    nodes = merge(
      { for number in range(1, 50) : "n${number}" => { job = { name = "job" }, depends_on = ["n${number - 1}"] } },
      { n0 = { job = { name = "job" } } },
    )
  }

  assert {
    condition     = length(local.problems) == 0 && local.parts == 100
    error_message = jsonencode(local.problems)
  }
}

run "refuses_more_parts_than_a_workflow_can_have" {
  command = plan

  variables {
    nodes = merge(
      { for number in range(1, 51) : "n${number}" => { job = { name = "job" }, depends_on = ["n0"] } },
      { n0 = { job = { name = "job" } } },
    )
  }

  expect_failures = [aws_glue_workflow.this]

  assert {
    condition     = jsonencode(local.problems) == jsonencode(["A workflow has 100 jobs, crawlers and triggers at most, and this one would have 102: split it."])
    error_message = jsonencode(local.problems)
  }
}

run "refuses_neither_kind_and_both" {
  command = plan

  variables {
    nodes = {
      none = {}
      both = { job = { name = "job" }, crawler = { name = "crawler" } }
    }
  }

  expect_failures = [aws_glue_workflow.this]

  assert {
    condition     = jsonencode(local.problems) == jsonencode(["Node none has neither a job nor a crawler: give it one.", "Node both has both a job and a crawler: make two nodes of it."])
    error_message = jsonencode(local.problems)
  }
}

run "refuses_a_third_crawler_in_a_trigger" {
  command = plan

  variables {
    nodes = { for name in ["raw", "curated", "published"] : name => { crawler = { name = name } } }
  }

  expect_failures = [aws_glue_workflow.this]

  assert {
    condition     = length(local.problems) == 1 && strcontains(local.problems[0], "curated, published, raw")
    error_message = jsonencode(local.problems)
  }
}

run "takes_two_crawlers_in_a_trigger" {
  command = plan

  variables {
    nodes = { for name in ["raw", "curated"] : name => { crawler = { name = name } } }
  }

  assert {
    condition     = length(aws_glue_trigger.start.actions) == 2
    error_message = "Two crawlers are what Glue allows."
  }
}

run "refuses_a_state_that_its_kind_does_not_end_in" {
  command = plan

  variables {
    nodes = {
      job     = { job = { name = "job" } }
      crawler = { crawler = { name = "crawler" } }
      after   = { job = { name = "after" }, depends_on_states = { job = "CANCELLED", crawler = "TIMEOUT" } }
    }
  }

  expect_failures = [aws_glue_workflow.this]

  assert {
    condition = jsonencode(local.problems) == jsonencode([
      "Node after waits for crawler to be TIMEOUT: a crawler ends as SUCCEEDED, FAILED, CANCELLED.",
      "Node after waits for job to be CANCELLED: a job ends as SUCCEEDED, FAILED, STOPPED, TIMEOUT.",
    ])
    error_message = jsonencode(local.problems)
  }
}

run "refuses_what_a_node_cannot_have" {
  command = plan

  variables {
    nodes = {
      a = { crawler = { name = "a" }, timeout = 5 }
      b = { job = { name = "b" }, arguments = { day = "today" } }
      c = { job = { name = "c" }, logical = "OR" }
      d = { job = { name = "d" }, timeout = 20000 }
      e = { job = { name = "e" }, depends_on = ["b"], depends_on_states = { b = "FAILED" } }
    }
  }

  expect_failures = [aws_glue_workflow.this]

  assert {
    condition = jsonencode(local.problems) == jsonencode([
      "Node a is a crawler: only jobs take arguments, timeout, notify_delay and security_configuration.",
      "Node c has the logical OR: write AND or ANY.",
      "Node b has an argument without dashes: write --name.",
      "Node d has a timeout of 20000 minutes: write 1 to 10080.",
      "Node e names b in depends_on and in depends_on_states: once is enough.",
    ])
    error_message = jsonencode(local.problems)
  }
}

run "refuses_an_empty_graph" {
  command = plan

  variables {
    nodes = {}
  }

  expect_failures = [var.nodes]
}

run "refuses_a_node_of_the_first_triggers_name" {
  command = plan

  variables {
    nodes = { start = { job = { name = "job" } } }
  }

  expect_failures = [var.nodes]
}
