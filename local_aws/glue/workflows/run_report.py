"""A workflow run in the API's shape."""

from collections import Counter
from typing import Any

from local_aws.glue.workflows.launcher import RUNNING, Launcher
from local_aws.glue.workflows.run import WorkflowRun
from local_aws.glue.workflows.trigger import Node, NodeKind

# https://docs.aws.amazon.com/glue/latest/webapi/API_WorkflowRunStatistics.html
_COUNTED_AS = {
    "SUCCEEDED": "SucceededActions",
    "FAILED": "FailedActions",
    "TIMEOUT": "TimeoutActions",
    "STOPPED": "StoppedActions",
    "CANCELLED": "StoppedActions",
    "ERROR": "ErroredActions",
    # A queued run that waited too long; the page does not say under which count it falls.
    "EXPIRED": "ErroredActions",
    "RUNNING": "RunningActions",
    "WAITING": "WaitingActions",
}


def describe(run: WorkflowRun, launcher: Launcher, *, include_graph: bool) -> dict[str, Any]:
    """Return the API's ``WorkflowRun``."""
    batch = run.starting_batch
    optional = {
        "PreviousRunId": run.previous_run_id,
        "CompletedOn": run.completed_on,
        "ErrorMessage": run.error_message,
        "StartingEventBatchCondition": batch
        and {"BatchSize": batch.size or 0, "BatchWindow": batch.window or 0},
        "Graph": _graph(run, launcher) if include_graph else None,
    }
    return {
        "Name": run.workflow_name,
        "WorkflowRunId": run.run_id,
        "WorkflowRunProperties": dict(run.properties),
        "StartedOn": run.started_on,
        "Status": run.status.value,
        "Statistics": statistics(run, launcher),
        **{member: value for member, value in optional.items() if value is not None},
    }


def statistics(run: WorkflowRun, launcher: Launcher) -> dict[str, int]:
    """Return the API's ``WorkflowRunStatistics``.

    The total is that of the graph, nodes that never ran included: the example run of
    https://docs.aws.amazon.com/glue/latest/dg/running_monitoring_workflow.html is COMPLETED with 11
    actions, 9 of them succeeded and none counted elsewhere.
    """
    nodes = run.graph.nodes()
    counts = Counter(_COUNTED_AS[state] for node in nodes if (state := _state(run, node, launcher)))
    members = dict.fromkeys(_COUNTED_AS.values(), 0)
    return {"TotalActions": len(nodes), **members, **counts}


def _state(run: WorkflowRun, node: Node, launcher: Launcher) -> str | None:
    latest = run.latest(node)
    if latest is None:
        return None
    if latest.is_running and node.kind is NodeKind.JOB:
        queued = launcher.describe(latest)[0]["JobRunState"] == "WAITING"
        return "WAITING" if queued else RUNNING
    return latest.state


def _graph(run: WorkflowRun, launcher: Launcher) -> dict[str, Any]:
    nodes = [_node(run, node, launcher) for node in run.graph.nodes()]
    return {"Nodes": [*run.graph.describe_triggers(), *nodes], "Edges": run.graph.edges()}


def _node(run: WorkflowRun, node: Node, launcher: Launcher) -> dict[str, Any]:
    started = [attempt for attempt in reversed(run.attempts) if attempt.node == node]
    runs = [shown for attempt in started for shown in launcher.describe(attempt)]
    described = run.graph.describe_node(node)
    if not runs:
        return described
    if node.kind is NodeKind.JOB:
        return described | {"JobDetails": {"JobRuns": runs}}
    return described | {"CrawlerDetails": {"Crawls": runs}}
