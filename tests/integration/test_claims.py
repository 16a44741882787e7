"""One run per object version, also where a start was cut off or its answer was lost."""

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from functions.common.claims import Claims, Origin
from functions.common.naming import execution_name
from functions.common.objects import ObjectVersion
from tests.integration.pipeline import Pipeline
from tests.integration.test_trigger import eventbridge_event, executions_of


@pytest.fixture
def claims(pipeline: Pipeline) -> Claims:
    return Claims(pipeline.deployment.claims_table, pipeline.aws.dynamodb)


@pytest.fixture
def item(pipeline: Pipeline) -> ObjectVersion:
    """An object that no event announces: it lies in a bucket that the trigger does not hear of."""
    bucket, key = pipeline.deployment.artifacts_bucket, f"claims/{uuid4().hex}.csv"
    answer = pipeline.aws.s3.put_object(Bucket=bucket, Key=key, Body=b"")
    etag = answer["ETag"].strip('"')
    return ObjectVersion(
        bucket, key, answer["VersionId"], 0, etag, "0A", event_time="2026-11-20T10:00:00Z"
    )


def announce(pipeline: Pipeline, item: ObjectVersion) -> Mapping[str, Any]:
    """Call the trigger with the object's event and return its answer."""
    answer = pipeline.aws.functions.invoke(
        FunctionName=pipeline.deployment.function_names["trigger_pipeline"],
        Payload=json.dumps(eventbridge_event(item.to_input())).encode(),
    )
    said: Mapping[str, Any] = json.loads(answer["Payload"].read())
    return said


def test_an_upload_leaves_a_claim(pipeline: Pipeline, claims: Claims) -> None:
    ended = pipeline.run("claims/upload.csv", b"")
    claim = claims.find(ended.progress.name)
    assert claim is not None
    assert claim.item.key == "claims/upload.csv"
    assert claim.item.sequencer
    assert claim.origin is Origin.EVENT
    assert claim.execution_arn == ended.progress.arn


def test_announced_while_open_and_after_its_end(pipeline: Pipeline, item: ObjectVersion) -> None:
    assert announce(pipeline, item) == {"started": 1}
    assert announce(pipeline, item) == {"started": 0}
    (arn,) = executions_of(pipeline, item.key)
    pipeline.end_of(arn)
    assert announce(pipeline, item) == {"started": 0}
    assert executions_of(pipeline, item.key) == [arn]


def test_announced_several_times_at_once(pipeline: Pipeline, item: ObjectVersion) -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: announce(pipeline, item), range(4)))
    assert all("started" in answer for answer in answers), answers
    (arn,) = executions_of(pipeline, item.key)
    pipeline.end_of(arn)


def test_a_crash_between_claim_and_start(
    pipeline: Pipeline, claims: Claims, item: ObjectVersion
) -> None:
    name = execution_name(item)
    assert claims.take(name, item, Origin.EVENT).execution_arn is None
    assert announce(pipeline, item) == {"started": 1}
    (arn,) = executions_of(pipeline, item.key)
    assert claims.started([name]) == {name}
    assert pipeline.end_of(arn).outcome.kind == "INVALID"


def test_the_answer_to_the_start_was_lost(
    pipeline: Pipeline, claims: Claims, item: ObjectVersion
) -> None:
    name = execution_name(item)
    claims.take(name, item, Origin.EVENT)
    arn = pipeline.aws.step_functions.start_execution(
        stateMachineArn=pipeline.deployment.state_machine_arn,
        name=name,
        input=json.dumps(item.to_input()),
    )["executionArn"]
    pipeline.end_of(arn)
    assert announce(pipeline, item) == {"started": 0}
    assert executions_of(pipeline, item.key) == [arn]
    assert claims.started([name]) == {name}


def test_a_name_that_is_claimed_for_something_else(
    pipeline: Pipeline, claims: Claims, item: ObjectVersion
) -> None:
    other = ObjectVersion(item.bucket, "claims/other.csv", "v")
    claims.take(execution_name(item), other, Origin.EVENT)
    answer = announce(pipeline, item)
    assert answer["errorType"] == "ExecutionNameTakenError"
    assert executions_of(pipeline, item.key) == []
