"""Other services as a model's ports, reached through an AWS endpoint with plain boto3."""

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from local_aws.host.ports import Site

LOG = logging.getLogger(__name__)
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
_BATCH_EVENTS = 10_000
_BATCH_BYTES = 1_048_576
_EVENT_OVERHEAD = 26


class Endpoint:
    """Clients of one site's other services; each is made once."""

    def __init__(self, site: Site, max_attempts: int = 5) -> None:
        self.site = site
        self._max_attempts = max_attempts
        self._lock = threading.Lock()
        self._clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        """Return the client of ``service``. It may be used from any thread."""
        with self._lock:
            if service not in self._clients:
                # boto3's stubs know only literal names.
                make: Callable[..., Any] = self._session().client
                self._clients[service] = make(
                    service,
                    endpoint_url=self.site.endpoint_url,
                    config=Config(
                        s3={"addressing_style": "path"},
                        retries={"mode": "standard", "max_attempts": self._max_attempts},
                    ),
                )
            return self._clients[service]

    def _session(self) -> boto3.Session:
        # The endpoint takes an account id as the access key of that account.
        return boto3.Session(
            aws_access_key_id=self.site.account_id,
            aws_secret_access_key="test",  # noqa: S106
            region_name=self.site.region,
        )


class EventBus:
    """A ``ports.EventSink``: the default bus of EventBridge, for one source of events."""

    def __init__(self, endpoint: Endpoint, source: str) -> None:
        self._endpoint = endpoint
        self._source = source

    def put(
        self, detail_type: str, detail: Mapping[str, Any], resources: Sequence[str] = ()
    ) -> None:
        """Put one event."""
        entry = {
            "Source": self._source,
            "DetailType": detail_type,
            "Detail": json.dumps(detail),
            "Resources": list(resources),
        }
        try:
            self._endpoint.client("events").put_events(Entries=[entry])
        except (BotoCoreError, ClientError):
            LOG.exception("the event %s was not delivered: %s", detail_type, detail)


class CloudWatchLogs:
    """A ``ports.LogSink``."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._streams: set[tuple[str, str]] = set()

    def write(self, group: str, stream: str, messages: Sequence[str]) -> None:
        """Append messages, creating group and stream if need be."""
        logs = self._endpoint.client("logs")
        try:
            self._ensure(logs, group, stream)
            now = int(time.time() * 1000)
            for batch in _batches(messages):
                events = [{"timestamp": now, "message": message} for message in batch]
                logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)
        except (BotoCoreError, ClientError):
            # Somebody may have deleted the group: make it again the next time.
            self._streams.discard((group, stream))
            LOG.exception("output for %s %s was lost", group, stream)

    def _ensure(self, logs: Any, group: str, stream: str) -> None:
        if (group, stream) in self._streams:
            return
        for create, names in (
            (logs.create_log_group, {"logGroupName": group}),
            (logs.create_log_stream, {"logGroupName": group, "logStreamName": stream}),
        ):
            try:
                create(**names)
            except logs.exceptions.ResourceAlreadyExistsException:
                continue
        self._streams.add((group, stream))


def _batches(messages: Sequence[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for message in messages:
        cost = len(message.encode()) + _EVENT_OVERHEAD
        if batch and (size + cost > _BATCH_BYTES or len(batch) == _BATCH_EVENTS):
            yield batch
            batch, size = [], 0
        batch.append(message)
        size += cost
    if batch:
        yield batch
