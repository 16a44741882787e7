"""A new object starts one execution, whatever its name and however often it is announced."""

import json
from collections.abc import Iterator
from urllib.parse import quote_plus

import pytest

from tests.integration import files
from tests.integration.pipeline import Pipeline
from tests.wait import wait_until


def executions_of(pipeline: Pipeline, key: str) -> list[str]:
    """Return the ARNs of all executions about a key."""
    sfn = pipeline.aws.step_functions
    pages = sfn.get_paginator("list_executions").paginate(
        stateMachineArn=pipeline.deployment.state_machine_arn
    )
    arns = [item["executionArn"] for page in pages for item in page["executions"]]
    return [
        arn
        for arn in arns
        if json.loads(sfn.describe_execution(executionArn=arn)["input"])["key"] == key
    ]


def test_the_execution_knows_the_object_version(pipeline: Pipeline) -> None:
    body = files.BROKEN_CSV
    upload = pipeline.upload("trigger/known.csv", body)
    arn = pipeline.started(upload)
    described = pipeline.aws.step_functions.describe_execution(executionArn=arn)
    given = json.loads(described["input"])
    assert given["bucket"] == pipeline.deployment.source_bucket
    assert given["key"] == "trigger/known.csv"
    assert given["version_id"] == upload.version_id
    assert given["size"] == len(body)
    assert described["name"].startswith("trigger-known-csv-")
    assert len(described["name"]) <= 80


def test_a_new_version_is_another_execution(pipeline: Pipeline) -> None:
    first = pipeline.upload("trigger/twice.csv", b"")
    second = pipeline.upload("trigger/twice.csv", b"a\n")
    assert pipeline.started(first) != pipeline.started(second)
    codes = [pipeline.ended(one).validation["reason"]["code"] for one in (first, second)]
    # Each execution reads its own version, however late it comes.
    assert codes == ["EMPTY", "HEADER_ONLY"]


def test_a_repeated_event_starts_nothing_twice(pipeline: Pipeline) -> None:
    key = "trigger/repeated +ü.csv"
    upload = pipeline.upload(key, b"")
    ended = pipeline.ended(upload)
    given = json.loads(
        pipeline.aws.step_functions.describe_execution(executionArn=ended.progress.arn)["input"]
    )
    send = pipeline.aws.sqs.send_message
    queue = pipeline.deployment.trigger_queue_url
    for event in (eventbridge_event(given), s3_notification(given)):
        send(QueueUrl=queue, MessageBody=json.dumps(event))
    wait_until(lambda: queue_is_empty(pipeline, queue), 120, "the trigger to take both events")
    assert queue_is_empty(pipeline, pipeline.deployment.trigger_dead_letter_queue_url)
    assert executions_of(pipeline, key) == [ended.progress.arn]
    assert len(pipeline.notifications(ended)) == 1


def test_a_folder_marker_starts_nothing(pipeline: Pipeline) -> None:
    pipeline.upload("trigger/folder/", b"")
    # Events of one bucket come through one queue: when the later one is there, the marker has had
    # its turn as well.
    pipeline.ended(pipeline.upload("trigger/after-folder.csv", b""))
    queue = pipeline.deployment.trigger_queue_url
    wait_until(lambda: queue_is_empty(pipeline, queue), 120, "the trigger to take all events")
    assert executions_of(pipeline, "trigger/folder/") == []


def test_an_execution_by_hand_needs_only_bucket_and_key(pipeline: Pipeline) -> None:
    upload = pipeline.upload("trigger/by-hand.csv", b"id\n")
    pipeline.ended(upload)
    ended = pipeline.end_of(pipeline.start({"bucket": upload.bucket, "key": upload.key}))
    assert ended.outcome.kind == "INVALID", ended
    assert ended.validation["reason"]["code"] == "HEADER_ONLY"


@pytest.fixture
def impatient_queue(pipeline: Pipeline) -> Iterator[str]:
    """The trigger's queue, for a while without the minutes between two tries of one message."""
    sqs, queue = pipeline.aws.sqs, pipeline.deployment.trigger_queue_url
    answer = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["VisibilityTimeout"])
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "1"})
    yield queue
    sqs.set_queue_attributes(QueueUrl=queue, Attributes=answer["Attributes"])


def test_a_message_that_is_no_event_ends_in_the_dead_letter_queue(
    pipeline: Pipeline, impatient_queue: str
) -> None:
    sqs, dead_letters = pipeline.aws.sqs, pipeline.deployment.trigger_dead_letter_queue_url
    sqs.send_message(QueueUrl=impatient_queue, MessageBody="no event")

    def dead() -> list[str]:
        messages = sqs.receive_message(QueueUrl=dead_letters).get("Messages", [])
        for message in messages:
            sqs.delete_message(QueueUrl=dead_letters, ReceiptHandle=message["ReceiptHandle"])
        return [message["Body"] for message in messages]

    assert wait_until(dead, 120, "a dead letter") == ["no event"]
    assert queue_is_empty(pipeline, impatient_queue)


def queue_is_empty(pipeline: Pipeline, queue_url: str) -> bool:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    answer = pipeline.aws.sqs.get_queue_attributes(
        QueueUrl=queue_url,
        AttributeNames=names,  # type: ignore[arg-type]
    )
    return not any(int(answer["Attributes"][name]) for name in names)


def eventbridge_event(given: dict[str, object]) -> dict[str, object]:
    """The event as S3 sends it to EventBridge, with a raw key.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
    """
    return {
        "version": "0",
        "id": "2d4eba74-fd51-3966-4bfa-b013c9da8ff1",
        "detail-type": "Object Created",
        "source": "aws.s3",
        "account": "000000000000",
        "time": "2026-11-20T10:00:00Z",
        "region": "us-east-1",
        "resources": [f"arn:aws:s3:::{given['bucket']}"],
        "detail": {
            "version": "0",
            "bucket": {"name": given["bucket"]},
            "object": {
                "key": given["key"],
                "size": given["size"],
                "etag": given["etag"],
                "version-id": given["version_id"],
                "sequencer": given["sequencer"],
            },
            "request-id": "N4N7GDK58NMKJ12R",
            "requester": "123456789012",
            "source-ip-address": "1.2.3.4",
            "reason": "PutObject",
        },
    }


def s3_notification(given: dict[str, object]) -> dict[str, object]:
    """The same as S3's own notification, with an encoded key.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
    """
    return {
        "Records": [
            {
                "eventVersion": "2.1",
                "eventSource": "aws:s3",
                "awsRegion": "us-east-1",
                "eventTime": "2026-11-20T10:00:00.000Z",
                "eventName": "ObjectCreated:Put",
                "s3": {
                    "s3SchemaVersion": "1.0",
                    "bucket": {
                        "name": given["bucket"],
                        "arn": f"arn:aws:s3:::{given['bucket']}",
                    },
                    "object": {
                        "key": quote_plus(str(given["key"]), safe="/"),
                        "size": given["size"],
                        "eTag": given["etag"],
                        "versionId": given["version_id"],
                        "sequencer": given["sequencer"],
                    },
                },
            }
        ]
    }
