"""Starting executions, over moto's S3 and Step Functions."""

import json
from typing import Any
from urllib.parse import quote

import boto3
import pytest

from functions.common.claims import Claims
from functions.common.errors import InvalidInputError
from functions.common.executions import Starter
from functions.common.naming import execution_name
from functions.common.objects import ObjectVersion
from functions.trigger_pipeline.handler import Pipeline, handle, handler
from functions.trigger_pipeline.keys import resolve
from functions.trigger_pipeline.visibility import Visibility
from tests.unit.functions.claims import claims_table
from tests.unit.functions.conftest import Context
from tests.unit.functions.trigger_pipeline.test_events import load

DEFINITION = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}})


@pytest.fixture
def pipeline(aws: None) -> Pipeline:
    s3, step_functions = boto3.client("s3"), boto3.client("stepfunctions")
    s3.create_bucket(Bucket="source")
    s3.put_bucket_versioning(Bucket="source", VersioningConfiguration={"Status": "Enabled"})
    machine = step_functions.create_state_machine(
        name="pipeline", definition=DEFINITION, roleArn="arn:aws:iam::123456789012:role/pipeline"
    )
    claims = Claims(claims_table(), boto3.client("dynamodb"))
    starter = Starter(machine["stateMachineArn"], step_functions, claims)
    return Pipeline(s3, starter, Visibility(boto3.client("sqs"), 60))


def executions(pipeline: Pipeline) -> dict[str, Any]:
    """Return the inputs of all executions by their names."""
    client = pipeline.starter.step_functions
    machine = pipeline.starter.state_machine_arn
    listed = client.list_executions(stateMachineArn=machine)["executions"]
    return {
        item["name"]: json.loads(
            client.describe_execution(executionArn=item["executionArn"])["input"]
        )
        for item in listed
    }


def put(pipeline: Pipeline, key: str, body: bytes = b"x") -> ObjectVersion:
    answer = pipeline.s3.put_object(Bucket="source", Key=key, Body=body)
    return ObjectVersion("source", key, answer["VersionId"])


def message(body: Any, identifier: str = "1") -> dict[str, Any]:
    record: dict[str, Any] = dict(load("sqs_batch")["Records"][0])
    text = body if isinstance(body, str) else json.dumps(body)
    return record | {"messageId": identifier, "body": text}


def created(item: ObjectVersion, key: str | None = None) -> dict[str, Any]:
    event = load("eventbridge_object_created")
    event["detail"]["bucket"]["name"] = item.bucket
    event["detail"]["object"] |= {"key": key or item.key, "version-id": item.version_id}
    return event


def test_an_upload_starts_an_execution_with_all_that_is_known(pipeline: Pipeline) -> None:
    item = put(pipeline, "people/people.csv")
    answer = handle({"Records": [message(created(item))]}, pipeline)
    assert answer == {"batchItemFailures": []}
    assert executions(pipeline) == {
        execution_name(item): {
            "bucket": "source",
            "key": "people/people.csv",
            "version_id": item.version_id,
            "size": 5,
            "etag": "b1946ac92492d2347c6235b4d2611184",
            "sequencer": "617f08299329d189",
            "event_time": "2026-11-12T00:00:00Z",
        }
    }


def test_a_repeated_event_starts_nothing(pipeline: Pipeline) -> None:
    item = put(pipeline, "people/people.csv")
    for _ in range(3):
        answer = handle({"Records": [message(created(item))] * 2}, pipeline)
        assert answer == {"batchItemFailures": []}
    assert len(executions(pipeline)) == 1


def test_a_new_version_starts_another(pipeline: Pipeline) -> None:
    for _ in range(2):
        handle({"Records": [message(created(put(pipeline, "a.csv")))]}, pipeline)
    assert len(executions(pipeline)) == 2


def test_an_event_without_a_queue(pipeline: Pipeline) -> None:
    item = put(pipeline, "a.csv")
    assert handle(created(item), pipeline) == {"started": 1}
    assert handle(load("s3_notification"), pipeline) == {"started": 1}
    assert handle(load("s3_test_event"), pipeline) == {"started": 0}


def test_bad_messages_fail_alone(pipeline: Pipeline) -> None:
    item = put(pipeline, "a.csv")
    batch = [
        message("poison", "bad"),
        message(created(item), "good"),
        message({"x": 1}, "worse"),
        message(load("s3_test_event"), "test"),
    ]
    answer = handle({"Records": batch}, pipeline)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "bad"}, {"itemIdentifier": "worse"}]}
    assert len(executions(pipeline)) == 1


def test_a_batch_of_bad_messages_alone_is_answered_too(pipeline: Pipeline) -> None:
    answer = handle({"Records": [message("poison", "bad")]}, pipeline)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "bad"}]}


@pytest.mark.parametrize(
    "key",
    ["a b.csv", "a+b.csv", "100%.csv", "a%20b.csv", "é/日本.csv", "x/a&b=c;d.csv", "%25.csv"],
)
@pytest.mark.parametrize("encoded", [False, True], ids=["raw", "encoded"])
def test_keys_raw_as_on_aws_and_encoded_as_on_localstack(
    pipeline: Pipeline, key: str, encoded: bool
) -> None:
    item = put(pipeline, key)
    put(pipeline, "another" + key)
    handle({"Records": [message(created(item, quote(key) if encoded else key))]}, pipeline)
    (found,) = executions(pipeline).values()
    assert found["key"] == key


def test_the_version_tells_two_readings_apart(pipeline: Pipeline) -> None:
    escaped, plain = put(pipeline, "a%20b.csv"), put(pipeline, "a b.csv")
    assert resolve(escaped, pipeline.s3) == escaped
    announced = ObjectVersion("source", "a%20b.csv", plain.version_id)
    assert resolve(announced, pipeline.s3) == plain


def test_a_key_that_is_gone_under_both_readings_is_left_as_it_is(pipeline: Pipeline) -> None:
    gone = ObjectVersion("source", "never%20there.csv")
    assert resolve(gone, pipeline.s3) == gone


def test_a_replay_runs_a_version_again_under_another_name(pipeline: Pipeline) -> None:
    item = put(pipeline, "a.csv")
    handle(created(item), pipeline)
    wanted = {"bucket": "source", "key": "a.csv", "version_id": item.version_id}
    first = handle({"replay": wanted, "token": "one"}, pipeline)
    assert first["execution_name"] == f"{execution_name(item)}-r1"
    assert handle({"replay": wanted, "token": "one"}, pipeline) == first
    second = handle({"replay": wanted, "token": "two"}, pipeline)
    assert second["execution_name"] == f"{execution_name(item)}-r2"
    assert len(executions(pipeline)) == 3
    runs = handle({"runs_of": wanted}, pipeline)["runs"]
    assert runs[1:] == [first, second]
    assert runs[0]["execution_name"] == execution_name(item)
    assert handle({"runs_of": {**wanted, "version_id": "other"}}, pipeline) == {"runs": []}
    # What the first event knew of the version, the replay knows too.
    sequencers = {given["sequencer"] for given in executions(pipeline).values()}
    assert sequencers == {"617f08299329d189"}


@pytest.mark.parametrize(
    "request_",
    [
        {"replay": "a.csv", "token": "t"},
        {"replay": {}, "token": "t"},
        {"replay": {}},
        {"runs_of": "a.csv"},
        {"runs_of": {}},
    ],
)
def test_a_request_for_a_replay_that_says_too_little(
    pipeline: Pipeline, request_: dict[str, Any]
) -> None:
    with pytest.raises(InvalidInputError):
        handle(request_, pipeline)


def test_the_handler(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, context: Context) -> None:
    monkeypatch.setenv("STATE_MACHINE_ARN", pipeline.starter.state_machine_arn)
    monkeypatch.setenv("CLAIMS_TABLE", pipeline.starter.claims.table)
    item = put(pipeline, "a.csv")
    assert handler({"Records": [message(created(item))]}, context) == {"batchItemFailures": []}
    assert len(executions(pipeline)) == 1
