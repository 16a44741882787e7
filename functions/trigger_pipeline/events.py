"""S3's announcements of new objects, in each shape in which they come.

- EventBridge's ``Object Created``, whose key is raw:
  https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
- S3's own notification, whose key is URL-encoded with ``+`` for a space:
  https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
- S3's test message, sent when a notification is configured; it announces nothing.

Each may come alone or as the body of an SQS message.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote_plus

from functions.common.errors import InvalidInputError
from functions.common.objects import ObjectVersion

_CREATED_DETAIL_TYPE = "Object Created"
_TEST_EVENT = "s3:TestEvent"


def read_body(body: str) -> list[ObjectVersion]:
    """Return the objects that the body of an SQS message announces. Raises InvalidInputError."""
    try:
        event = json.loads(body)
    except ValueError as error:
        raise InvalidInputError(f"The message is not JSON: {error}") from error
    if not isinstance(event, dict):
        raise InvalidInputError("The message is JSON, but not an object.")
    return read_event(event)


def read_event(event: Mapping[str, Any]) -> list[ObjectVersion]:
    """Return the objects that an event announces. Raises InvalidInputError for no event of S3.

    A test message, an event of another kind and a folder's marker announce none.
    """
    if event.get("Event") == _TEST_EVENT:
        return []
    try:
        if "detail-type" in event:
            found = list(_from_event_bridge(event))
        elif "Records" in event:
            found = [_from_record(record) for record in event["Records"] if _is_creation(record)]
        else:
            raise InvalidInputError(
                "The event is neither EventBridge's nor S3's: it has no 'detail-type' and no "
                "'Records'."
            )
    except (KeyError, TypeError, AttributeError) as error:
        raise InvalidInputError(f"The event lacks what S3's events have: {error!r}") from error
    return [item for item in found if not _is_folder_marker(item)]


def _from_event_bridge(event: Mapping[str, Any]) -> Iterator[ObjectVersion]:
    if event.get("source") != "aws.s3" or event["detail-type"] != _CREATED_DETAIL_TYPE:
        return
    detail = event["detail"]
    described = detail["object"]
    yield ObjectVersion(
        bucket=detail["bucket"]["name"],
        key=described["key"],
        version_id=described.get("version-id"),
        size=described.get("size"),
        etag=described.get("etag"),
        sequencer=described.get("sequencer"),
        event_time=event.get("time"),
    )


def _from_record(record: Mapping[str, Any]) -> ObjectVersion:
    described = record["s3"]["object"]
    version = described.get("versionId")
    return ObjectVersion(
        bucket=record["s3"]["bucket"]["name"],
        key=unquote_plus(described["key"]),
        version_id=version if version != "null" else None,
        size=described.get("size"),
        etag=described.get("eTag"),
        sequencer=described.get("sequencer"),
        event_time=record.get("eventTime"),
    )


def _is_creation(record: Mapping[str, Any]) -> bool:
    # Records name it ObjectCreated:Put, configurations s3:ObjectCreated:Put.
    return str(record["eventName"]).removeprefix("s3:").startswith("ObjectCreated:")


def _is_folder_marker(item: ObjectVersion) -> bool:
    """Whether it is the empty object by which S3's console shows a folder."""
    return item.key.endswith("/") and not item.size
