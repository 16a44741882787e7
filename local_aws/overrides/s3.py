"""S3: what its events say of an object, one conditional write at a time, listings by range.

- On the event bus the key is as it is; LocalStack quotes it, as S3's own notifications do.
- ``sequencer`` grows, so that a receiver can tell the later of two events for a key.
- ``reason`` names the API call, multipart uploads included.
- Of multipart uploads that are completed at once with a condition, one succeeds.
- A listing reads the keys that it answers.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
"""

import json
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from localstack.services import providers
from localstack.services.plugins import Service, aws_provider
from localstack.utils.patch import patch

from local_aws.overrides.s3_keys import keep_keys_from_hadoop
from local_aws.overrides.s3_listing import list_by_range

# "The S3 API used to create the object", by the action that LocalStack knows.
_REASONS = {
    "Put": "PutObject",
    "Post": "POST Object",
    "Copy": "CopyObject",
    "CompleteMultipartUpload": "CompleteMultipartUpload",
}


@aws_provider(api="s3", name="local_aws")
def s3() -> Service:
    """Return LocalStack's service, corrected."""
    _number_events()
    _describe_objects_on_the_bus()
    _complete_uploads_one_by_one()
    keep_keys_from_hadoop()
    list_by_range()
    return providers.s3.factory().create_service()


class Sequence:
    """Hexadecimal numbers that grow, also over restarts."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def next(self) -> str:
        """Return the next number, of S3's width."""
        with self._lock:
            self._last = max(self._last + 1, time.time_ns())
            return f"{self._last:018X}"


def _number_events() -> None:
    """Number an event where its request is handled: delivery may happen in another order."""
    from localstack.services.s3.notifications import BaseNotifier, S3EventNotificationContext

    sequence = Sequence()

    @patch(S3EventNotificationContext.__init__)
    def number(init: Callable[..., None], self: Any, *args: Any, **kwargs: Any) -> None:
        init(self, *args, **kwargs)
        self.sequencer = sequence.next()

    @patch(BaseNotifier._get_event_payload)
    def _get_event_payload(make: Callable[..., Any], ctx: Any, config_id: str) -> Any:
        notification = make(ctx, config_id)
        for record in notification["Records"]:
            _renumber(record["s3"]["object"], ctx.sequencer)
        return notification

    # A patched static method would be handed its object.
    BaseNotifier._get_event_payload = staticmethod(BaseNotifier._get_event_payload)


def _describe_objects_on_the_bus() -> None:
    from localstack.services.s3.notifications import EventBridgeNotifier

    @patch(EventBridgeNotifier._get_event_payload)
    def _get_event_payload(make: Callable[..., Any], ctx: Any, config_id: str | None = None) -> Any:
        entry = make(ctx, config_id)
        detail = json.loads(entry["Detail"])
        detail["object"]["key"] = unquote(detail["object"]["key"])
        _renumber(detail["object"], ctx.sequencer)
        action = ctx.event_type.rpartition(":")[2]
        if "ObjectCreated" in ctx.event_type and action in _REASONS:
            detail["reason"] = _REASONS[action]
        return entry | {"Detail": json.dumps(detail)}

    # As above.
    EventBridgeNotifier._get_event_payload = staticmethod(EventBridgeNotifier._get_event_payload)


def _complete_uploads_one_by_one() -> None:
    """LocalStack looks at the condition and writes without a lock around both."""
    from localstack.services.s3.provider import S3Provider

    @patch(S3Provider.complete_multipart_upload)
    def complete(
        complete: Callable[..., Any], self: Any, context: Any, bucket: str, key: str, **members: Any
    ) -> Any:
        # Reentrant, and the same that PutObject takes in a bucket with versions.
        with self._preconditions_locks[bucket][key]:
            return complete(self, context, bucket=bucket, key=key, **members)


def _renumber(described: dict[str, Any], sequencer: str) -> None:
    if "sequencer" in described:  # not every kind of event has one
        described["sequencer"] = sequencer
