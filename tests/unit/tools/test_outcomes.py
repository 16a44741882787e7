"""What became of a file, from executions of every ending."""

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from moto import mock_aws

from tools.aws import Aws
from tools.executions import Progress
from tools.outcomes import Outcome, Rows, first_rows

VALIDATION = {"row_count": 5}
MANIFEST = "s3://out/processed/people/people-csv-1.manifest"
PUBLICATION = {"published": True, "rows": 5, "manifest_uri": MANIFEST}


def progress(status: str, **others: Any) -> Progress:
    at = datetime(2026, 11, 20, tzinfo=UTC)
    return Progress("e", "arn", status, at, at, (), **others)


def test_success() -> None:
    output = {"outcome": "SUCCESS", "validation": VALIDATION, "publication": PUBLICATION}
    assert Outcome.of(progress("SUCCEEDED", output=output)) == Outcome("SUCCESS", 5, MANIFEST)


def test_superseded_names_the_version_that_stands() -> None:
    publication = {**PUBLICATION, "published": False, "superseded_by": "v2"}
    output = {"outcome": "SUPERSEDED", "validation": VALIDATION, "publication": publication}
    assert Outcome.of(progress("SUCCEEDED", output=output)) == Outcome(
        "SUPERSEDED", explanation="The output of the newer version v2 stands."
    )


def test_invalid_says_why_and_has_no_output() -> None:
    reason = {"code": "RAGGED_ROW", "message": "Line 7 has 3 fields, the header has 4."}
    output = {"outcome": "INVALID", "validation": {**VALIDATION, "reason": reason}}
    assert Outcome.of(progress("SUCCEEDED", output=output)) == Outcome(
        "INVALID", explanation="RAGGED_ROW: Line 7 has 3 fields, the header has 4."
    )


@pytest.mark.parametrize(
    ("cause", "shown"),
    [
        (json.dumps({"ErrorMessage": "ValueError: no rows"}), "E: ValueError: no rows"),
        (json.dumps({"errorMessage": "no", "errorType": "X"}), "E: no"),
        (json.dumps({"errorMessage": json.dumps({"ErrorMessage": "no rows"})}), "E: no rows"),
        ("plain words", "E: plain words"),
        (None, "E"),
    ],
)
def test_failure_shows_the_sentence_in_the_cause(cause: str | None, shown: str) -> None:
    outcome = Outcome.of(progress("FAILED", error="E", cause=cause))
    assert outcome == Outcome("FAILURE", explanation=shown)


@pytest.mark.parametrize("status", ["TIMED_OUT", "ABORTED"])
def test_an_end_without_words_shows_its_status(status: str) -> None:
    assert Outcome.of(progress(status)).explanation == status


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        made = Aws(None, "us-east-1")
        made.s3.create_bucket(Bucket="out")
        yield made


def test_first_rows(aws: Aws) -> None:
    body = io.BytesIO()
    pq.write_table(pa.table({"id": list(range(9)), "name": [None, *"abcdefgh"]}), body)
    aws.s3.put_object(Bucket="out", Key="p/part.parquet", Body=body.getvalue())
    aws.s3.put_object(Bucket="out", Key="p/unpublished.parquet", Body=b"no Parquet")
    aws.s3.put_object(Bucket="out", Key="p.manifest", Body=b"s3://out/p/part.parquet\n")
    found = first_rows(aws, "s3://out/p.manifest")
    assert found == Rows(
        ("id", "name"), (("0", ""), ("1", "a"), ("2", "b"), ("3", "c"), ("4", "d"))
    )
    assert first_rows(aws, "s3://out/q.manifest") is None
