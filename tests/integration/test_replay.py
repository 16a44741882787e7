"""An object that was turned down runs again: as it is, or repaired."""

import json
from pathlib import Path
from uuid import uuid4

import pytest

from tests.integration import files
from tests.integration.pipeline import Ended, Pipeline
from tools.errors import ToolError
from tools.replay import Version, replay
from tools.trigger import Trigger


def quarantined(pipeline: Pipeline, ended: Ended) -> list[str]:
    """Return the status tags of what an execution put into quarantine."""
    kept = (ended.progress.output or {})["quarantine"]
    bucket = pipeline.deployment.processed_bucket
    tags = []
    for uri in (kept["copy_uri"], kept["reason_uri"]):
        key = uri.removeprefix(f"s3://{bucket}/")
        answer = pipeline.aws.s3.get_object_tagging(Bucket=bucket, Key=key)
        tags += [tag["Value"] for tag in answer["TagSet"] if tag["Key"] == "status"]
    return tags


def test_the_same_version_again(pipeline: Pipeline) -> None:
    aws, deployment = pipeline.aws, pipeline.deployment
    first = pipeline.run("replay/as-it-is.csv", files.BROKEN_CSV)
    assert quarantined(pipeline, first) == ["quarantined", "quarantined"]
    followed = replay(aws, deployment, "replay/as-it-is.csv", None, None)
    assert followed.arn is not None
    second = pipeline.end_of(followed.arn)
    assert second.progress.name == f"{first.progress.name}-r1"
    assert second.outcome.kind == "INVALID"
    assert quarantined(pipeline, first) == ["replayed", "replayed"]
    assert quarantined(pipeline, second) == ["quarantined", "quarantined"]
    for one in (first, second):
        note = pipeline.notification(one)
        assert note.attributes["notification_id"] == f"{one.progress.name}:0"
    given = [
        json.loads(aws.step_functions.describe_execution(executionArn=arn)["input"])
        for arn in (first.progress.arn, followed.arn)
    ]
    assert given[0] == given[1]
    version = Version.find(aws, deployment.source_bucket, "replay/as-it-is.csv", None)
    assert version is not None
    arns = Trigger(aws, deployment).runs_of(version.to_json())
    assert arns == [first.progress.arn, second.progress.arn]


def test_a_repaired_file_arrives_as_a_new_version(pipeline: Pipeline, tmp_path: Path) -> None:
    first = pipeline.run("replay/repaired.csv", files.BROKEN_CSV)
    repaired = tmp_path / "repaired.csv"
    repaired.write_bytes(files.CSV)
    followed = replay(pipeline.aws, pipeline.deployment, "replay/repaired.csv", repaired, None)
    second = pipeline.ended(followed.upload)
    assert second.outcome.kind == "SUCCESS", second
    assert not second.progress.name.startswith(first.progress.name)
    assert quarantined(pipeline, first) == ["replayed", "replayed"]


def test_an_object_that_is_not_there(pipeline: Pipeline, tmp_path: Path) -> None:
    key = f"replay/{uuid4().hex}.csv"
    with pytest.raises(ToolError, match="is not there"):
        replay(pipeline.aws, pipeline.deployment, key, None, None)
    with pytest.raises(ToolError, match="There is no file"):
        replay(pipeline.aws, pipeline.deployment, key, tmp_path / "none.csv", None)
