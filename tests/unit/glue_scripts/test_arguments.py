"""What a run is told, and what it says to nonsense."""

from datetime import date

import pytest
from pipeline_spark.arguments import REQUIRED, JobArguments, S3Location
from pipeline_spark.columns import Column, schema_of
from pipeline_spark.errors import BadArgumentError

GOOD = {
    "source_uri": "s3://source/a b/100%+{x}?#.csv",
    "source_version_id": "-",
    "json_shape": "-",
    "compression": "none",
    "delimiter": ";",
    "multi_line": "false",
    "schema": '[{"name": "id", "type": "bigint", "nullable": true}]',
    "expected_rows": "5",
    "attempts_path": "s3://out/attempts/people/x/",
    "processing_date": "2026-11-20",
    "execution_name": "people-1",
    "JOB_RUN_ID": "jr_1",
}


def nothing_to_fetch(location: S3Location) -> str:
    raise AssertionError(f"the schema is an argument, not {location}")


def test_good_arguments() -> None:
    assert set(GOOD) == {*REQUIRED, "JOB_RUN_ID"}
    parsed = JobArguments.parse(GOOD, nothing_to_fetch)
    assert parsed == JobArguments(
        source=S3Location("source", "a b/100%+{x}?#.csv"),
        source_version_id=None,
        json_shape=None,
        compression="none",
        delimiter=";",
        multi_line=False,
        columns=(Column("id", "bigint"),),
        expected_rows=5,
        attempt_id="jr_1",
        attempt=S3Location("out", "attempts/people/x/jr_1/"),
        processing_date=date(2026, 11, 20),
        execution_name="people-1",
    )


def test_a_schema_too_long_for_an_argument_is_fetched() -> None:
    texts = {S3Location("out", "attempts/people/x/schemas/v.json"): GOOD["schema"]}
    given = GOOD | {"schema": "s3://out/attempts/people/x/schemas/v.json"}
    assert JobArguments.parse(given, texts.__getitem__).columns == (Column("id", "bigint"),)


@pytest.mark.parametrize("text", ["-", "true"])
def test_a_field_may_hold_line_breaks_unless_validation_saw_none(text: str) -> None:
    assert JobArguments.parse(GOOD | {"multi_line": text}, nothing_to_fetch).multi_line


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("source_uri", "people.csv", "s3://bucket/key"),
        ("source_uri", "s3://source", "s3://bucket/key"),
        ("json_shape", "tree", "array, object, lines"),
        ("compression", "zip", "gzip or none"),
        ("schema", "id,name", "JSON list"),
        ("schema", '[{"name": "id"}]', "JSON list"),
        ("schema", "[]", "empty list"),
        ("expected_rows", "-1", "whole number"),
        ("expected_rows", "", "whole number"),
        ("attempts_path", "s3://out/attempts/people", "ending in /"),
        ("attempts_path", "s3://out/", "below a bucket"),
        ("processing_date", "20.11.2026", "YYYY-MM-DD"),
    ],
)
def test_nonsense_is_told_what_to_do(name: str, value: str, says: str) -> None:
    with pytest.raises(BadArgumentError, match=says):
        JobArguments.parse(GOOD | {name: value}, nothing_to_fetch)


def test_schema_quotes_names() -> None:
    columns = (Column("a`b", "bigint"), Column("c d", "array<string>"))
    assert schema_of(columns) == "`a``b` bigint, `c d` array<string>"
