"""Executions of state machines, as graphs.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from tools import express_executions
from tools.aws import Aws
from tools.errors import ToolError
from tools.run_graph import PASSED, Edge, RunGraph, Step
from tools.run_listing import RunSummary

_SILENT_KINDS = frozenset({"Choice", "Pass", "Succeed"})
_SCHEDULED = ("TaskScheduled", "LambdaFunctionScheduled", "ActivityScheduled")
_CUTS = {"ExecutionTimedOut": "TIMED_OUT", "ExecutionAborted": "ABORTED"}
_FAILURES = ("Failed", "TimedOut")


def machines(aws: Aws, kind: str = "STANDARD") -> dict[str, str]:
    """Return the names of the state machines whose executions AWS lists, by their ARNs.

    Those of Express workflows are found in their logs only.
    https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html
    """
    pages = aws.step_functions.get_paginator("list_state_machines").paginate()
    found = [one for page in pages for one in page["stateMachines"] if one["type"] == kind]
    return {one["stateMachineArn"]: one["name"] for one in found}


def runs(aws: Aws, machine_arn: str, machine_name: str, limit: int) -> Iterator[RunSummary]:
    """Yield the newest executions of a state machine."""
    answer = aws.step_functions.list_executions(stateMachineArn=machine_arn, maxResults=limit)
    for execution in answer["executions"]:
        yield RunSummary(
            kind="State machine",
            pipeline=machine_name,
            run_id=execution["name"],
            label=execution["name"],
            reference=execution["executionArn"],
            status=execution["status"],
            started=execution["startDate"],
            ended=execution.get("stopDate"),
        )


def graph(aws: Aws, execution_arn: str) -> RunGraph:
    """Return an execution with every state of its machine, also those it did not enter."""
    execution: Mapping[str, Any] = aws.step_functions.describe_execution(executionArn=execution_arn)
    machine = aws.step_functions.describe_state_machine_for_execution(executionArn=execution_arn)
    pages = aws.step_functions.get_paginator("get_execution_history").paginate(
        executionArn=execution_arn, includeExecutionData=False
    )
    history = [event for page in pages for event in page["events"]]
    design = read_design(json.loads(machine["definition"]))
    steps = read_steps(design, history, execution["status"])
    return RunGraph(
        pipeline=machine["name"],
        run_id=execution["name"],
        status=execution["status"],
        started=execution["startDate"],
        ended=execution.get("stopDate"),
        steps=steps,
        edges=design.edges,
        notes=_notes(execution, steps),
    )


def express_graph(aws: Aws, execution_arn: str) -> RunGraph:
    """Return an execution of an Express workflow, as its log tells of it.

    Raises ToolError where the log has nothing of it.
    """
    history = list(express_executions.events(aws, execution_arn))
    if not history:
        raise ToolError(f"The log has nothing of {execution_arn}: not yet, or not any more.")
    parts = execution_arn.split(":")
    arn = ":".join([*parts[:5], "stateMachine", parts[6]])
    machine = aws.step_functions.describe_state_machine(stateMachineArn=arn)
    status = express_executions.status_of(history)
    design = read_design(json.loads(machine["definition"]))
    return RunGraph(
        pipeline=machine["name"],
        run_id=express_executions.name_of(execution_arn),
        status=status,
        started=history[0]["timestamp"],
        ended=history[-1]["timestamp"] if status != "RUNNING" else None,
        steps=read_steps(design, history, status),
        edges=design.edges,
        notes=[],
    )


@dataclass
class Design:
    """The states of a definition, with those inside Parallel and Map, and the ways between them."""

    kinds: dict[str, str] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)


def read_design(definition: Mapping[str, Any]) -> Design:
    """Read a definition in the Amazon States Language: https://states-language.net."""
    design = Design()
    _read_states(definition, design)
    return design


def _read_states(definition: Mapping[str, Any], design: Design) -> None:
    states: Mapping[str, Mapping[str, Any]] = definition["States"]
    for name in _in_order(definition["StartAt"], states):
        state = states[name]
        design.kinds[name] = state["Type"]
        inner = _inner(state)
        for part in inner:
            design.edges.append(Edge(name, part["StartAt"]))
            _read_states(part, design)
        # What comes next waits for the ends of the branches, not for the state around them.
        after = [end for part in inner for end in _ends(part)]
        for target in _targets(state):
            onward = after if inner and target == state.get("Next") else [name]
            design.edges += [Edge(source, target) for source in onward]


def _in_order(start: str, states: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the states in the order in which they are reached, the main way first."""
    found: dict[str, None] = {}
    waiting = [start]
    while waiting:
        name = waiting.pop(0)
        if name not in found:
            found[name] = None
            waiting += _targets(states[name])
    return [*found, *(name for name in states if name not in found)]


def _targets(state: Mapping[str, Any]) -> list[str]:
    ways = [state, *state.get("Choices", ()), *state.get("Catch", ())]
    targets = [way["Next"] for way in ways if "Next" in way]
    if "Default" in state:
        targets.append(state["Default"])
    return list(dict.fromkeys(targets))


def _ends(definition: Mapping[str, Any]) -> list[str]:
    states: Mapping[str, Mapping[str, Any]] = definition["States"]
    return [
        name for name, state in states.items() if state.get("End") or state["Type"] == "Succeed"
    ]


def _inner(state: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    mapped = state.get("ItemProcessor") or state.get("Iterator")
    return [*state.get("Branches", ()), *([mapped] if mapped else ())]


def read_steps(design: Design, history: Iterable[Mapping[str, Any]], status: str) -> list[Step]:
    """Return every state of a design as a history of an execution in ``status`` tells of it."""
    visits = _visits(history)
    return [_step(name, kind, visits.get(name), status) for name, kind in design.kinds.items()]


@dataclass(frozen=True)
class _Visit:
    """What the history tells of a state.

    ``entered`` and ``scheduled`` count how often it was entered and its work begun; ``failure`` is
    that of the last time; ``cut`` is TIMED_OUT or ABORTED if the execution ended in this state.
    """

    kind: str
    started: datetime
    ended: datetime | None = None
    entered: int = 1
    scheduled: int = 0
    failure: str | None = None
    cut: str | None = None


def _visits(history: Iterable[Mapping[str, Any]]) -> dict[str, _Visit]:
    visits: dict[str, _Visit] = {}
    state_of: dict[int, str] = {}  # to which state each event belongs, also among parallel branches
    for event in history:
        name = _owner(event, state_of, visits)
        state_of[event["id"]] = name
        if event["type"].endswith("StateEntered"):
            visits[name] = _entered(event, visits.get(name))
        elif name in visits:
            visits[name] = _heard(visits[name], event["type"], event)
    return visits


def _owner(
    event: Mapping[str, Any], state_of: Mapping[int, str], visits: Mapping[str, _Visit]
) -> str:
    """Return the state that an event is about, or nothing for the execution's own start."""
    for member in ("stateEnteredEventDetails", "stateExitedEventDetails"):
        if member in event:
            return str(event[member]["name"])
    for around in ("Parallel", "Map"):
        # Such an event follows upon one of a branch, but is about the state around the branches.
        if event["type"].startswith(f"{around}State"):
            open_ones = [
                name for name, visit in visits.items() if visit.kind == around and not visit.ended
            ]
            return open_ones[-1] if open_ones else ""
    return state_of.get(event.get("previousEventId", 0), "")


def _entered(event: Mapping[str, Any], before: _Visit | None) -> _Visit:
    if before is None:
        return _Visit(event["type"].removesuffix("StateEntered"), event["timestamp"])
    return replace(before, ended=None, entered=before.entered + 1, failure=None, cut=None)


def _heard(visit: _Visit, kind: str, event: Mapping[str, Any]) -> _Visit:
    if kind.endswith("StateExited"):
        return replace(visit, ended=event["timestamp"])
    if kind in _SCHEDULED or kind == "ExecutionRedriven":
        scheduled = visit.scheduled + (kind in _SCHEDULED)
        return replace(visit, ended=None, scheduled=scheduled, failure=None, cut=None)
    if kind in _CUTS:
        return replace(visit, ended=event["timestamp"], cut=_CUTS[kind])
    if kind == "ExecutionFailed":
        # It repeats the failure of the state that led to it, if that did not come out of itself.
        failure = visit.failure or _failure(event)
        return replace(visit, ended=event["timestamp"], failure=failure)
    if kind.endswith(_FAILURES):
        return replace(visit, failure=_failure(event))
    return visit


def _failure(event: Mapping[str, Any]) -> str:
    for member, details in event.items():
        if member.endswith("EventDetails") and details.get("error"):
            return _told(details["error"], details.get("cause"))
    return str(event["type"])


def _told(error: str, cause: str | None) -> str:
    return f"{error}: {_readable(cause)}" if cause else error


def _readable(cause: str) -> str:
    """Return the message within a cause: Lambda's and Glue's are JSON."""
    try:
        told = json.loads(cause)
    except ValueError:
        return cause
    if not isinstance(told, dict):
        return cause
    return str(told.get("errorMessage") or told.get("ErrorMessage") or cause)


def _step(name: str, kind: str, visit: _Visit | None, status: str) -> Step:
    if visit is None:
        return Step(name, kind.lower())
    return Step(
        name=name,
        kind=kind.lower(),
        state=_state(kind, visit, status),
        started=visit.started,
        ended=visit.ended,
        attempts=max(visit.entered, visit.scheduled),
        error=visit.failure,
    )


def _state(kind: str, visit: _Visit, status: str) -> str:
    if visit.cut:
        return visit.cut
    if visit.failure or kind == "Fail":
        return "FAILED"
    if visit.ended is None:
        return status
    return PASSED if kind in _SILENT_KINDS else "SUCCEEDED"


def _notes(execution: Mapping[str, Any], steps: Iterable[Step]) -> list[str]:
    """Return the execution's error, unless a step already tells it."""
    if not execution.get("error"):
        return []
    error = _told(execution["error"], execution.get("cause"))
    return [] if any(step.error == error for step in steps) else [error]
