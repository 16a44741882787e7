"""The ways from S3 and from an event bus into a queue."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.local_aws.own_server import REGION, OwnServer
from tests.wait import wait_until


@pytest.fixture
def route(local_aws: OwnServer, request: pytest.FixtureRequest) -> Callable[[object], Any]:
    """Send what matches a pattern on the default bus to a queue; return a receiver of one event."""
    name = request.node.name.translate(str.maketrans("_[", "--", "]"))
    sqs, events = local_aws.client("sqs"), local_aws.client("events")
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    found = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    arn = found["Attributes"]["QueueArn"]

    def receive() -> dict[str, Any]:
        for message in sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1).get("Messages", []):
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            event: dict[str, Any] = json.loads(message["Body"])
            return event
        return {}

    def to_queue(pattern: object) -> Callable[[], dict[str, Any]]:
        events.put_rule(Name=name, EventPattern=json.dumps(pattern))
        events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": arn}])
        return lambda: wait_until(receive, describe=f"an event in {name}")

    return to_queue


def test_event_bus_to_queue(local_aws: OwnServer, route: Callable[[object], Any]) -> None:
    receive = route({"source": ["tests"], "detail": {"wanted": [True]}})
    local_aws.client("events").put_events(
        Entries=[
            {"Source": "tests", "DetailType": "Sent", "Detail": json.dumps({"wanted": wanted})}
            for wanted in (False, True)
        ]
    )
    event = receive()
    assert event["detail"] == {"wanted": True}
    assert (event["source"], event["detail-type"], event["region"]) == ("tests", "Sent", REGION)


@pytest.fixture(scope="module")
def s3(local_aws: OwnServer) -> Any:
    """S3 with the versioned bucket ``landing``, which tells the event bus."""
    client = local_aws.client("s3")
    client.create_bucket(Bucket="landing", CreateBucketConfiguration={"LocationConstraint": REGION})
    client.put_bucket_versioning(Bucket="landing", VersioningConfiguration={"Status": "Enabled"})
    client.put_bucket_notification_configuration(
        Bucket="landing", NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    return client


# A key as it is: spaces, a plus, a percent escape, glob signs, and more than ASCII.
KEYS = ["plain/people.csv", "a b+c%2Fd/{x}*[1]?.csv", "ümläut/🐘.json"]


@pytest.mark.parametrize("key", KEYS, ids=["plain", "signs", "unicode"])
def test_object_to_event_bus_to_queue(s3: Any, route: Callable[[object], Any], key: str) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html"""
    receive = route(
        {
            "source": ["aws.s3"],
            "detail-type": ["Object Created"],
            "detail": {"object": {"key": [{"prefix": key.partition("/")[0]}]}},
        }
    )
    sent = [s3.put_object(Bucket="landing", Key=key, Body=b"id\n" + body) for body in (b"1", b"22")]
    details = {
        detail["object"]["version-id"]: detail
        for detail in (receive()["detail"], receive()["detail"])
    }
    first, second = (details[put["VersionId"]] for put in sent)
    assert first["bucket"] == {"name": "landing"}
    assert first["reason"] == "PutObject"
    assert first["object"]["key"] == second["object"]["key"] == key
    assert (first["object"]["size"], second["object"]["size"]) == (4, 5)
    assert first["object"]["etag"] == sent[0]["ETag"].strip('"')
    # "To determine the order, right-pad with zeros and compare as text."
    assert first["object"]["sequencer"] < second["object"]["sequencer"]


def test_multipart_upload_names_its_reason(s3: Any, route: Callable[[object], Any]) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html"""
    receive = route({"source": ["aws.s3"], "detail": {"object": {"key": ["in parts"]}}})
    target = {"Bucket": "landing", "Key": "in parts"}
    upload = s3.create_multipart_upload(**target)["UploadId"]
    part = s3.upload_part(**target, UploadId=upload, PartNumber=1, Body=b"part")
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    s3.complete_multipart_upload(**target, UploadId=upload, MultipartUpload=parts)
    assert receive()["detail"]["reason"] == "CompleteMultipartUpload"


def test_s3s_own_notification_quotes_the_key_and_counts(local_aws: OwnServer) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html"""
    s3, sqs = local_aws.client("s3"), local_aws.client("sqs")
    queue = sqs.create_queue(QueueName="notified")["QueueUrl"]
    found = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    s3.create_bucket(Bucket="notifying", CreateBucketConfiguration={"LocationConstraint": REGION})
    to_queue = {"QueueArn": found["Attributes"]["QueueArn"], "Events": ["s3:ObjectCreated:*"]}
    s3.put_bucket_notification_configuration(
        Bucket="notifying", NotificationConfiguration={"QueueConfigurations": [to_queue]}
    )
    for _ in range(2):
        s3.put_object(Bucket="notifying", Key="ä+b.csv", Body=b"")
    objects: list[dict[str, Any]] = []

    def both() -> bool:
        for message in sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1).get("Messages", []):
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            records = json.loads(message["Body"]).get("Records", [])  # none in the test event
            objects.extend(record["s3"]["object"] for record in records)
        return len(objects) == 2

    wait_until(both, describe=lambda: f"two records, so far {objects}")
    assert {described["key"] for described in objects} == {"%C3%A4%2Bb.csv"}
    assert len({described["sequencer"] for described in objects}) == 2
