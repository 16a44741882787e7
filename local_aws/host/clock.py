"""The real time, with calls that are put off."""

import heapq
import itertools
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime

LOG = logging.getLogger(__name__)
# However far off the next call is, look at the wall clock this often: it may be set meanwhile.
_LONGEST_SLEEP = 60.0


@dataclass(order=True)
class _Call:
    when: datetime
    number: int
    callback: Callable[[], None] = field(compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        """Forget the call, if it has not begun."""
        self.cancelled = True


class SystemClock:
    """A ``ports.Clock`` over the wall clock. One thread waits, a few others make the calls."""

    def __init__(self, workers: int = 8) -> None:
        self._calls: list[_Call] = []
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._closed = False
        self._workers = ThreadPoolExecutor(workers, thread_name_prefix="clock")
        threading.Thread(target=self._dispatch, name="clock", daemon=True).start()

    def now(self) -> datetime:
        """Return the present, in UTC."""
        return datetime.now(UTC)

    def call_at(self, when: datetime, callback: Callable[[], None]) -> _Call:
        """Call back once at ``when``, or at once if that is past."""
        call = _Call(when, next(self._numbers), callback)
        with self._changed:
            heapq.heappush(self._calls, call)
            self._changed.notify()
        return call

    def close(self) -> None:
        """Make no more calls."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._workers.shutdown(wait=False, cancel_futures=True)

    def _dispatch(self) -> None:
        while True:
            with self._changed:
                if self._closed:
                    return
                due = self._due()
                if due is None:
                    self._changed.wait(self._pause())
                elif not due.cancelled:
                    self._workers.submit(_make, due.callback)

    def _due(self) -> _Call | None:
        """Take the next call out if it is due or cancelled; the lock is held."""
        if not self._calls:
            return None
        first = self._calls[0]
        if first.cancelled or first.when <= self.now():
            return heapq.heappop(self._calls)
        return None

    def _pause(self) -> float:
        if not self._calls:
            return _LONGEST_SLEEP
        return min(_LONGEST_SLEEP, max(0.0, (self._calls[0].when - self.now()).total_seconds()))


def _make(callback: Callable[[], None]) -> None:
    try:
        callback()
    except Exception:
        # Nobody waits for this call's outcome; without a word here it would fail silently.
        LOG.exception("a call that was put off failed")
