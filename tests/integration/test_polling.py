"""The polling variant does what the other does, by looking at its job again and again."""

import pytest

from tests.integration import files
from tests.integration.pipeline import Pipeline
from tools.executions import Upload


@pytest.fixture(scope="module")
def uploads(polling_pipeline: Pipeline) -> dict[str, Upload]:
    bodies = {
        "people/people.csv": files.CSV,
        "people/people.json": files.JSON,
        "people/people-broken.csv": files.BROKEN_CSV,
        "zips/late.csv": files.contradicted_csv().body,
    }
    return {key: polling_pipeline.upload(key, body) for key, body in bodies.items()}


@pytest.mark.parametrize("key", ["people/people.csv", "people/people.json"])
def test_success(polling_pipeline: Pipeline, uploads: dict[str, Upload], key: str) -> None:
    ended = polling_pipeline.ended(uploads[key])
    assert ended.outcome.kind == "SUCCESS", ended
    assert ended.states[-7:] == [
        "WaitForJob",
        "CheckJobStatus",
        "IsJobDone",
        "PublishOutput",
        "IsPublished",
        "NotifySuccess",
        "Succeeded",
    ]
    table = polling_pipeline.table(ended.outcome.manifest_uri)
    assert table.drop(["processing_date"]).to_pylist() == files.PEOPLE
    note = polling_pipeline.notification(ended)
    assert note.attributes["outcome"] == "SUCCESS"
    assert str(ended.outcome.manifest_uri) in note.body


def test_invalid(polling_pipeline: Pipeline, uploads: dict[str, Upload]) -> None:
    ended = polling_pipeline.ended(uploads["people/people-broken.csv"])
    assert ended.outcome.kind == "INVALID", ended
    assert "StartGlueJob" not in ended.states
    assert polling_pipeline.notification(ended).attributes["outcome"] == "INVALID"


def test_failure(polling_pipeline: Pipeline, uploads: dict[str, Upload]) -> None:
    ended = polling_pipeline.ended(uploads["zips/late.csv"])
    assert ended.progress.status == "FAILED", ended
    assert "NotifyFailure" in ended.states
    note = polling_pipeline.notification(ended)
    assert note.attributes["outcome"] == "FAILURE"
    assert "Column zip: '02134' is no bigint" in note.body
