"""What the model needs of its surroundings, beside ``local_aws.host.ports.Clock``."""

from collections.abc import Mapping
from typing import Protocol

from local_aws.scheduler.requests import Request


class Caller(Protocol):
    """The other services of the account and region."""

    def call(self, request: Request) -> None:
        """Make a call. Raises DeliveryError."""

    def send(self, queue_arn: str, body: str, attributes: Mapping[str, str]) -> None:
        """Send a message to a queue. Raises DeliveryError."""
