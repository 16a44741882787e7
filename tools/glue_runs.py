"""Runs of Glue workflows.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-workflow.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tools.aws import Aws
from tools.run_graph import NOT_RUN, PASSED, Edge, RunGraph, Step
from tools.run_listing import RunSummary

RUN_ID_PREFIX = "wr_"
# Of the 67 characters of a run id: enough to tell runs apart, short enough for a line.
LABEL_LENGTH = 15


def workflows(aws: Aws) -> list[str]:
    """Return the names of all workflows."""
    names: list[str] = []
    request: dict[str, Any] = {}
    while True:
        answer = aws.glue.list_workflows(**request)
        names += answer["Workflows"]
        if not answer.get("NextToken"):
            return names
        request = {"NextToken": answer["NextToken"]}


def runs(aws: Aws, workflow: str, limit: int) -> Iterator[RunSummary]:
    """Yield the newest runs of a workflow."""
    for run in aws.glue.get_workflow_runs(Name=workflow, MaxResults=limit)["Runs"]:
        counts: Any = run.get("Statistics", {})
        yield RunSummary(
            kind="Glue workflow",
            pipeline=workflow,
            run_id=run["WorkflowRunId"],
            label=run["WorkflowRunId"][:LABEL_LENGTH],
            reference=run["WorkflowRunId"],
            status=run["Status"],
            started=run["StartedOn"],
            ended=run.get("CompletedOn"),
            remark=run.get("ErrorMessage") or _remark(counts),
        )


def graph(aws: Aws, workflow: str, run_id: str) -> RunGraph:
    """Return a run with the states of its triggers, jobs and crawlers."""
    run: Mapping[str, Any] = aws.glue.get_workflow_run(
        Name=workflow, RunId=run_id, IncludeGraph=True
    )["Run"]
    drawn = run.get("Graph", {})
    nodes = drawn.get("Nodes", [])
    labels = _labels(nodes)
    edges = [
        Edge(labels[edge["SourceId"]], labels[edge["DestinationId"]])
        for edge in drawn.get("Edges", [])
    ]
    steps = [_step(labels[node["UniqueId"]], node) for node in nodes]
    previous = run.get("PreviousRunId")
    notes = [f"Resumed from {previous}"] if previous else []
    if run.get("ErrorMessage"):
        notes.append(run["ErrorMessage"])
    return RunGraph(
        pipeline=workflow,
        run_id=run_id,
        status=run["Status"],
        started=run["StartedOn"],
        ended=run.get("CompletedOn"),
        steps=[_fired(step, steps, edges) for step in steps],
        edges=edges,
        notes=notes,
    )


def _labels(nodes: list[Mapping[str, Any]]) -> dict[str, str]:
    """Return a label for each node id: its name, with its kind where two share a name."""
    names = [node["Name"] for node in nodes]
    return {
        node["UniqueId"]: node["Name"]
        if names.count(node["Name"]) == 1
        else f"{node['Name']} ({node['Type'].lower()})"
        for node in nodes
    }


def _step(label: str, node: Mapping[str, Any]) -> Step:
    kind = node["Type"].lower()
    if kind == "trigger":
        trigger = node.get("TriggerDetails", {}).get("Trigger", {})
        return Step(label, f"{trigger.get('Type', '').lower().replace('_', ' ')} trigger".strip())
    if kind == "job":
        newest_first = node.get("JobDetails", {}).get("JobRuns") or []
        state_member = "JobRunState"
    else:
        newest_first = node.get("CrawlerDetails", {}).get("Crawls") or []
        state_member = "State"
    if not newest_first:
        return Step(label, kind)
    newest, oldest = newest_first[0], newest_first[-1]
    return Step(
        name=label,
        kind=kind,
        state=newest[state_member],
        started=oldest.get("StartedOn"),
        ended=newest.get("CompletedOn"),
        attempts=len(newest_first),
        error=newest.get("ErrorMessage"),
    )


def _fired(step: Step, steps: list[Step], edges: list[Edge]) -> Step:
    """Tell from what a trigger starts whether it fired: Glue does not say so itself."""
    if not step.kind.endswith("trigger"):
        return step
    started = {other.name for other in steps if other.state != NOT_RUN}
    fired = any(edge.source == step.name and edge.target in started for edge in edges)
    return Step(step.name, step.kind, PASSED if fired else NOT_RUN)


def _remark(counts: Mapping[str, int]) -> str:
    total = counts.get("TotalActions", 0)
    failed = sum(counts.get(f"{end}Actions", 0) for end in ("Failed", "Timeout", "Errored"))
    done = f"{counts.get('SucceededActions', 0)} of {total} succeeded"
    return f"{done}, {failed} failed" if failed else done
