"""Executions of the state machine, and how far they are."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tools.aws import Aws

# Clocks of this machine and of AWS need not agree to the second.
CLOCK_SKEW = timedelta(minutes=2)


@dataclass(frozen=True)
class Upload:
    """One object version that was put into the source bucket."""

    bucket: str
    key: str
    version_id: str | None
    at: datetime


@dataclass(frozen=True)
class Visit:
    """A state that an execution entered, and left if ``left`` is set."""

    state: str
    kind: str
    entered: datetime
    left: datetime | None = None
    retries: int = 0
    failure: str | None = None

    @property
    def is_work(self) -> bool:
        """Whether the state does something outside, unlike Choice, Pass, Succeed and Fail."""
        return self.kind in ("Task", "Wait", "Map", "Parallel")

    def seconds(self, now: datetime) -> float:
        """Return how long the execution has been, or was, in the state."""
        return max(0.0, ((self.left or now) - self.entered).total_seconds())


@dataclass(frozen=True)
class Progress:
    """An execution as it stands. ``output`` is None until it has succeeded."""

    name: str
    arn: str
    status: str
    started: datetime
    stopped: datetime | None
    visits: tuple[Visit, ...]
    output: Mapping[str, Any] | None = None
    error: str | None = None
    cause: str | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self.status != "RUNNING"


@dataclass
class Executions:
    """Finds and follows executions of one state machine."""

    aws: Aws
    state_machine_arn: str
    _inputs: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    def find(self, upload: Upload) -> str | None:
        """Return the ARN of the execution that an upload started, None as long as there is none."""
        for arn in self._started_since(upload.at - CLOCK_SKEW):
            given = self._input(arn)
            same_object = (given.get("bucket"), given.get("key")) == (upload.bucket, upload.key)
            if same_object and given.get("version_id") in (upload.version_id, None):
                return arn
        return None

    def progress(self, arn: str) -> Progress:
        """Ask how far an execution is."""
        described = self.aws.step_functions.describe_execution(executionArn=arn)
        return Progress(
            name=described["name"],
            arn=arn,
            status=described["status"],
            started=described["startDate"],
            stopped=described.get("stopDate"),
            visits=tuple(visits(self._history(arn))),
            output=json.loads(described["output"]) if described.get("output") else None,
            error=described.get("error"),
            cause=described.get("cause"),
        )

    def _started_since(self, moment: datetime) -> Iterator[str]:
        # Newest first: https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html
        pages = self.aws.step_functions.get_paginator("list_executions").paginate(
            stateMachineArn=self.state_machine_arn
        )
        for page in pages:
            for execution in page["executions"]:
                if execution["startDate"] < moment:
                    return
                yield execution["executionArn"]

    def _input(self, arn: str) -> Mapping[str, Any]:
        if arn not in self._inputs:
            described = self.aws.step_functions.describe_execution(executionArn=arn)
            self._inputs[arn] = json.loads(described.get("input") or "{}")
        return self._inputs[arn]

    def _history(self, arn: str) -> Iterator[Mapping[str, Any]]:
        pages = self.aws.step_functions.get_paginator("get_execution_history").paginate(
            executionArn=arn, includeExecutionData=False
        )
        for page in pages:
            yield from page["events"]


# An execution that ends badly leaves its state without a StateExited.
_LEAVING = ("StateExited", "ExecutionFailed", "ExecutionTimedOut", "ExecutionAborted")


def visits(history: Iterable[Mapping[str, Any]]) -> list[Visit]:
    """Turn an execution's history into the states it has been in, in order.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
    """
    found: list[Visit] = []
    for event in history:
        kind = event["type"]
        if kind.endswith("StateEntered"):
            name = event["stateEnteredEventDetails"]["name"]
            found.append(Visit(name, kind.removesuffix("StateEntered"), event["timestamp"]))
        elif found and kind.endswith(_LEAVING):
            found[-1] = _changed(found[-1], left=event["timestamp"])
        elif found and _is_failure(kind):
            found[-1] = _changed(found[-1], failure=_error_name(event))
        elif found and found[-1].failure and kind in ("TaskScheduled", "LambdaFunctionScheduled"):
            found[-1] = _changed(found[-1], retries=found[-1].retries + 1, failure=None)
    return found


def _changed(visit: Visit, **changes: Any) -> Visit:
    return Visit(**{**visit.__dict__, **changes})


def _is_failure(kind: str) -> bool:
    return kind.startswith(("Task", "LambdaFunction")) and kind.endswith(
        ("Failed", "TimedOut", "SubmitFailed", "StartFailed")
    )


def _error_name(event: Mapping[str, Any]) -> str:
    for key, details in event.items():
        if key.endswith("EventDetails") and details.get("error"):
            return str(details["error"])
    return str(event["type"])
