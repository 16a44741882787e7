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
    "columns": '[{"name": "id", "type": "bigint", "nullable": true}]',
    "expected_rows": "5",
    "output_path": "s3://out/processed/people/source_object=x/",
    "processing_date": "2026-11-20",
    "execution_name": "people-1",
}


def test_good_arguments() -> None:
    assert set(GOOD) == set(REQUIRED)
    parsed = JobArguments.parse(GOOD)
    assert parsed == JobArguments(
        source=S3Location("source", "a b/100%+{x}?#.csv"),
        source_version_id=None,
        json_shape=None,
        compression="none",
        delimiter=";",
        columns=(Column("id", "bigint"),),
        expected_rows=5,
        output=S3Location("out", "processed/people/source_object=x/"),
        processing_date=date(2026, 11, 20),
        execution_name="people-1",
    )


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("source_uri", "people.csv", "s3://bucket/key"),
        ("source_uri", "s3://source", "s3://bucket/key"),
        ("json_shape", "tree", "array, object, lines"),
        ("compression", "zip", "gzip or none"),
        ("columns", "id,name", "JSON list"),
        ("columns", '[{"name": "id"}]', "JSON list"),
        ("columns", "[]", "empty list"),
        ("expected_rows", "-1", "whole number"),
        ("expected_rows", "", "whole number"),
        ("output_path", "s3://out/processed/people", "ending in /"),
        ("output_path", "s3://out/", "below a bucket"),
        ("processing_date", "20.11.2026", "YYYY-MM-DD"),
    ],
)
def test_nonsense_is_told_what_to_do(name: str, value: str, says: str) -> None:
    with pytest.raises(BadArgumentError, match=says):
        JobArguments.parse(GOOD | {name: value})


def test_schema_quotes_names() -> None:
    columns = (Column("a`b", "bigint"), Column("c d", "array<string>"))
    assert schema_of(columns) == "`a``b` bigint, `c d` array<string>"
