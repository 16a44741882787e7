"""Valid and invalid files are told apart, each invalid one with its reason and place."""

import pytest

from functions.common.reasons import ReasonCode
from tests.integration.files import CSV, INVALID, Invalid
from tests.integration.pipeline import Pipeline
from tools.executions import Upload


@pytest.fixture(scope="module")
def uploads(pipeline: Pipeline) -> dict[str, Upload]:
    """All of them at once, so that their executions go on while each test waits for its own."""
    return {
        invalid.name: pipeline.upload(f"invalid/{invalid.name}", invalid.body)
        for invalid in INVALID
    }


@pytest.mark.parametrize("invalid", INVALID, ids=lambda invalid: f"{invalid.code}-{invalid.name}")
def test_an_invalid_file_is_rejected_with_its_reason(
    pipeline: Pipeline, uploads: dict[str, Upload], invalid: Invalid
) -> None:
    ended = pipeline.ended(uploads[invalid.name])
    # A rejected file is an outcome of the pipeline and no failure of it.
    assert ended.progress.status == "SUCCEEDED", ended
    assert ended.outcome.kind == "INVALID", ended
    assert ended.states[-3:] == ["QuarantineFile", "NotifyInvalidFile", "FileRejected"]
    reason = ended.validation["reason"]
    assert reason["code"] == invalid.code, reason
    if invalid.line is not None:
        assert reason["line"] == invalid.line, reason

    note = pipeline.notification(ended)
    assert note.attributes["outcome"] == "INVALID"
    assert invalid.name in note.subject + note.body
    assert reason["message"] in note.body


def test_a_file_that_is_gone_is_rejected(pipeline: Pipeline) -> None:
    arn = pipeline.start({"bucket": pipeline.deployment.source_bucket, "key": "gone/people.csv"})
    ended = pipeline.end_of(arn)
    assert ended.outcome.kind == "INVALID", ended
    assert ended.validation["reason"]["code"] == "OBJECT_NOT_FOUND"


def test_an_archived_file_is_rejected(pipeline: Pipeline) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/archived-objects.html"""
    ended = pipeline.run("archived/people.csv", CSV, StorageClass="GLACIER")
    assert ended.outcome.kind == "INVALID", ended
    assert ended.validation["reason"]["code"] == "OBJECT_ARCHIVED"


def test_each_reason_is_met_here() -> None:
    of_the_object = {ReasonCode.OBJECT_NOT_FOUND, ReasonCode.OBJECT_ARCHIVED}
    assert {invalid.code for invalid in INVALID} == set(ReasonCode) - of_the_object
