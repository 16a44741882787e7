"""Months, and the executions of a backfill: one per month, and another only after a failure."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tools.aws import Aws
from tools.errors import ToolError
from tools.executions import Executions, Progress

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
_MOST_MONTHS = 1200
_MOST_RERUNS = 999


class MonthError(ToolError):
    """What was given is no month, or no range of months."""


def months(first: str, last: str) -> list[str]:
    """Return the months from ``first`` to ``last``, both included. Raises MonthError."""
    start, end = _index(first), _index(last)
    if end < start:
        raise MonthError(f"{last} lies before {first}; write the earlier month as FROM.")
    if end - start >= _MOST_MONTHS:
        raise MonthError(f"From {first} to {last} are more than {_MOST_MONTHS} months.")
    return [f"{index // 12:04}-{index % 12 + 1:02}" for index in range(start, end + 1)]


def _index(month: str) -> int:
    found = _MONTH.fullmatch(month)
    if found is None:
        raise MonthError(f"{month!r} is no month; write it as 2026-01.")
    return int(found[1]) * 12 + int(found[2]) - 1


@dataclass
class MonthRun:
    """A month, its latest execution, and whether that was there before this backfill.

    ``progress`` is None until the month's execution has begun.
    """

    month: str
    progress: Progress | None = None
    was_done: bool = False

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self.progress is not None and self.progress.is_over

    @property
    def has_failed(self) -> bool:
        """Whether the month is not done, and nobody is at it."""
        return self.progress is not None and self.is_over and self.progress.status != "SUCCEEDED"

    def seconds(self) -> float:
        """Return how long the execution has been running, or ran."""
        if self.progress is None:
            return 0.0
        return (
            (self.progress.stopped or datetime.now(UTC)) - self.progress.started
        ).total_seconds()


class MonthRuns:
    """The executions of one backfill's state machine.

    A month's first execution is named after it, the one after a failure ``<month>-r1``, and so on,
    so that two backfills at once start no month twice.
    """

    def __init__(self, aws: Aws, state_machine_arn: str) -> None:
        self._client = aws.step_functions
        self._machine = state_machine_arn
        self._executions = Executions(aws, state_machine_arn)

    def look(self, month: str, force: bool) -> tuple[MonthRun, str | None]:
        """Return the month as it stands, and the name for an execution if it needs one."""
        last: str | None = None
        for name in self._names(month):
            arn = self._arn(name)
            if not self._exists(arn):
                return self._judge(month, last, name, force)
            last = arn
        raise ToolError(f"{month} was run {_MOST_RERUNS} times. Remove the cause first.")

    def start(self, run: MonthRun, name: str, force: bool) -> None:
        """Begin the month's execution; one that somebody else began meanwhile is followed."""
        given: dict[str, Any] = {"month": run.month, "force": force}
        try:
            arn = self._client.start_execution(
                stateMachineArn=self._machine, name=name, input=json.dumps(given)
            )["executionArn"]
        except self._client.exceptions.ExecutionAlreadyExists:
            arn = self._arn(name)
        run.progress = self._executions.progress(arn)

    def refresh(self, runs: Sequence[MonthRun]) -> None:
        """Bring those that run up to date."""
        for run in runs:
            if run.progress and not run.progress.is_over:
                run.progress = self._executions.progress(run.progress.arn)

    def _judge(
        self, month: str, last: str | None, free: str, force: bool
    ) -> tuple[MonthRun, str | None]:
        if last is None:
            return MonthRun(month), free
        progress = self._executions.progress(last)
        if not progress.is_over:
            return MonthRun(month, progress), None
        if progress.status == "SUCCEEDED" and not force:
            return MonthRun(month, progress, was_done=True), None
        return MonthRun(month), free

    def _names(self, month: str) -> Iterator[str]:
        yield month
        yield from (f"{month}-r{number}" for number in range(1, _MOST_RERUNS + 1))

    def _arn(self, name: str) -> str:
        return f"{self._machine.replace(':stateMachine:', ':execution:', 1)}:{name}"

    def _exists(self, arn: str) -> bool:
        try:
            self._client.describe_execution(executionArn=arn)
        except self._client.exceptions.ExecutionDoesNotExist:
            return False
        return True
