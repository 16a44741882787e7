"""Step Functions: a Map Run that did not succeed, run on by a redrive of its execution.

Only the children that failed, were aborted or were never begun run again: one of a Standard
workflow from where it failed, one of an Express workflow anew.

https://docs.aws.amazon.com/step-functions/latest/dg/redrive-map-run.html
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from localstack.aws.api.stepfunctions import MapRunStatus, StateMachineType
from localstack.services.stepfunctions.asl.component.state.state_execution.state_map.iteration.itemprocessor.map_run_record import (  # noqa: E501
    MapRunRecord,
)

from local_aws.overrides.map_children import Child

# A stopped execution is described as such before its children have heard of it.
_LONGEST_END_SECONDS = 30.0


@dataclass
class Unfinished:
    """A Map Run that runs or has ended without success, in an execution redriven so often."""

    record: MapRunRecord
    children: Sequence[Child]
    redrives: int
    over: threading.Event = field(default_factory=threading.Event)

    def reopen(self, redrives: int) -> None:
        """Make ready to run on in an execution that was redriven."""
        self.over.wait(_LONGEST_END_SECONDS)
        self.over.clear()
        self.redrives = redrives
        self.record.status, self.record.stop_date = MapRunStatus.RUNNING, None
        self.record.redrives = (redrives, datetime.now(UTC))
        for child in self.children:
            if child.status not in ("SUCCEEDED", "PENDING"):
                self._count_as_pending(child)
                if child.execution.sm_type == StateMachineType.EXPRESS:
                    child.execution = None

    def _count_as_pending(self, child: Child) -> None:
        for counter, number in (
            (self.record.item_counter, child.items),
            (self.record.execution_counter, 1),
        ):
            getattr(counter, child.counted).offset(-number)
            counter.pending.count(number)


class Register:
    """The unfinished runs by execution and state."""

    def __init__(self) -> None:
        self._unfinished: dict[tuple[str, str], Unfinished] = {}

    def keep(self, place: tuple[str, str], run: Unfinished) -> None:
        """Remember a run that has begun."""
        self._unfinished[place] = run

    def forget(self, place: tuple[str, str]) -> None:
        """Forget a run that has succeeded."""
        self._unfinished.pop(place, None)

    def left(self, place: tuple[str, str], redrives: int) -> Unfinished | None:
        """Return the run that a redrive goes on with: a Retry of the state makes a new one."""
        run = self._unfinished.get(place)
        return run if run and redrives > run.redrives else None


unfinished_runs = Register()
"""Those of all executions."""


def describe(record: Any) -> dict[str, Any]:
    """Return what DescribeMapRun answers.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeMapRun.html
    """
    count, date = getattr(record, "redrives", (0, None))
    told: dict[str, Any] = record.describe() | {"redriveCount": count}
    return told if date is None else told | {"redriveDate": date}
