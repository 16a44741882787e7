"""One lock for triggers and workflows, and the news that reaches them while it is held."""

import logging
import threading
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Self

LOG = logging.getLogger(__name__)


class Mailbox:
    """A re-entrant lock whose owner reads the news before it lets go.

    Jobs and crawlers report ends from their own threads, or, when a start fails at once, from
    within the very call with which we start them. News that comes while we are in the middle of a
    change waits until the change is whole.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        self._news: deque[Callable[[], None]] = deque()

    def __enter__(self) -> Self:
        self._lock.acquire()
        self._depth += 1
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if self._depth == 1:
                self._read_news()
        finally:
            self._depth -= 1
            self._lock.release()

    def post(self, news: Callable[[], None]) -> None:
        """Handle ``news`` as soon as no change is under way; never raises what it raises."""
        with self:
            self._news.append(news)

    def _read_news(self) -> None:
        while self._news:
            try:
                self._news.popleft()()
            except Exception:
                LOG.exception("A trigger or workflow could not handle the end of a run")
