"""Step Functions: the credentials of a state machine's role are asked for once, not at each task.

A role's session lasts an hour on AWS too, so a task does not take it on anew. LocalStack does, and
makes a new client of a service for the new credentials: half of what a short task costs.

https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
"""

import threading
import time
from collections.abc import Callable
from typing import Any

from localstack.aws.connect import ClientFactory
from localstack.services.stepfunctions.asl.utils.boto_client import _BOTO_CLIENT_CONFIG
from localstack.utils.patch import patch

KEPT_SECONDS = 15 * 60.0

type _Key = tuple[str, str | None, str | None]


class Sessions:
    """Client factories by what they were asked for with, each for a while."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[_Key, tuple[float, Any]] = {}

    def get(self, key: _Key, make: Callable[[], Any]) -> Any:
        """Return what was made for ``key`` lately, or make it."""
        now = time.monotonic()
        with self._lock:
            made_at, factory = self._kept.get(key, (0.0, None))
        if factory is None or now - made_at > KEPT_SECONDS:
            factory = make()
            with self._lock:
                self._kept[key] = (now, factory)
        return factory


def keep_assumed_roles() -> None:
    """Let tasks' clients of one role, service and region share its credentials."""
    sessions = Sessions()

    @patch(ClientFactory.with_assumed_role)
    def with_assumed_role(assume: Callable[..., Any], self: Any, **named: Any) -> Any:
        # Others than tasks ask with settings of their own, and seldom.
        if named.get("config") is not _BOTO_CLIENT_CONFIG or named.get("session_name"):
            return assume(self, **named)
        key = (named["role_arn"], named.get("region_name"), named.get("endpoint_url"))
        return sessions.get(key, lambda: assume(self, **named))
