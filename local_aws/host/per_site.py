"""One engine of a service for each account and region, made when it is first asked for."""

import threading
from collections.abc import Callable
from typing import Protocol

from local_aws.host.ports import Site
from local_aws.internal_endpoint import internal_endpoint_url


class Caller(Protocol):
    """Whose request it is; LocalStack's request contexts have these."""

    account_id: str
    region: str
    partition: str


class PerSite[Engine]:
    """Hands out engines; may be used from any thread."""

    def __init__(self, make: Callable[[Site], Engine]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._made: dict[tuple[str, str], Engine] = {}

    def of(self, caller: Caller) -> Engine:
        """Return the caller's engine."""
        key = (caller.account_id, caller.region)
        with self._lock:
            if key not in self._made:
                self._made[key] = self._make(Site(*key, internal_endpoint_url(), caller.partition))
            return self._made[key]

    def known(self, account_id: str, region: str) -> Engine | None:
        """Return an engine that was made before."""
        with self._lock:
            return self._made.get((account_id, region))

    def take_all(self) -> list[Engine]:
        """Return all engines, and forget them."""
        with self._lock:
            engines = list(self._made.values())
            self._made.clear()
            return engines
