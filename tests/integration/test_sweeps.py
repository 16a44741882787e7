"""What no event announced is started all the same, and what attempts left is removed."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import boto3
import pytest

from functions.common.claims import Claims, Origin
from functions.common.cursor import Cursor
from functions.common.manifests import Manifest, Provenance
from tests.integration.configured import environment
from tests.integration.pipeline import PATIENCE, Pipeline
from tests.integration.test_trigger import executions_of
from tests.wait import wait_until
from tools.aws import LOCAL_REGION


def tick(pipeline: Pipeline, function: str) -> Mapping[str, Any]:
    """Call a sweep as its schedule does and return what it did."""
    answer = pipeline.aws.functions.invoke(
        FunctionName=pipeline.deployment.function_names[function], Payload=b"{}"
    )
    did: Mapping[str, Any] = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer, did
    return did


@pytest.fixture
def deaf(pipeline: Pipeline) -> Iterator[None]:
    """The pipeline without ears: S3's events reach no rule."""
    name = pipeline.deployment.trigger_queue_url.rpartition("/")[2]
    pipeline.aws.events.disable_rule(Name=name)
    yield
    pipeline.aws.events.enable_rule(Name=name)


@pytest.fixture
def eager(pipeline: Pipeline) -> Iterator[None]:
    """The sweep of the source takes what is a second old for missed."""
    function = pipeline.deployment.function_names["sweep_source"]
    with environment(pipeline.aws, function, MIN_AGE_SECONDS="1"):
        yield


def test_a_dropped_event_is_made_good(pipeline: Pipeline, deaf: None, eager: None) -> None:
    upload = pipeline.upload("sweeps/dropped.csv", b"")

    def swept() -> list[str]:
        tick(pipeline, "sweep_source")
        return executions_of(pipeline, upload.key)

    (arn,) = wait_until(swept, 120, "the sweep to find the object", interval=1)
    ended = pipeline.end_of(arn)
    assert ended.outcome.kind == "INVALID"
    claims = Claims(pipeline.deployment.claims_table, pipeline.aws.dynamodb)
    claim = claims.find(ended.progress.name)
    assert claim is not None
    assert (claim.origin, claim.item.version_id) == (Origin.SWEEP, upload.version_id)
    tick(pipeline, "sweep_source")
    assert executions_of(pipeline, upload.key) == [arn]


def test_sweeps_beside_live_traffic_start_nothing_twice(pipeline: Pipeline, eager: None) -> None:
    uploads = []
    for number in range(4):
        uploads.append(pipeline.upload(f"sweeps/live-{number}.csv", b""))
        tick(pipeline, "sweep_source")
    for upload in uploads:
        pipeline.ended(upload)
        assert len(executions_of(pipeline, upload.key)) == 1


def test_what_attempts_have_left_goes_and_what_is_published_stays(pipeline: Pipeline) -> None:
    s3, bucket = pipeline.aws.s3, pipeline.deployment.processed_bucket
    attempts = "attempts/sweeps/people-csv-1"
    for name in ("jr_zombie", "jr_published"):
        s3.put_object(Bucket=bucket, Key=f"{attempts}/{name}/part-00000.parquet", Body=b"x")
    published = f"{attempts}/jr_published/part-00000.parquet"
    provenance = Provenance("v", "0A", "by-hand", "jr_published", 1)
    manifest = Manifest(s3, bucket, "processed/sweeps/people-csv-1.manifest")
    manifest.write([f"s3://{bucket}/{published}"], provenance, over=None)

    def left() -> list[str]:
        return pipeline.below(f"s3://{bucket}/{attempts}/")

    tick(pipeline, "sweep_attempts")
    assert len(left()) == 2, "not old enough"
    function = pipeline.deployment.function_names["sweep_attempts"]
    with environment(pipeline.aws, function, ATTEMPT_SECONDS="1"):

        def swept() -> bool:
            tick(pipeline, "sweep_attempts")
            return left() == [published]

        wait_until(swept, 120, "the sweep to remove the zombie", interval=1)
        tick(pipeline, "sweep_attempts")
    assert left() == [published]


@pytest.mark.parametrize(
    ("function", "bucket"),
    [("sweep_source", "source_bucket"), ("sweep_attempts", "processed_bucket")],
)
def test_the_schedules_fire(pipeline: Pipeline, function: str, bucket: str) -> None:
    """https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#rate-based"""
    deployment = pipeline.deployment
    name = deployment.function_names[function]
    scheduler = boto3.Session("test", "test", region_name=LOCAL_REGION).client(
        "scheduler", endpoint_url=pipeline.aws.endpoint_url
    )
    schedule = scheduler.get_schedule(Name=name)
    assert schedule["Target"]["Arn"].endswith(f":function:{name}")
    assert schedule["ScheduleExpression"] == "rate(15 minutes)"
    # A round that is over leaves an empty cursor; nobody but the schedule need have called.
    cursor = Cursor(deployment.claims_table, pipeline.aws.dynamodb, getattr(deployment, bucket))
    key = {"id": {"S": f"sweep#{cursor.bucket}"}}
    wait_until(
        lambda: "Item" in pipeline.aws.dynamodb.get_item(TableName=cursor.table, Key=key),
        PATIENCE,
        f"the first tick of {name}",
        interval=0.5,
    )
