"""Dead letters in words."""

import json
from typing import Any

import pytest

from tools.letters import Letter

ARRIVED = {
    "detail-type": "Object Created",
    "detail": {"bucket": {"name": "source"}, "object": {"key": "a b.csv", "version-id": "v1"}},
}
ENDED = {
    "detail-type": "Step Functions Execution Status Change",
    "detail": {"name": "people-1", "status": "ABORTED"},
}
TICK = {"scheduled_time": "2026-11-21T03:00:00Z"}

# https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html
CALL = {"FunctionName": "arn", "InvocationType": "Event", "Payload": json.dumps(TICK)}


def letter(body: Any, **attributes: str) -> Letter:
    text = body if isinstance(body, str) else json.dumps(body)
    sent = {name: {"StringValue": value} for name, value in attributes.items()}
    return Letter.parse(
        {"Body": text, "Attributes": {"SentTimestamp": "1795000000000"}, "MessageAttributes": sent}
    )


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (ARRIVED, "s3://source/a b.csv (version v1)"),
        (ENDED, "execution people-1 ABORTED"),
        (TICK, "the tick of 2026-11-21T03:00:00Z"),
        (CALL, "the tick of 2026-11-21T03:00:00Z"),
        ("no event", "no JSON: no event"),
        ("[1]", "[1]"),
        ({"detail": {"object": 1}}, '{"detail": {"object": 1}}'),
    ],
)
def test_what_it_is_about(body: Any, expected: str) -> None:
    assert letter(body).subject == expected


def test_what_the_function_should_have_got() -> None:
    assert letter(CALL).payload == json.dumps(TICK)
    assert letter(ENDED).payload == json.dumps(ENDED)
    assert letter("no event").payload == "no event"


def test_a_long_body_is_cut() -> None:
    assert len(letter("x" * 1000).subject) < 350


def test_why_it_is_there() -> None:
    assert letter(TICK, ERROR_CODE="NO_PERMISSIONS", ERROR_MESSAGE="no right").reason == (
        "NO_PERMISSIONS: no right"
    )
    assert letter(TICK, ErrorCode="200", ErrorMessage="it raised").reason == "it raised"
    assert letter(ARRIVED).reason.startswith("tried too often")


def test_since_when() -> None:
    assert letter(TICK).sent.isoformat() == "2026-11-18T11:06:40+00:00"
