"""Which executions can be redriven, and from where.

https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
https://docs.aws.amazon.com/step-functions/latest/apireference/API_RedriveExecution.html
"""

import json
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

REDRIVABLE = frozenset({"FAILED", "ABORTED", "TIMED_OUT"})
PERIOD = timedelta(days=14)
"""How long after its end an execution can be redriven."""
LONGEST_OPEN = timedelta(days=365)
HISTORY_LIMIT = 24_999
"""A history must be shorter, to have room for ExecutionRedriven and one event more."""
TOKEN_PERIOD = timedelta(minutes=15)
TOKENS_KEPT = 10


@dataclass(frozen=True)
class Ended:
    """What decides whether an execution can be redriven. ``stopped`` is None while it runs."""

    status: str
    started: datetime
    stopped: datetime | None
    events: int


def refusal(execution: Ended, now: datetime) -> str | None:
    """Return why an execution cannot be redriven, in AWS's words; None if it can.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html
    """
    if execution.status not in REDRIVABLE or execution.stopped is None:
        return f"Execution is {execution.status} and cannot be redriven"
    if execution.events >= HISTORY_LIMIT:
        return "Execution history event limit exceeded"
    if now - execution.started > LONGEST_OPEN:
        return "Execution has exceeded the max execution time"
    if now - execution.stopped > PERIOD:
        return "Execution redrivable period exceeded"
    return None


@dataclass
class Redrives:
    """How often and when one execution was redriven."""

    count: int = 0
    last: datetime | None = None
    _tokens: dict[str, datetime] = field(default_factory=dict)

    def answered(self, token: str | None, now: datetime) -> datetime | None:
        """Return the date of the redrive that this client token has already brought about."""
        date = self._tokens.get(token) if token else None
        return date if date and now - date <= TOKEN_PERIOD else None

    def add(self, token: str | None, now: datetime) -> None:
        """Count one redrive."""
        self.count += 1
        self.last = now
        if token:
            self._tokens[token] = now
            for oldest in list(self._tokens)[:-TOKENS_KEPT]:
                del self._tokens[oldest]

    def describe(self) -> dict[str, Any]:
        """Return the members that DescribeExecution and ListExecutions have in common."""
        date = {} if self.last is None else {"redriveDate": self.last}
        return {"redriveCount": self.count, **date}


@dataclass(frozen=True)
class Position:
    """A state and its input."""

    state: str
    input: Any


def position(
    history: Sequence[Mapping[str, Any]], states: Container[str], following: str | None
) -> Position | None:
    """Return where an unsuccessful execution stood; None if it had not entered a state.

    That is the state it had entered and not left, with that state's own input. ``states`` are those
    of the outermost level. Stopped between two states, the execution stood before ``following``.
    """
    for event in reversed(history):
        entered = event.get("stateEnteredEventDetails")
        if entered and entered["name"] in states:
            return Position(entered["name"], json.loads(entered["input"]))
        left = event.get("stateExitedEventDetails")
        if left and left["name"] in states and following:
            return Position(following, json.loads(left["output"]))
    return None
