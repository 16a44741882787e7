"""Executions of an Express workflow: found by the trigger, and read from their log.

Step Functions neither lists nor describes them; at level ALL their log has each event.
https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tools.aws import Aws
from tools.executions import Progress, Upload, visits
from tools.trigger import Trigger

_KIND = "express"
_ENDS = {
    "ExecutionSucceeded": "SUCCEEDED",
    "ExecutionFailed": "FAILED",
    "ExecutionTimedOut": "TIMED_OUT",
    "ExecutionAborted": "ABORTED",
}
# The log holds no data. In which state the pipeline ended says what became of the file.
_OUTCOMES = {"Succeeded": "SUCCESS", "Superseded": "SUPERSEDED", "FileRejected": "INVALID"}


def is_express(execution_arn: str) -> bool:
    """Whether it is ``arn:…:states:<region>:<account>:express:<state machine>:<name>:<id>``."""
    return execution_arn.split(":")[5:6] == [_KIND]


def name_of(execution_arn: str) -> str:
    """Return the name in such an ARN."""
    return execution_arn.split(":")[7]


@dataclass(frozen=True)
class ExpressExecutions:
    """Finds and reads executions of one pipeline. What is found is over."""

    aws: Aws
    trigger: Trigger

    def find(self, upload: Upload) -> str | None:
        """Return the ARN of the execution that an upload started, None until it has ended."""
        version = {"bucket": upload.bucket, "key": upload.key, "version_id": upload.version_id}
        runs = self.trigger.runs_of(version)
        return runs[-1] if runs else None

    def progress(self, arn: str) -> Progress:
        """Return how an execution went; it counts as running until its log has its end."""
        history = list(events(self.aws, arn))
        passed = tuple(visits(history))
        last: Mapping[str, Any] = history[-1] if history else {}
        status = status_of(history)
        told = last.get("executionFailedEventDetails") or {}
        outcome = _OUTCOMES.get(passed[-1].state) if passed else None
        now = datetime.now(UTC)
        return Progress(
            name=name_of(arn),
            arn=arn,
            status=status,
            started=history[0]["timestamp"] if history else now,
            stopped=last.get("timestamp") if status != "RUNNING" else None,
            visits=passed,
            output={"outcome": outcome} if outcome else None,
            error=told.get("error"),
            cause=told.get("cause"),
        )


def status_of(history: Sequence[Mapping[str, Any]]) -> str:
    """Return the status of the execution that a history is of."""
    return _ENDS.get(history[-1]["type"], "RUNNING") if history else "RUNNING"


def events(aws: Aws, arn: str) -> Iterator[dict[str, Any]]:
    """Yield what an execution's log has, as GetExecutionHistory has it of others, in order.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
    """
    group = f"/aws/vendedlogs/states/{arn.split(':')[6]}"
    pages = aws.logs.get_paginator("filter_log_events").paginate(
        logGroupName=group, filterPattern=f'"{arn}"'
    )
    logged = [
        json.loads(event["message"]) | {"at": event["timestamp"]}
        for page in pages
        for event in page["events"]
    ]
    ours = [event for event in logged if event.get("execution_arn") == arn]
    yield from (_event(one) for one in sorted(ours, key=lambda one: int(one["id"])))


def _event(logged: Mapping[str, Any]) -> dict[str, Any]:
    kind = str(logged["type"])
    for suffix in ("StateEntered", "StateExited"):
        if kind.endswith(suffix):
            member = f"{suffix[0].lower()}{suffix[1:]}EventDetails"
            break
    else:
        member = f"{kind[0].lower()}{kind[1:]}EventDetails"
    return {
        "id": int(logged["id"]),
        "previousEventId": int(logged.get("previous_event_id") or 0),
        "type": kind,
        "timestamp": datetime.fromtimestamp(logged["at"] / 1000, UTC),
        member: logged.get("details") or {},
    }
