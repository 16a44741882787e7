"""Delivers functions' log events to CloudWatch Logs, off the invocation's way."""

import contextlib
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from localstack.aws.connect import connect_to
from localstack.services.lambda_.invocation.logs import QUEUE_SHUTDOWN, LogHandler, LogItem
from localstack.utils.aws.client_types import ServicePrincipal

from local_aws.lambda_runtime.output import LogEvent

if TYPE_CHECKING:
    from mypy_boto3_logs.client import CloudWatchLogsClient

LOG = logging.getLogger(__name__)

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
MAX_BATCH_BYTES = 1_048_576
MAX_BATCH_EVENTS = 10_000
EVENT_OVERHEAD_BYTES = 26


@dataclass(frozen=True)
class EventLogItem(LogItem):
    """LocalStack's item, with the events beside the text."""

    events: tuple[LogEvent, ...] = ()


class EventLogHandler(LogHandler):
    """One thread a function version, which puts its events."""

    def run_log_loop(self, *_args: Any, **_kwargs: Any) -> None:
        """Put what is queued, until told to stop and the queue is empty."""
        client = connect_to.with_assumed_role(
            region_name=self.region,
            role_arn=self.role_arn,
            service_principal=ServicePrincipal.lambda_,
        ).logs
        while (item := self.log_queue.get()) is not QUEUE_SHUTDOWN:
            try:
                put_events(client, item.log_group, item.log_stream, item.events)
            except Exception:  # a log that cannot be kept must not end the thread
                LOG.warning("Logs of %s were not kept", item.log_group, exc_info=True)


def put_events(
    client: "CloudWatchLogsClient", group: str, stream: str, events: Sequence[LogEvent]
) -> None:
    """Append events, making group and stream if need be."""
    for batch in batches(events):
        try:
            _put(client, group, stream, batch)
        except client.exceptions.ResourceNotFoundException:
            _create(client, group, stream)
            _put(client, group, stream, batch)


def batches(events: Sequence[LogEvent]) -> Iterator[list[LogEvent]]:
    """Cut events, in the order written, into batches that one PutLogEvents takes."""
    batch: list[LogEvent] = []
    size = 0
    for event in _in_time(events):
        cost = len(event.message.encode()) + EVENT_OVERHEAD_BYTES
        if batch and (size + cost > MAX_BATCH_BYTES or len(batch) == MAX_BATCH_EVENTS):
            yield batch
            batch, size = [], 0
        batch.append(event)
        size += cost
    if batch:
        yield batch


def _in_time(events: Sequence[LogEvent]) -> list[LogEvent]:
    """The events with times that never go back, which PutLogEvents refuses.

    A print has the time at which it was read, which is late on a busy machine; a frame has that of
    its writing, and what was written before it cannot be younger.
    """
    latest = events[-1].timestamp if events else 0
    ordered = []
    for event in reversed(events):
        latest = min(latest, event.timestamp)
        ordered.append(LogEvent(latest, event.message))
    return ordered[::-1]


def _put(client: "CloudWatchLogsClient", group: str, stream: str, batch: list[LogEvent]) -> None:
    client.put_log_events(
        logGroupName=group,
        logStreamName=stream,
        logEvents=[{"timestamp": event.timestamp, "message": event.message} for event in batch],
    )


def _create(client: "CloudWatchLogsClient", group: str, stream: str) -> None:
    with contextlib.suppress(client.exceptions.ResourceAlreadyExistsException):
        client.create_log_group(logGroupName=group)
    with contextlib.suppress(client.exceptions.ResourceAlreadyExistsException):
        client.create_log_stream(logGroupName=group, logStreamName=stream)
