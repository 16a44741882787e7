"""Follows the schedules of one account and region."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from local_aws.host.ports import Clock, Timer
from local_aws.scheduler.schedule import Schedule

type Ended = Callable[[], None]


@dataclass(eq=False)
class _Entry:
    """A schedule that is followed, until it is set anew or removed."""

    schedule: Schedule
    timers: list[Timer] = field(default_factory=list)


class Timetable:
    """One timer for each enabled schedule.

    ``invoke`` is called with a schedule, the time it was due and what to call when its invocation
    has ended; ``complete`` with a schedule that is to be deleted after its last one. ``draw``
    returns a number from 0 to 1: where in a flexible time window an invocation falls.
    """

    def __init__(
        self,
        clock: Clock,
        invoke: Callable[[Schedule, datetime, Ended], None],
        complete: Callable[[Schedule], None],
        draw: Callable[[], float],
    ) -> None:
        self._clock = clock
        self._invoke = invoke
        self._complete = complete
        self._draw = draw
        self._lock = threading.RLock()
        self._entries: dict[str, _Entry] = {}
        self._is_closed = False

    def set(self, schedule: Schedule) -> None:
        """Follow a schedule from now on, in place of the one of the same ARN."""
        with self._lock:
            self.remove(schedule.arn)
            if schedule.enabled and not self._is_closed:
                entry = self._entries[schedule.arn] = _Entry(schedule)
                self._wait(entry, schedule.first_fire())

    def remove(self, arn: str) -> None:
        """Forget a schedule; an invocation that waits in its time window is not made."""
        with self._lock:
            entry = self._entries.pop(arn, None)
            for timer in entry.timers if entry else ():
                timer.cancel()

    def remove_group(self, prefix: str) -> None:
        """Forget the schedules whose ARN begins with ``prefix``."""
        with self._lock:
            for arn in [arn for arn in self._entries if arn.startswith(prefix)]:
                self.remove(arn)

    def close(self) -> None:
        """Invoke nothing any more."""
        with self._lock:
            self._is_closed = True
            self.remove_group("")

    def _wait(self, entry: _Entry, due: datetime | None) -> None:
        if due is not None:
            self._call_at(entry, due, lambda: self._fire(entry, due))

    def _fire(self, entry: _Entry, due: datetime) -> None:
        with self._lock:
            if not self._is_followed(entry):
                return
            now = self._clock.now()
            # From now on, not from ``due``: what a sleeping machine missed is not made up for.
            following = entry.schedule.next_fire(max(due, now))
            entry.timers.clear()
            self._wait(entry, following)
            last = following is None
            if entry.schedule.window:
                moment = now + entry.schedule.window * self._draw()
                self._call_at(entry, moment, lambda: self._begin(entry, due, last))
                return
        self._begin(entry, due, last)

    def _begin(self, entry: _Entry, due: datetime, last: bool) -> None:
        with self._lock:
            if not self._is_followed(entry):
                return
        self._invoke(entry.schedule, due, lambda: self._ended(entry, last))

    def _ended(self, entry: _Entry, last: bool) -> None:
        if last and entry.schedule.deletes_itself and self._is_followed(entry):
            self._complete(entry.schedule)

    def _is_followed(self, entry: _Entry) -> bool:
        with self._lock:
            return self._entries.get(entry.schedule.arn) is entry

    def _call_at(self, entry: _Entry, when: datetime, callback: Callable[[], None]) -> None:
        entry.timers.append(self._clock.call_at(when, callback))
