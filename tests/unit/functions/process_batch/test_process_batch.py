"""Many small files in one call, over moto's S3, DynamoDB and Step Functions."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import boto3
import pyarrow.parquet as pq
import pytest
from pyarrow import BufferReader

from functions.common.claims import Claims, Origin
from functions.common.errors import InvalidInputError
from functions.common.executions import Starter
from functions.common.layout import Layout
from functions.common.naming import execution_name
from functions.common.objects import ObjectVersion
from functions.process_batch.errors import FilesFailedError, OutOfTimeError
from functions.process_batch.handler import process
from functions.process_batch.items import Batch, Named
from functions.process_batch.messages import Arrived, take
from functions.process_batch.notices import Notices
from functions.process_batch.way import Fate, Result, Way
from functions.process_file.settings import Settings as ProcessSettings
from functions.publish_output.publication import Outlet
from functions.validate_file.settings import Settings as ValidateSettings
from tests.integration.files import contradicted_csv

EXECUTION = "arn:aws:states:us-east-1:123456789012:execution:batch:nightly"
SHARED = {
    "bucket": "source",
    "list": "prefix",
    "execution_arn": EXECUTION,
    "started_at": "2026-11-21T03:04:05Z",
}
DEFINITION = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}})


@dataclass
class Pipeline:
    """Buckets, a claims table and a state machine, and the way through them."""

    way: Way

    @classmethod
    def make(cls) -> "Pipeline":
        s3, dynamodb = boto3.client("s3"), boto3.client("dynamodb")
        step_functions = boto3.client("stepfunctions")
        for bucket in ("source", "processed"):
            s3.create_bucket(Bucket=bucket)
        s3.put_bucket_versioning(Bucket="source", VersioningConfiguration={"Status": "Enabled"})
        dynamodb.create_table(
            TableName="claims",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        machine = step_functions.create_state_machine(
            name="pipeline", definition=DEFINITION, roleArn="arn:aws:iam::123456789012:role/any"
        )["stateMachineArn"]
        claims = Claims("claims", dynamodb)
        environment = {"PROCESSED_BUCKET": "processed"}
        return cls(
            Way(
                s3,
                Outlet(s3, "processed"),
                ValidateSettings.from_environment(environment),
                ProcessSettings.from_environment(environment),
                claims,
                Starter(machine, step_functions, claims),
                threshold_bytes=100_000,
            )
        )

    def put(self, key: str, body: bytes) -> ObjectVersion:
        answer = self.way.s3.put_object(Bucket="source", Key=key, Body=body)
        return ObjectVersion("source", key, answer["VersionId"])

    def run(self, *keys: str, attempt: str = "lambda-1") -> dict[str, Result]:
        batch = Batch.from_input({"BatchInput": SHARED, "Items": [{"Key": key} for key in keys]})
        return {one.key: one for one in process(batch, self.way, attempt, lambda: True)}

    def published(self, key: str) -> list[Mapping[str, Any]]:
        manifest = Layout.of("processed", "source", key).manifest_key
        s3 = self.way.s3
        rows: list[Mapping[str, Any]] = []
        for uri in s3.get_object(Bucket="processed", Key=manifest)["Body"].read().decode().split():
            part = uri.removeprefix("s3://processed/")
            body = s3.get_object(Bucket="processed", Key=part)["Body"].read()
            rows += pq.read_table(BufferReader(body)).to_pylist()
        return rows


@pytest.fixture
def pipeline(aws: None) -> Pipeline:
    return Pipeline.make()


def csv(*numbers: int) -> bytes:
    return "\n".join(["id,name", *(f"{number},n{number}" for number in numbers), ""]).encode()


def test_files_of_all_kinds_are_published_in_one_call(pipeline: Pipeline) -> None:
    pipeline.put("people/a.csv", csv(1, 2))
    pipeline.put("people/b c.jsonl", b'{"id": 3, "name": "n3"}\n')
    pipeline.put("people/d.json", b'[{"id": 4, "name": "n4"}]')
    found = pipeline.run("people/a.csv", "people/b c.jsonl", "people/d.json")
    assert {result.fate for result in found.values()} == {Fate.PUBLISHED}
    assert [row["id"] for row in pipeline.published("people/a.csv")] == [1, 2]
    assert [row["id"] for row in pipeline.published("people/b c.jsonl")] == [3]
    assert str(pipeline.published("people/d.json")[0]["processing_date"]) == "2026-11-21"
    assert found["people/a.csv"].rows == 2


def test_a_batch_that_is_tried_again_does_only_what_is_missing(pipeline: Pipeline) -> None:
    pipeline.put("people/a.csv", csv(1))
    assert pipeline.run("people/a.csv")["people/a.csv"].fate is Fate.PUBLISHED
    before = pipeline.way.s3.list_objects_v2(Bucket="processed")["KeyCount"]
    pipeline.put("people/b.csv", csv(2))
    again = pipeline.run("people/a.csv", "people/b.csv", attempt="lambda-2")
    assert again["people/a.csv"].fate is Fate.ALREADY_PUBLISHED
    assert again["people/b.csv"].fate is Fate.PUBLISHED
    # One manifest, one file and its result have come: nothing of the file that was done.
    assert pipeline.way.s3.list_objects_v2(Bucket="processed")["KeyCount"] == before + 3


def test_a_new_version_is_published_over_the_old_one(pipeline: Pipeline) -> None:
    pipeline.put("people/a.csv", csv(1))
    pipeline.run("people/a.csv")
    pipeline.put("people/a.csv", csv(7, 8))
    assert pipeline.run("people/a.csv", attempt="lambda-2")["people/a.csv"].fate is Fate.PUBLISHED
    assert [row["id"] for row in pipeline.published("people/a.csv")] == [7, 8]


def test_two_versions_of_one_file_in_a_batch_do_not_mix(pipeline: Pipeline) -> None:
    old = pipeline.put("people/a.csv", csv(1))
    new = pipeline.put("people/a.csv", csv(2, 3))
    items = [{"key": "people/a.csv", "version_id": one.version_id} for one in (new, old)]
    batch = Batch.from_input({"BatchInput": {**SHARED, "list": "list"}, "Items": items})
    fates = [one.fate for one in process(batch, pipeline.way, "lambda-1", lambda: True)]
    assert fates == [Fate.PUBLISHED, Fate.SUPERSEDED]
    assert [row["id"] for row in pipeline.published("people/a.csv")] == [2, 3]


def test_an_invalid_file_is_put_aside_and_the_others_go_on(pipeline: Pipeline) -> None:
    pipeline.put("people/bad.csv", b"id,name\n1\n")
    pipeline.put("people/good.csv", csv(1))
    found = pipeline.run("people/bad.csv", "people/good.csv")
    assert found["people/good.csv"].fate is Fate.PUBLISHED
    bad = found["people/bad.csv"]
    assert bad.fate is Fate.INVALID
    assert bad.reason
    assert bad.reason.startswith("RAGGED_ROW: ")
    assert bad.place
    key = bad.place.removeprefix("s3://processed/")
    assert pipeline.way.s3.get_object(Bucket="processed", Key=key)["Body"].read()


def test_a_file_that_is_gone_is_told_of(pipeline: Pipeline) -> None:
    assert pipeline.run("people/gone.csv")["people/gone.csv"].fate is Fate.GONE


def test_a_large_file_gets_an_execution_of_its_own_and_only_one(pipeline: Pipeline) -> None:
    item = pipeline.put("people/large.csv", csv(*range(20_000)))
    first = pipeline.run("people/large.csv")["people/large.csv"]
    again = pipeline.run("people/large.csv")["people/large.csv"]
    assert first.fate is again.fate is Fate.STARTED
    assert first.place == again.place
    client = pipeline.way.starter.step_functions
    listed = client.list_executions(stateMachineArn=pipeline.way.starter.state_machine_arn)
    assert [one["name"] for one in listed["executions"]] == [execution_name(item)]


def test_files_are_claimed_so_that_no_sweep_starts_them_again(pipeline: Pipeline) -> None:
    item = pipeline.put("people/a.csv", csv(1))
    pipeline.run("people/a.csv")
    claim = pipeline.way.claims.find(execution_name(item))
    assert claim is not None
    assert (claim.origin, claim.execution_arn) == (Origin.BATCH, EXECUTION)


def test_a_call_that_was_cut_off_leaves_a_claim_that_the_sweep_takes_up(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = pipeline.put("people/a.csv", csv(1))

    def killed(*_: object) -> None:
        raise SystemExit

    monkeypatch.setattr(Way, "_process", killed)
    with pytest.raises(SystemExit):
        pipeline.run("people/a.csv")
    claim = pipeline.way.claims.find(execution_name(item))
    assert claim is not None
    assert claim.execution_arn is None


def test_a_file_that_fails_fails_the_call_after_the_others(pipeline: Pipeline) -> None:
    # Rows beyond the sample contradict the types that were found.
    pipeline.put("people/a.csv", contradicted_csv().body)
    pipeline.put("people/b.csv", csv(1))
    with pytest.raises(
        FilesFailedError, match=r"1 of 2 files failed\. s3://source/people/a\.csv: "
    ):
        pipeline.run("people/a.csv", "people/b.csv")
    assert [row["id"] for row in pipeline.published("people/b.csv")] == [1]


def test_without_time_the_rest_is_left_for_the_next_try(pipeline: Pipeline) -> None:
    pipeline.put("people/a.csv", csv(1))
    pipeline.put("people/b.csv", csv(2))
    batch = Batch.from_input(
        {"BatchInput": SHARED, "Items": [{"Key": "people/a.csv"}, {"Key": "people/b.csv"}]}
    )
    times = iter([True, False])
    with pytest.raises(OutOfTimeError, match="1 of 2"):
        process(batch, pipeline.way, "lambda-1", lambda: next(times))
    fates = pipeline.run("people/a.csv", "people/b.csv", attempt="lambda-2")
    assert [one.fate for one in fates.values()] == [Fate.ALREADY_PUBLISHED, Fate.PUBLISHED]


def announcement(item: ObjectVersion, identifier: str, sequencer: str = "0A") -> dict[str, Any]:
    """An SQS message as EventBridge fills it."""
    described = {"key": item.key, "version-id": item.version_id, "sequencer": sequencer, "size": 1}
    body = {
        "source": "aws.s3",
        "detail-type": "Object Created",
        "detail": {"bucket": {"name": item.bucket}, "object": described},
    }
    return {"messageId": identifier, "body": json.dumps(body)}


CALL = Batch((), "arn:aws:lambda:us-east-1:123456789012:function:any:1", "2026-11-21", True)


def arrive(pipeline: Pipeline, *records: Mapping[str, Any], has_time: bool = True) -> Arrived:
    """Take messages in a call of its own."""
    return take(records, pipeline.way, CALL, f"lambda-{uuid4()}", lambda: has_time)


def test_files_are_taken_as_they_arrive_and_only_failed_messages_come_again(
    pipeline: Pipeline,
) -> None:
    good = pipeline.put("people/a.csv", csv(1))
    bad = pipeline.put("people/b.csv", contradicted_csv().body)
    records = [announcement(good, "m1"), announcement(bad, "m2"), {"messageId": "m3", "body": "x"}]
    arrived = arrive(pipeline, *records)
    assert arrived.to_json() == {
        "batchItemFailures": [{"itemIdentifier": "m2"}, {"itemIdentifier": "m3"}]
    }
    assert [row["id"] for row in pipeline.published("people/a.csv")] == [1]
    # The event again, and once more after a newer version: nothing is done twice.
    assert [one.fate for one in arrive(pipeline, records[0]).results] == [Fate.ALREADY_PUBLISHED]
    newer = pipeline.put("people/a.csv", csv(2))
    arrive(pipeline, announcement(newer, "m4", "0B"))
    assert [one.fate for one in arrive(pipeline, records[0]).results] == [Fate.KNOWN]
    assert [row["id"] for row in pipeline.published("people/a.csv")] == [2]


def test_the_sender_of_an_invalid_file_is_told_once(pipeline: Pipeline) -> None:
    sns, sqs = boto3.client("sns"), boto3.client("sqs")
    topic = sns.create_topic(Name="notifications")["TopicArn"]
    queue = sqs.create_queue(QueueName="inbox")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn["QueueArn"])
    pipeline.way = replace(pipeline.way, notices=Notices(topic, sns))
    item = pipeline.put("people/bad.csv", b"id,name\n1\n")
    for _ in range(2):
        assert arrive(pipeline, announcement(item, "m1")).failed == ()
    messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    assert len(messages) == 1
    told = json.loads(messages[0]["Body"])
    assert "s3://source/people/bad.csv is not valid" in told["Message"]
    assert "RAGGED_ROW" in told["Message"]
    assert told["MessageAttributes"]["outcome"]["Value"] == "INVALID"
    assert told["MessageAttributes"]["notification_id"]["Value"] == f"{execution_name(item)}:0"


def test_without_time_messages_come_again(pipeline: Pipeline) -> None:
    item = pipeline.put("people/a.csv", csv(1))
    assert arrive(pipeline, announcement(item, "m1"), has_time=False).failed == ("m1",)


def test_a_large_file_that_arrives_gets_its_execution(pipeline: Pipeline) -> None:
    item = pipeline.put("people/large.csv", csv(*range(20_000)))
    arrived = arrive(pipeline, announcement(item, "m1"))
    assert [one.fate for one in arrived.results] == [Fate.STARTED]


@pytest.mark.parametrize(
    ("kind", "item", "named"),
    [
        ("prefix", {"Key": "a%20b+c.csv", "Size": 1}, Named("source", "a%20b+c.csv")),
        ("prefix", {"Key": "folder/", "Size": 0}, None),
        ("prefix", {"Key": "folder/", "Size": 3}, Named("source", "folder/")),
        ("list", {"key": "a.csv"}, Named("source", "a.csv")),
        (
            "list",
            {"bucket": "other", "key": "a.csv", "version_id": "v1"},
            Named("other", "a.csv", "v1"),
        ),
        (
            "inventory",
            {"Bucket": "source", "Key": "a%20b%2Bc+d.csv", "VersionId": "v1"},
            Named("source", "a b+c d.csv", "v1"),
        ),
        ("inventory", {"Bucket": "source", "Key": "a.csv", "IsDeleteMarker": "true"}, None),
        ("inventory", {"Bucket": "source", "Key": "a", "VersionId": ""}, Named("source", "a")),
    ],
)
def test_items_are_read_by_the_kind_of_their_list(
    kind: str, item: dict[str, Any], named: Named | None
) -> None:
    shared = {**SHARED, "list": kind}
    batch = Batch.from_input({"BatchInput": shared, "Items": [item, item]})
    assert batch.objects == ((named,) if named else ())


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"BatchInput": SHARED, "Items": {}},
        {"BatchInput": {**SHARED, "list": "x"}, "Items": []},
        {"BatchInput": {"bucket": "source", "list": "prefix"}, "Items": []},
        {"BatchInput": SHARED, "Items": ["a.csv"]},
        {"BatchInput": SHARED, "Items": [{"Size": 1}]},
    ],
)
def test_what_is_no_batch_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError):
        Batch.from_input(given)
