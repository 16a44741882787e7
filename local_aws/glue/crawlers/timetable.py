"""Starts crawls at the times that their schedules name.

https://docs.aws.amazon.com/glue/latest/dg/schedule-crawler.html
"""

import threading
from collections.abc import Callable

from local_aws.glue import schedules
from local_aws.glue.crawlers.definition import CrawlerDefinition
from local_aws.glue.errors import GlueError
from local_aws.host.ports import Clock, Timer


class Timetable:
    """One timer for each crawler whose schedule runs.

    ``start`` starts a crawl by the crawler's name; ``note`` writes into a crawler's log.
    """

    def __init__(
        self, clock: Clock, start: Callable[[str], object], note: Callable[[str, str], None]
    ) -> None:
        self._clock = clock
        self._start = start
        self._note = note
        self._lock = threading.Lock()
        # With each timer a mark that its call brings along: a call may be under way when its
        # timer is taken away.
        self._timers: dict[str, tuple[object, Timer]] = {}
        self._is_closed = False

    def set(self, definition: CrawlerDefinition) -> None:
        """Follow the definition's schedule from now on, or none if it does not run."""
        with self._lock:
            self._cancel(definition.name)
            if definition.schedule and definition.schedule_state == "SCHEDULED":
                self._set(definition.name, definition.schedule)

    def remove(self, name: str) -> None:
        """Forget a crawler."""
        with self._lock:
            self._cancel(name)

    def close(self) -> None:
        """Start nothing any more."""
        with self._lock:
            self._is_closed = True
            for name in list(self._timers):
                self._cancel(name)

    def _set(self, name: str, expression: str) -> None:
        when = schedules.next_fire(expression, self._clock.now())
        if when is not None and not self._is_closed:
            mark = object()
            timer = self._clock.call_at(when, lambda: self._fire(name, expression, mark))
            self._timers[name] = (mark, timer)

    def _fire(self, name: str, expression: str, mark: object) -> None:
        with self._lock:
            known = self._timers.get(name)
            if known is None or known[0] is not mark:
                return
            self._set(name, expression)
        try:
            self._start(name)
        except GlueError as error:
            # A crawl that lasts beyond the next time skips that time.
            self._note(name, f"The schedule's crawl was not started: {error.message}")

    def _cancel(self, name: str) -> None:
        known = self._timers.pop(name, None)
        if known is not None:
            known[1].cancel()
