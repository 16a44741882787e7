# The definition, and all its states in one list.
#
# It is read twice. The rendered text has the real names and ARNs, which on a first apply are not
# known before the functions exist. The skeleton has "0" for each placeholder, so the states and
# their integrations are known in every plan: what cannot be permitted stops the plan, not the apply.

locals {
  substitutions = merge(
    {
      partition  = data.aws_partition.current.partition
      region     = data.aws_region.current.id
      account_id = data.aws_caller_identity.current.account_id
    },
    var.substitutions,
  )

  rendered = templatefile(var.definition, local.substitutions)
  skeleton = templatefile(var.definition, { for name, _ in local.substitutions : name => "0" })

  rendered_root = jsondecode(local.rendered)

  # HCL has no recursion, so each local opens one more level of Parallel and Map. Level 4 may open
  # nothing; the state machine's precondition says so.
  level_0 = [
    for name, state in jsondecode(local.skeleton).States :
    { name = name, skeleton = state, rendered = local.rendered_root.States[name] }
  ]
  level_1 = flatten([for parent in local.level_0 : concat(
    [for i, branch in try(parent.skeleton.Branches, []) : [for name, state in branch.States : { name = name, skeleton = state, rendered = parent.rendered.Branches[i].States[name] }]],
    [for key in ["ItemProcessor", "Iterator"] : [for name, state in try(parent.skeleton[key].States, {}) : { name = name, skeleton = state, rendered = parent.rendered[key].States[name] }]],
  )])
  level_2 = flatten([for parent in local.level_1 : concat(
    [for i, branch in try(parent.skeleton.Branches, []) : [for name, state in branch.States : { name = name, skeleton = state, rendered = parent.rendered.Branches[i].States[name] }]],
    [for key in ["ItemProcessor", "Iterator"] : [for name, state in try(parent.skeleton[key].States, {}) : { name = name, skeleton = state, rendered = parent.rendered[key].States[name] }]],
  )])
  level_3 = flatten([for parent in local.level_2 : concat(
    [for i, branch in try(parent.skeleton.Branches, []) : [for name, state in branch.States : { name = name, skeleton = state, rendered = parent.rendered.Branches[i].States[name] }]],
    [for key in ["ItemProcessor", "Iterator"] : [for name, state in try(parent.skeleton[key].States, {}) : { name = name, skeleton = state, rendered = parent.rendered[key].States[name] }]],
  )])
  level_4 = flatten([for parent in local.level_3 : concat(
    [for i, branch in try(parent.skeleton.Branches, []) : [for name, state in branch.States : { name = name, skeleton = state, rendered = parent.rendered.Branches[i].States[name] }]],
    [for key in ["ItemProcessor", "Iterator"] : [for name, state in try(parent.skeleton[key].States, {}) : { name = name, skeleton = state, rendered = parent.rendered[key].States[name] }]],
  )])

  states   = concat(local.level_0, local.level_1, local.level_2, local.level_3, local.level_4)
  too_deep = [for state in local.level_4 : state.name if anytrue([for key in ["Branches", "ItemProcessor", "Iterator"] : contains(keys(state.skeleton), key)])]

  distributed_maps = [
    for state in local.states : state if try(state.skeleton.ItemProcessor.ProcessorConfig.Mode, "INLINE") == "DISTRIBUTED"
  ]

  # Everything that calls a service: Task states, and what a distributed Map reads from and writes to.
  calls = concat(
    [
      for state in local.states : {
        state      = state.name
        resource   = state.skeleton.Resource
        rendered   = state.rendered.Resource
        known      = try(state.skeleton.Parameters, state.skeleton.Arguments, {})
        parameters = try(state.rendered.Parameters, state.rendered.Arguments, {})
        other_role = contains(keys(state.skeleton), "Credentials")
      } if state.skeleton.Type == "Task"
    ],
    flatten([
      for state in local.distributed_maps : [
        for key in ["ItemReader", "ResultWriter"] : {
          state      = state.name
          resource   = state.skeleton[key].Resource
          rendered   = state.rendered[key].Resource
          known      = try(state.skeleton[key].Parameters, state.skeleton[key].Arguments, {})
          parameters = try(state.rendered[key].Parameters, state.rendered[key].Arguments, {})
          other_role = false
        } if contains(keys(state.skeleton), key)
      ]
    ]),
  )
}
