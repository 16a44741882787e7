"""The one way tests wait."""

import time
from collections.abc import Callable
from typing import Any


def wait_until[T](
    condition: Callable[[], T],
    timeout: float = 120.0,
    describe: str | Callable[[], Any] = "the condition",
    interval: float = 0.1,
) -> T:
    """Poll ``condition`` until it returns something true, and return that.

    ``timeout`` is in seconds. ``describe`` says what is awaited: a text, or a callable whose value
    is the last state seen. Raises AssertionError with it when the time is up. An AssertionError of
    the condition itself counts as "not yet" and is shown at the end.
    """
    deadline = time.monotonic() + timeout
    last: object = None
    while True:
        try:
            last = condition()
            if last:
                return last  # type: ignore[return-value]
        except AssertionError as error:
            last = error
        if time.monotonic() >= deadline:
            seen = describe() if callable(describe) else describe
            raise AssertionError(f"waited {timeout:g} s for {seen}; last seen: {last!r}")
        time.sleep(interval)
