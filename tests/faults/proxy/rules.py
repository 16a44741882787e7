"""Which calls a fault strikes, how often, and which it has struck."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from tests.faults.proxy.call import Call
from tests.faults.proxy.faults import Fault
from tests.wait import wait_until


def any_call(_: Call) -> bool:
    """Fit every call."""
    return True


@dataclass(frozen=True)
class On:
    """Calls of ``service`` and ``operation`` whose text holds ``about``.

    Each is empty for all. ``where`` may look closer.
    """

    service: str = ""
    operation: str = ""
    about: str = ""
    where: Callable[[Call], bool] = any_call

    def fits(self, call: Call) -> bool:
        return (
            self.service in ("", call.service)
            and self.operation in ("", call.operation)
            and (not self.about or self.about in call.text)
            and self.where(call)
        )


@dataclass
class Rule:
    """Strikes fitting calls with a fault: after the first ``skip``, ``times`` of them (None: all).

    With a ``probability`` each fitting call is drawn by ``random``, whose seed repeats the draws.
    """

    on: On
    fault: Fault
    times: int | None = 1
    skip: int = 0
    probability: float = 1.0
    random: Random = field(default_factory=lambda: Random(0))
    struck: list[Call] = field(default_factory=list)
    _seen: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def takes(self, call: Call) -> bool:
        """Whether this call is struck; counts it."""
        if not self.on.fits(call):
            return False
        with self._lock:
            self._seen += 1
            if self._seen <= self.skip or self.is_spent:
                return False
            if self.probability < 1 and self.random.random() >= self.probability:
                return False
            self.struck.append(call)
            return True

    @property
    def is_spent(self) -> bool:
        """Whether it strikes no more."""
        return self.times is not None and len(self.struck) >= self.times

    def wait(self, times: int = 1, timeout: float = 600) -> None:
        """Wait until the fault has struck ``times`` times. Raises AssertionError."""
        wait_until(
            lambda: len(self.struck) >= times,
            timeout,
            lambda: f"{self.fault} to strike {times} times at {self.on}; struck {self.struck}",
        )
