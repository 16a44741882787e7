"""What S3's events announce, from real payloads."""

import json
from pathlib import Path
from typing import Any

import pytest

from functions.common.errors import InvalidInputError
from functions.common.objects import ObjectVersion
from functions.trigger_pipeline.events import read_body, read_event

EVENTS = Path(__file__).parents[3] / "events"


def load(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return event


def test_event_bridge_carries_raw_keys() -> None:
    assert read_event(load("eventbridge_object_created")) == [
        ObjectVersion(
            bucket="amzn-s3-demo-bucket1",
            key="incoming/people + friends (1).csv",
            version_id="IYV3p45BT0ac8hjHg1houSdS1a.Mro8e",
            size=5,
            etag="b1946ac92492d2347c6235b4d2611184",
            sequencer="617f08299329d189",
            event_time="2026-11-12T00:00:00Z",
        )
    ]


def test_notifications_carry_encoded_keys() -> None:
    assert read_event(load("s3_notification")) == [
        ObjectVersion(
            bucket="amzn-s3-demo-bucket",
            key="incoming/people + friends (1).csv",
            version_id="096fKKXTRTtl3on89fVO.nfljtsv6qko",
            size=1024,
            etag="d41d8cd98f00b204e9800998ecf8427e",
            sequencer="0055AED6DCD90281E5",
            event_time="2026-11-12T00:00:00.000Z",
        )
    ]


@pytest.mark.parametrize("name", ["s3_test_event", "eventbridge_object_deleted"])
def test_events_that_announce_nothing(name: str) -> None:
    assert read_event(load(name)) == []


def test_a_notification_of_another_kind_announces_nothing() -> None:
    event = load("s3_notification")
    event["Records"][0]["eventName"] = "ObjectRemoved:Delete"
    assert read_event(event) == []


def test_a_folder_is_no_file() -> None:
    event = load("eventbridge_object_created")
    event["detail"]["object"] |= {"key": "incoming/", "size": 0}
    assert read_event(event) == []
    event["detail"]["object"]["size"] = 5
    assert len(read_event(event)) == 1


def test_a_bucket_without_versions() -> None:
    notification = load("s3_notification")
    del notification["Records"][0]["s3"]["object"]["versionId"]
    event = load("eventbridge_object_created")
    del event["detail"]["object"]["version-id"]
    assert [item.version_id for item in read_event(notification) + read_event(event)] == [
        None,
        None,
    ]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "not json",
        "[]",
        "{}",
        '{"Records": [{}]}',
        '{"Records": 1}',
        '{"detail-type": "Object Created", "source": "aws.s3"}',
        '{"detail-type": "Object Created", "source": "aws.s3", "detail": null}',
    ],
)
def test_what_is_no_event_is_refused(body: str) -> None:
    with pytest.raises(InvalidInputError):
        read_body(body)
