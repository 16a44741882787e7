"""When scheduled triggers fire."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from local_aws.glue import schedules
from local_aws.glue.workflows.mailbox import Mailbox
from local_aws.host.ports import Clock, Timer


@dataclass(frozen=True)
class _Entry:
    timer: Timer
    due: datetime


class Timetable:
    """Calls ``fire`` with a trigger's name whenever its schedule says so, holding the lock."""

    def __init__(self, clock: Clock, mailbox: Mailbox, fire: Callable[[str], None]) -> None:
        self._clock = clock
        self._mailbox = mailbox
        self._fire = fire
        self._entries: dict[str, _Entry] = {}

    def enter(self, name: str, expression: str) -> None:
        """Follow a schedule from now on, in place of an earlier one of that name."""
        self.remove(name)
        self._plan(name, expression, self._clock.now())

    def remove(self, name: str) -> None:
        """Follow a schedule no longer."""
        if entry := self._entries.pop(name, None):
            entry.timer.cancel()

    def close(self) -> None:
        """Follow nothing any more."""
        for name in list(self._entries):
            self.remove(name)

    def _plan(self, name: str, expression: str, after: datetime) -> None:
        due = schedules.next_fire(expression, after)
        if due is None:
            return
        timer = self._clock.call_at(due, lambda: self._ring(name, expression, due))
        self._entries[name] = _Entry(timer, due)

    def _ring(self, name: str, expression: str, due: datetime) -> None:
        with self._mailbox:
            entry = self._entries.get(name)
            if entry is None or entry.due != due:
                return  # removed or changed while the timer was on its way
            # Counted from ``due``: a timer that rings a moment early must not ring twice. Counted
            # from now after a long sleep: what was missed is not made up for.
            self._plan(name, expression, max(due, self._clock.now()))
            self._fire(name)
