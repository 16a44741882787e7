"""One tick of the sweep: a stretch of the source bucket against the claims."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from aws_lambda_powertools import Logger

from functions.common.claims import Origin
from functions.common.cursor import Cursor
from functions.common.errors import NotBegunError, PipelineError
from functions.common.executions import Start, Starter
from functions.common.naming import execution_name
from functions.common.objects import ObjectVersion
from functions.sweep_source.listing import Listing, Page

logger = Logger()

_RESERVE_SECONDS = 10.0
"""What must be left of an invocation's time for one more page, or one more start; a start that
waits for the execution's end needs more."""


@dataclass(frozen=True)
class Window:
    """How old a version must be to be missed, and how old it may be."""

    min_age: timedelta
    lookback: timedelta

    def holds(self, modified: datetime, now: datetime) -> bool:
        """Whether a version of that time is old enough, and not too old."""
        return self.min_age <= now - modified <= self.lookback


@dataclass
class Tick:
    """What one invocation did. ``round_is_over``: the next one begins from the start."""

    seen: int = 0
    missed: int = 0
    started: int = 0
    failed: int = 0
    round_is_over: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return it as the function's answer."""
        return asdict(self)


@dataclass(frozen=True)
class Sweep:
    """Starts the executions of versions that nobody has claimed and started.

    Safe beside live traffic and other ticks: a start goes by the same claim as the trigger's.
    """

    listing: Listing
    cursor: Cursor
    starter: Starter
    window: Window
    max_objects: int

    def tick(self, now: datetime, seconds_left: Callable[[], float]) -> Tick:
        """Go on from where the last tick ended, as far as time and ``max_objects`` allow.

        A page that is cut off is listed again by the next tick, which finds fewer missed ones on
        it. Raises NotBegunError and botocore's errors; the pages before are done then, and the
        cursor is behind them.
        """
        tick = Tick()
        for page in self.listing.pages(self.cursor.load(), self.max_objects):
            tick.seen += page.seen
            if not self._start(self._missed(page, now), tick, seconds_left):
                return tick
            self.cursor.save(page.next_place)
            tick.round_is_over = not page.next_place
            if seconds_left() < self._reserve:
                return tick
        return tick

    @property
    def _reserve(self) -> float:
        return _RESERVE_SECONDS + self.starter.longest_seconds

    def _missed(self, page: Page, now: datetime) -> list[ObjectVersion]:
        names = {
            execution_name(version.item): version.item
            for version in page.versions
            if self.window.holds(version.modified, now)
        }
        started = self.starter.claims.started(names)
        return [item for name, item in names.items() if name not in started]

    def _start(
        self, items: Sequence[ObjectVersion], tick: Tick, seconds_left: Callable[[], float]
    ) -> bool:
        """Start executions; return whether there was time for all of them."""
        for item in items:
            if seconds_left() < self._reserve:
                return False
            tick.missed += 1
            place = {"bucket": item.bucket, "key": item.key, "version_id": item.version_id}
            try:
                run = self.starter.start(item, Origin.SWEEP)
            except NotBegunError:
                # What refuses this one refuses the next.
                raise
            except PipelineError:
                # One that can never be started must not hold up those behind it.
                tick.failed += 1
                logger.exception("missed object not started", extra=place)
                continue
            tick.started += run.start is Start.STARTED
            logger.warning(f"missed object: execution {run.start}", extra=place)
        return True
