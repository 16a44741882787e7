"""A job's run over a file that contradicts its schema, and where its rows go."""

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pyarrow.parquet as pq
import pytest
from moto import mock_aws
from pipeline_spark.arguments import JobArguments, S3Location
from pipeline_spark.contradiction import Records
from pipeline_spark.csv_records import read_csv
from pipeline_spark.errors import ReservedColumnError, SchemaContradictionError
from pipeline_spark.json_records import read_json
from pipeline_spark.output import Written
from pipeline_spark.processing import _write
from pyspark.sql import SparkSession

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

pytestmark = pytest.mark.spark

Make = Callable[..., JobArguments]
Write = Callable[[str, str | bytes], str]

CSV = "id,amount,day\n1,1.5,2026-11-20\n2,abc,2026-11-20\n3,4,2026-11-21\n"
CSV_COLUMNS = ("id bigint", "amount double", "day date")
JSON = (
    '{"id": 1, "in": {"x": 1}}\n\n{"id": 2, "in": {"x": "1", "y": 2}}\n'
    '{"id": "3", "new": [1.10]}\n{"id": 4}\n'
)
JSON_COLUMNS = ("id bigint", "in struct<x:bigint>")
ASIDE = "quarantine/people/x/people-1/rows/jr_1-00000.jsonl"


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator["S3Client"]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="out")
        yield client


@pytest.fixture
def attempt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the attempt comes to lie: Spark here knows no S3, so its folder is a local one."""
    uri = S3Location.uri
    monkeypatch.setattr(
        S3Location,
        "uri",
        lambda self: f"{tmp_path}/{self.key}" if self.key.startswith("attempts/") else uri(self),
    )
    return tmp_path / "attempts/people/x/jr_1"


def put_aside(s3: "S3Client") -> list[dict[str, Any]]:
    body = s3.get_object(Bucket="out", Key=ASIDE)["Body"].read().decode()
    return [json.loads(line) for line in body.splitlines()]


def values(folder: Path) -> list[dict[str, Any]]:
    found = [row for file in folder.rglob("*.parquet") for row in pq.read_table(file).to_pylist()]
    return sorted(found, key=lambda row: str(row["id"]))


def run(s3: "S3Client", records: Records, arguments: JobArguments) -> Written:
    return _write(s3, records, arguments)


def test_csv_rows_are_put_aside(
    spark: SparkSession, s3: "S3Client", make_arguments: Make, write: Write, attempt: Path
) -> None:
    arguments = make_arguments(*CSV_COLUMNS, on_contradiction="quarantine_rows", multi_line=False)
    written = run(s3, read_csv(spark, write("people.csv", CSV), arguments), arguments)
    assert (written.rows, written.quarantined_rows) == (2, 1)
    assert [row["id"] for row in values(attempt)] == [1, 3]
    assert put_aside(s3) == [
        {
            "row": 2,
            "line": 3,
            "column": "amount",
            "value": "abc",
            "reason": "'abc' is no double",
            "record": {"id": "2", "amount": "abc", "day": "2026-11-20"},
        }
    ]


def test_json_rows_are_put_aside_as_they_stand(
    spark: SparkSession, s3: "S3Client", make_arguments: Make, write: Write, attempt: Path
) -> None:
    arguments = make_arguments(
        *JSON_COLUMNS, on_contradiction="quarantine_rows", json_shape="lines"
    )
    written = run(s3, read_json(spark, write("people.jsonl", JSON), arguments), arguments)
    assert (written.rows, written.quarantined_rows) == (2, 2)
    assert [row["id"] for row in values(attempt)] == [1, 4]
    unfit, unknown = put_aside(s3)
    assert (unfit["row"], unfit["line"], unfit["column"]) == (2, 3, "in")
    assert unfit["reason"] in (
        "validation did not see the key in.y",
        '\'{"x":"1","y":2}\' is no struct<x:bigint>',
    )
    assert (unknown["row"], unknown["line"], unknown["reason"]) == (3, 4, "'\"3\"' is no bigint")
    last = s3.get_object(Bucket="out", Key=ASIDE)["Body"].read().decode().splitlines()[-1]
    assert last.endswith('"record": {"id": "3", "new": [1.10]}}')


def test_nothing_is_put_aside_where_all_fits(
    spark: SparkSession, s3: "S3Client", make_arguments: Make, write: Write, attempt: Path
) -> None:
    arguments = make_arguments("id bigint", on_contradiction="quarantine_rows")
    written = run(s3, read_csv(spark, write("people.csv", "id\n1\n2\n"), arguments), arguments)
    assert (written.rows, written.quarantined_rows) == (2, 0)
    assert "Contents" not in s3.list_objects_v2(Bucket="out")
    assert len(values(attempt)) == 2


def test_a_contradicted_csv_column_becomes_text_in_the_whole_file(
    spark: SparkSession, s3: "S3Client", make_arguments: Make, write: Write, attempt: Path
) -> None:
    arguments = make_arguments(*CSV_COLUMNS, on_contradiction="widen")
    written = run(s3, read_csv(spark, write("people.csv", CSV), arguments), arguments)
    assert (written.rows, written.quarantined_rows) == (3, 0)
    assert written.columns[:3] == (("id", "bigint"), ("amount", "string"), ("day", "date"))
    assert [row["amount"] for row in values(attempt)] == ["1.5", "abc", "4"]


def test_contradicted_json_columns_become_text_and_unknown_keys_columns(
    spark: SparkSession, s3: "S3Client", make_arguments: Make, write: Write, attempt: Path
) -> None:
    arguments = make_arguments(*JSON_COLUMNS, on_contradiction="widen", json_shape="lines")
    written = run(s3, read_json(spark, write("people.jsonl", JSON), arguments), arguments)
    names = ("id", "in", "new", "processing_date")
    assert written.columns == tuple(zip(names, ("string", "string", "string", "date"), strict=True))
    assert [(row["id"], row["in"], row["new"]) for row in values(attempt)] == [
        ("1", '{"x":1}', None),
        ("2", '{"x":"1","y":2}', None),
        ("3", None, "[1.1]"),
        ("4", None, None),
    ]


@pytest.mark.parametrize(
    ("key", "error", "says"),
    [
        ("Id", SchemaContradictionError, "upper and lower case"),
        ("processing_date", ReservedColumnError, "processing_date"),
    ],
)
def test_a_key_that_cannot_become_a_column(  # noqa: PLR0917 - fixtures
    spark: SparkSession,
    s3: "S3Client",
    make_arguments: Make,
    write: Write,
    attempt: Path,
    key: str,
    error: type[Exception],
    says: str,
) -> None:
    arguments = make_arguments("id bigint", on_contradiction="widen", json_shape="lines")
    uri = write("people.jsonl", f'{{"id": 1}}\n{{"{key}": 2}}\n')
    with pytest.raises(error, match=says):
        run(s3, read_json(spark, uri, arguments), arguments)
    assert not values(attempt)


def test_chosen_columns_become_folders_and_stay_in_the_files(
    spark: SparkSession, s3: "S3Client", make_arguments: Make, write: Write, attempt: Path
) -> None:
    arguments = make_arguments("id bigint", "day date", partition_by=("day", "no_such_column"))
    days = ["2026-11-20", "2026-11-21", "", "2026-11-20"]
    text = "id,day\n" + "".join(f"{number},{day}\n" for number, day in enumerate(days))
    written = run(s3, read_csv(spark, write("people.csv", text), arguments), arguments)
    folders = [path.name for path in sorted(attempt.glob("by_day=*"))]
    assert folders == [
        "by_day=2026-11-20",
        "by_day=2026-11-21",
        "by_day=__HIVE_DEFAULT_PARTITION__",
    ]
    assert [len(list(attempt.glob(f"{name}/*.parquet"))) for name in folders] == [1, 1, 1]
    assert [row["day"] for row in values(attempt)] == [
        date.fromisoformat(day) if day else None for day in days
    ]
    assert written.columns == (("id", "bigint"), ("day", "date"), ("processing_date", "date"))
