"""What a service's model needs of its surroundings, as protocols; tests have them in memory."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

type Request = Mapping[str, Any]
type Response = dict[str, Any]
type Operation = Callable[[Request], Response]


class Timer(Protocol):
    """A call that was put off and may still be cancelled."""

    def cancel(self) -> None:
        """Forget the call, if it has not begun."""


class Clock(Protocol):
    """Time in UTC, aware."""

    def now(self) -> datetime:
        """Return the present."""

    def call_at(self, when: datetime, callback: Callable[[], None]) -> Timer:
        """Call back once at ``when`` (at once if that is past), on a thread of the clock's."""


class EventSink(Protocol):
    """The account's default event bus."""

    def put(
        self, detail_type: str, detail: Mapping[str, Any], resources: Sequence[str] = ()
    ) -> None:
        """Put one event with the service's source. Never raises; a failure is logged."""


class LogSink(Protocol):
    """CloudWatch Logs."""

    def write(self, group: str, stream: str, messages: Sequence[str]) -> None:
        """Append messages, creating group and stream if need be. Never raises."""


@dataclass(frozen=True)
class Site:
    """Where an engine lives: one account in one region of one endpoint.

    ``endpoint_url`` is the address at which all services answer, the model's own too.
    """

    account_id: str
    region: str
    endpoint_url: str
    partition: str = "aws"

    def arn(self, service: str, resource: str) -> str:
        """Return the ARN of a service's ``resource``, such as ``job/name``."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account_id}:{resource}"


class Component(Protocol):
    """A part of the model that answers API operations.

    ``operations`` maps the API's names (``StartJobRun``) to callables from a request of botocore's
    shape to a response of botocore's shape. A component raises its service's own errors only.
    """

    def operations(self) -> Mapping[str, Operation]:
        """Return the operations that this component answers."""

    def close(self) -> None:
        """End threads and processes; the engine is going away."""
