"""What a run is told, and what it says to nonsense."""

from datetime import date

import pytest
from pipeline_spark.arguments import OPTIONAL, REQUIRED, JobArguments, S3Location, names_of
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
    "on_contradiction": "quarantine_rows",
    "partition_by": "day,city",
    "JOB_RUN_ID": "jr_1",
}


def nothing_to_fetch(location: S3Location) -> str:
    raise AssertionError(f"the schema is an argument, not {location}")


def test_good_arguments() -> None:
    given = [part for name in GOOD for part in (f"--{name}", "value")]
    assert set(GOOD) == {*names_of(given), "JOB_RUN_ID"}
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
        on_contradiction="quarantine_rows",
        partition_by=("day", "city"),
    )


def test_what_need_not_be_given() -> None:
    assert names_of(["script.py", "--source_uri", "s3://source/x"]) == list(REQUIRED)
    given = {name: value for name, value in GOOD.items() if name not in OPTIONAL}
    parsed = JobArguments.parse(given, nothing_to_fetch)
    assert (parsed.on_contradiction, parsed.partition_by) == ("fail", ())


def test_rows_put_aside_lie_beside_the_quarantined_file() -> None:
    parsed = JobArguments.parse(GOOD, nothing_to_fetch)
    place = "s3://out/quarantine/people/x/people-1/rows/jr_1-00000.jsonl"
    assert parsed.rejected_rows.uri() == place


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, False),
        ({"multi_line": "true"}, True),
        ({"compression": "gzip"}, True),
        ({"delimiter": "-", "multi_line": "-", "json_shape": "lines"}, False),
        ({"delimiter": "-", "json_shape": "lines", "compression": "gzip"}, True),
        ({"delimiter": "-", "json_shape": "array", "compression": "gzip"}, False),
    ],
)
def test_which_files_one_task_reads(changed: dict[str, str], expected: bool) -> None:
    parsed = JobArguments.parse(GOOD | changed, nothing_to_fetch)
    assert parsed.is_read_by_one_task is expected


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
        ("on_contradiction", "ignore", "fail, widen, quarantine_rows"),
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
