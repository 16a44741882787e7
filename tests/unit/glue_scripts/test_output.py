"""Transforms, what is written, and how it takes the place of what was there."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pyarrow.parquet as pq
import pytest
from moto import mock_aws
from pipeline_spark import output
from pipeline_spark.arguments import S3Location
from pipeline_spark.errors import ReservedColumnError
from pipeline_spark.transforms import add_processing_date
from pyspark.sql import SparkSession

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

FOLDER = S3Location("out", "processed/people/source_object=a/")
NEIGHBOUR = "processed/people/source_object=ab/part.parquet"


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator["S3Client"]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="out")
        yield client


def keys(s3: "S3Client") -> set[str]:
    found = s3.list_objects_v2(Bucket="out").get("Contents", [])
    return {item["Key"] for item in found}


@pytest.mark.spark
def test_written_files_hold_all_rows_types_and_the_date(
    spark: SparkSession, tmp_path: Path
) -> None:
    records = spark.sql("select 1L id, timestamp'2026-11-20 10:00:00' t union all select 2L, null")
    day = date(2026, 11, 20)
    folder = tmp_path / "staged"
    assert output.write_parquet(add_processing_date(records, day), str(folder)) == 2
    table = pq.read_table(folder)
    assert {field.name: str(field.type) for field in table.schema} == {
        "id": "int64",
        "t": "timestamp[us, tz=UTC]",
        "processing_date": "date32[day]",
    }
    assert table["processing_date"].to_pylist() == [day, day]
    footer = pq.ParquetFile(next(folder.glob("*.parquet"))).metadata
    assert footer.row_group(0).column(0).compression == "ZSTD"


@pytest.mark.spark
def test_a_file_without_rows_counts_none(spark: SparkSession, tmp_path: Path) -> None:
    records = spark.range(10).where("id < 0")
    assert output.write_parquet(records, str(tmp_path / "none")) == 0


@pytest.mark.spark
@pytest.mark.parametrize("name", ["processing_date", "Processing_Date"])
def test_a_column_of_the_jobs_own_name_is_refused(spark: SparkSession, name: str) -> None:
    records = spark.createDataFrame([("x",)], [name])
    with pytest.raises(ReservedColumnError, match=name):
        add_processing_date(records, date(2026, 11, 20))


def test_the_result_names_the_parquet_of_the_attempt_and_nothing_else(s3: "S3Client") -> None:
    attempt = S3Location("out", "attempts/people/x/jr_1/")
    for name in ("part-0.parquet", "day=1/part-1.parquet", "_SUCCESS", "_temporary/0/t.parquet"):
        s3.put_object(Bucket="out", Key=attempt.key + name, Body=b"1234")
    s3.put_object(Bucket="out", Key="attempts/people/x/jr_10/part-0.parquet", Body=b"another")
    written = output.Written(5, 0, (("id", "bigint"),))
    output.write_result(s3, attempt, "jr_1", written)
    body = s3.get_object(Bucket="out", Key=f"{attempt.key}_result.json")["Body"].read()
    assert json.loads(body) == {
        "attempt_id": "jr_1",
        "rows": 5,
        "quarantined_rows": 0,
        "files": [
            {"key": f"{attempt.key}day=1/part-1.parquet", "size": 4},
            {"key": f"{attempt.key}part-0.parquet", "size": 4},
        ],
        "columns": [{"name": "id", "type": "bigint"}],
    }


def test_each_way_names_its_own_files_whatever_late_tasks_of_the_other_leave(
    s3: "S3Client",
) -> None:
    attempt = S3Location("out", "attempts/people/x/jr_1/")
    for name in ("part-0.parquet", "arrow-00000-part-00000.parquet"):
        s3.put_object(Bucket="out", Key=attempt.key + name, Body=b"1234")
    named = {}
    for prefix in (output.BY_SPARK, output.BY_ARROW):
        output.write_result(s3, attempt, "jr_1", output.Written(5, 0, (), prefix))
        body = s3.get_object(Bucket="out", Key=f"{attempt.key}_result.json")["Body"].read()
        named[prefix] = [
            file["key"].removeprefix(attempt.key) for file in json.loads(body)["files"]
        ]
    assert named == {"part-": ["part-0.parquet"], "arrow-": ["arrow-00000-part-00000.parquet"]}


@pytest.mark.spark
def test_columns_are_named_with_the_types_of_the_catalog(spark: SparkSession) -> None:
    records = spark.sql(
        "select 1L id, named_struct('a', array(1.5d)) s, cast(1 as decimal(38,18)) d, "
        "timestamp'2026-11-20 10:00:00' t"
    )
    assert output.columns_of(records) == (
        ("id", "bigint"),
        ("s", "struct<a:array<double>>"),
        ("d", "decimal(38,18)"),
        ("t", "timestamp"),
    )


def test_new_files_replace_old_ones_and_nothing_else(s3: "S3Client") -> None:
    staged = output.staging_for(FOLDER, "people-1")
    for key in (f"{FOLDER.key}old.parquet", f"{FOLDER.key}deep/old", NEIGHBOUR):
        s3.put_object(Bucket="out", Key=key, Body=b"old")
    for name in ("part-0.parquet", "part-1.parquet", "_SUCCESS"):
        s3.put_object(Bucket="out", Key=staged.key + name, Body=b"new")
    output.replace(s3, staged, FOLDER)
    output.remove(s3, staged)
    assert keys(s3) == {f"{FOLDER.key}part-0.parquet", f"{FOLDER.key}part-1.parquet", NEIGHBOUR}
    body = s3.get_object(Bucket="out", Key=f"{FOLDER.key}part-0.parquet")["Body"].read()
    assert body == b"new"


def test_more_files_than_one_delete_takes(s3: "S3Client") -> None:
    for number in range(1_005):
        s3.put_object(Bucket="out", Key=f"{FOLDER.key}{number}", Body=b"")
    output.remove(s3, FOLDER)
    assert keys(s3) == set()


def test_each_attempt_stages_apart() -> None:
    assert output.staging_for(FOLDER, "e") != output.staging_for(FOLDER, "e")
