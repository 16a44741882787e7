"""Dead letters in words: what a message is about, and why it lies where it lies."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

_STATUS_CHANGE = "Step Functions Execution Status Change"


@dataclass(frozen=True)
class Letter:
    """One message of a dead-letter queue. ``payload`` is what the function should have got."""

    subject: str
    reason: str
    sent: datetime
    payload: str

    @classmethod
    def parse(cls, message: Mapping[str, Any]) -> "Letter":
        """Read a message as ReceiveMessage gives it."""
        milliseconds = int(message["Attributes"]["SentTimestamp"])
        sent = datetime.fromtimestamp(milliseconds / 1000, UTC)
        payload = _payload(message["Body"])
        return cls(_subject(payload), _reason(message), sent, payload)


def _payload(body: str) -> str:
    """Take a payload out of the call that Scheduler leaves, where it is one.

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html
    """
    try:
        call = json.loads(body)
    except ValueError:
        return body
    if isinstance(call, dict) and call.keys() >= {"FunctionName", "Payload"}:
        return str(call["Payload"])
    return body


def _subject(body: str) -> str:
    try:
        event = json.loads(body)
    except ValueError:
        return f"no JSON: {_shortened(body)}"
    if not isinstance(event, dict):
        return _shortened(body)
    detail = event.get("detail")
    if isinstance(detail, dict) and event.get("detail-type") == _STATUS_CHANGE:
        return _shortened(f"execution {detail.get('name')} {detail.get('status')}")
    if isinstance(detail, dict) and isinstance(detail.get("object"), dict):
        described, bucket = detail["object"], (detail.get("bucket") or {}).get("name")
        version = described.get("version-id")
        return _shortened(
            f"s3://{bucket}/{described.get('key')}{f' (version {version})' if version else ''}"
        )
    if "scheduled_time" in event:
        return _shortened(f"the tick of {event['scheduled_time']}")
    return _shortened(body)


def _reason(message: Mapping[str, Any]) -> str:
    """Say why, from the attributes that the sender has set.

    - EventBridge and Scheduler: ERROR_CODE and ERROR_MESSAGE
      https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
    - Lambda: ErrorCode (an HTTP status) and ErrorMessage
      https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
    - SQS, after too many receipts: none
    """
    attributes = {
        name: str(attribute.get("StringValue", ""))
        for name, attribute in (message.get("MessageAttributes") or {}).items()
    }
    parts = [
        attributes[name]
        for name in ("ERROR_CODE", "ERROR_MESSAGE", "ErrorMessage")
        if attributes.get(name)
    ]
    if not parts:
        return "tried too often; the function's log says why (make logs)"
    return _shortened(": ".join(parts))


def _shortened(text: str, longest: int = 300) -> str:
    return text if len(text) <= longest else f"{text[:longest]}…"
