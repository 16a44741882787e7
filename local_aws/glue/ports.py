"""What the Glue model needs of its surroundings, as protocols.

``provider.py`` implements them over LocalStack; unit tests implement them in memory.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

type Request = Mapping[str, Any]
type Response = dict[str, Any]
type Operation = Callable[[Request], Response]


class PassOn(Exception):  # noqa: N818
    """Raised by an operation that leaves this request to moto."""


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
        """Put one event with source ``aws.glue``. Never raises; a failure is logged."""


class LogSink(Protocol):
    """CloudWatch Logs."""

    def write(self, group: str, stream: str, messages: Sequence[str]) -> None:
        """Append messages, creating group and stream if need be. Never raises."""


@dataclass(frozen=True)
class Site:
    """Where an engine lives: one account in one region of one endpoint.

    ``endpoint_url`` is the address at which the other services (S3, DynamoDB, Glue itself) answer.
    """

    account_id: str
    region: str
    endpoint_url: str
    partition: str = "aws"

    @property
    def internal_path(self) -> str:
        """The path at the endpoint under which the site's own job processes ask the engine."""
        return f"/_local_aws/glue/{self.account_id}/{self.region}"

    def arn(self, resource: str) -> str:
        """Return the Glue ARN of ``resource``, such as ``job/name``."""
        return f"arn:{self.partition}:glue:{self.region}:{self.account_id}:{resource}"


class Component(Protocol):
    """A part of the model that answers API operations.

    ``operations`` maps the API's names (``StartJobRun``) to callables from a request of botocore's
    shape to a response of botocore's shape. A component raises ``errors.GlueError`` only. The
    engine serves an operation that no component names from moto.
    """

    def operations(self) -> Mapping[str, Operation]:
        """Return the operations that this component answers."""

    def close(self) -> None:
        """End threads and processes; the engine is going away."""
