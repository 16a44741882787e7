"""Who turns a file into Parquet: a Lambda function does it with small ones, and as Glue would."""

import gzip
import json

import pyarrow as pa
import pytest

from tests.integration import files
from tests.integration.pipeline import Ended, Pipeline
from tests.unit.functions.process_file.corpus import FITTING, LATE, late
from tools.executions import Upload

BOTH = ("timestamps.csv", "nested.jsonl", "decimals.parquet")
"""One of each kind; the unit tests of process_file hold the engines together over many more."""


@pytest.fixture(scope="module")
def by_lambda(auto_pipeline: Pipeline) -> dict[str, Upload]:
    return {key: auto_pipeline.upload(f"engines/{key}", FITTING[key]) for key in BOTH}


@pytest.fixture(scope="module")
def by_glue(pipeline: Pipeline) -> dict[str, Upload]:
    return {key: pipeline.upload(f"engines/{key}", FITTING[key]) for key in BOTH}


@pytest.mark.parametrize("key", BOTH)
def test_both_engines_publish_the_same(
    key: str,
    auto_pipeline: Pipeline,
    pipeline: Pipeline,
    by_lambda: dict[str, Upload],
    by_glue: dict[str, Upload],
) -> None:
    ours, theirs = auto_pipeline.ended(by_lambda[key]), pipeline.ended(by_glue[key])
    assert engine(ours) == "lambda"
    assert engine(theirs) == "glue"
    assert "RouteByFileType" not in ours.states
    assert "ProcessFile" not in theirs.states
    one, other = auto_pipeline.table(manifest(ours)), pipeline.table(manifest(theirs))
    assert described(one) == described(other)
    assert list(map(repr, one.to_pylist())) == list(map(repr, other.to_pylist()))


def test_success_is_told_with_rows_and_place(auto_pipeline: Pipeline) -> None:
    ended = auto_pipeline.run("engines/told.csv", files.CSV)
    assert ended.progress.status == "SUCCEEDED", ended
    message = auto_pipeline.notification(ended)
    assert message.attributes["outcome"] == "SUCCESS"
    assert str(len(files.PEOPLE)) in message.body


def test_a_zipped_file_goes_by_lambda_too(auto_pipeline: Pipeline) -> None:
    ended = auto_pipeline.run("engines/zipped.csv.gz", gzip.compress(files.CSV))
    assert engine(ended) == "lambda"
    assert auto_pipeline.table(manifest(ended)).num_rows == len(files.PEOPLE)


def test_a_contradiction_is_told_with_its_row_and_not_tried_again(auto_pipeline: Pipeline) -> None:
    ended = auto_pipeline.run("engines/contradicts.csv", late("5", "n/a"))
    assert ended.progress.status == "FAILED", ended
    assert ended.states.count("ProcessFile") == 1
    message = auto_pipeline.notification(ended)
    assert f"row {LATE + 1} (line {LATE + 2})" in message.body
    assert "Column x: 'n/a' is no bigint" in message.body


def engine(ended: Ended) -> str:
    assert ended.progress.status == "SUCCEEDED", ended
    return str((ended.progress.output or {})["job"]["engine"])


def manifest(ended: Ended) -> str:
    return str(ended.validation["manifest_uri"])


def described(table: pa.Table) -> list[str]:
    return [f"{field.name}: {field.type}, {field.nullable}" for field in table.schema]


def attempts(auto_pipeline: Pipeline, ended: Ended) -> list[str]:
    return auto_pipeline.below(str(ended.validation["attempts_path"]))


def test_what_it_wrote_lies_in_one_attempt(auto_pipeline: Pipeline) -> None:
    ended = auto_pipeline.run("engines/attempt.json", json.dumps(files.PEOPLE).encode())
    attempt = (ended.progress.output or {})["job"]["attempt_id"]
    names = [key.rpartition(f"{attempt}/")[2] for key in attempts(auto_pipeline, ended)]
    assert sorted(names) == ["_result.json", "part-00000.parquet"]
