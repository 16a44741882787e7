"""A folder of raw files into Parquet; Spark and S3 together: tests/integration."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pyarrow.parquet as pq
import pytest
from moto import mock_aws
from pipeline_spark import output
from pipeline_spark.arguments import S3Location
from pipeline_spark.columns import Column
from pipeline_spark.contradiction import refuse
from pipeline_spark.conversion import Conversion, _write, convert, read
from pipeline_spark.errors import BadArgumentError, NoRawDataError, SchemaContradictionError
from pyspark.sql import SparkSession

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

OPTIONS = {
    "raw_path": "s3://data/raw/orders/",
    "raw_format": "csv",
    "delimiter": ";",
    "columns": '[{"name": "id", "type": "bigint"}, {"name": "day", "type": "date"}]',
    "partition_by": "day",
    "curated_path": "s3://data/curated/orders/",
}


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator["S3Client"]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="data")
        yield client


def test_arguments_become_a_conversion() -> None:
    assert Conversion.parse(OPTIONS) == Conversion(
        raw=S3Location("data", "raw/orders/"),
        raw_format="csv",
        delimiter=";",
        columns=(Column("id", "bigint"), Column("day", "date")),
        partition_by=("day",),
        curated=S3Location("data", "curated/orders/"),
    )
    assert Conversion.parse({**OPTIONS, "partition_by": "-"}).partition_by == ()


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("raw_path", "s3://data/raw/orders", "--raw_path is .* ending in /"),
        ("curated_path", "data/curated/", "--curated_path: .* s3://bucket/key"),
        ("raw_format", "xml", "--raw_format is 'xml'; use csv or json"),
        ("partition_by", "month", "names month, which the columns lack: id, day"),
        ("partition_by", "id,day", "every column"),
    ],
)
def test_a_senseless_argument_is_named(name: str, value: str, message: str) -> None:
    with pytest.raises(BadArgumentError, match=message):
        Conversion.parse({**OPTIONS, name: value})


@pytest.mark.spark
def test_all_files_of_a_folder_are_read(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id;day\n1;2026-11-19\n")
    (tmp_path / "b.csv").write_text("id;day\n2;2026-11-20\n3;\n")
    rows = (
        refuse(read(spark, Conversion.parse(OPTIONS), str(tmp_path)).judged())
        .orderBy("id")
        .collect()
    )
    assert [(row.id, str(row.day)) for row in rows] == [
        (1, "2026-11-19"),
        (2, "2026-11-20"),
        (3, "None"),
    ]


@pytest.mark.spark
def test_json_lines_are_read(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"id": 1, "day": "2026-11-19"}\n{"id": 2}\n')
    conversion = Conversion.parse({**OPTIONS, "raw_format": "json"})
    rows = refuse(read(spark, conversion, str(tmp_path)).judged()).orderBy("id").collect()
    assert [(row.id, str(row.day)) for row in rows] == [(1, "2026-11-19"), (2, "None")]


@pytest.mark.spark
def test_partitions_become_folders_of_one_file_each(spark: SparkSession, tmp_path: Path) -> None:
    raw, staged = tmp_path / "raw", tmp_path / "staged"
    raw.mkdir()
    for number in range(4):
        days = "".join(f"{number};2026-11-{day}\n" for day in (19, 20))
        (raw / f"{number}.csv").write_text(f"id;day\n{days}")
    records = refuse(read(spark, Conversion.parse(OPTIONS), str(raw)).judged()).repartition("day")
    assert output.write_parquet(records, str(staged), ["day"]) == 8
    files = sorted(staged.rglob("*.parquet"))
    assert [file.parent.name for file in files] == ["day=2026-11-19", "day=2026-11-20"]
    assert pq.ParquetFile(files[0]).schema_arrow.names == ["id"]


@pytest.mark.spark
def test_a_record_that_does_not_fit_ends_the_job(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "a.csv").write_text("id;day\none;2026-11-19\n")
    # Spark here knows no S3: a location whose URI is a local folder.
    monkeypatch.setattr(S3Location, "uri", lambda self: f"{tmp_path}/{self.key}")
    conversion = replace(Conversion.parse(OPTIONS), raw=S3Location("data", "raw/"))
    with pytest.raises(SchemaContradictionError, match="Column id: 'one' is no bigint"):
        _write(spark, conversion, S3Location("data", "staged/"))


@pytest.mark.spark
def test_an_empty_folder_ends_the_job_before_anything_is_replaced(
    spark: SparkSession, s3: "S3Client"
) -> None:
    s3.put_object(Bucket="data", Key="raw/orders/")
    s3.put_object(Bucket="data", Key="curated/orders/old.parquet", Body=b"old")
    with pytest.raises(NoRawDataError, match="below s3://data/raw/orders/"):
        convert(spark, s3, Conversion.parse(OPTIONS), "run")
    kept = s3.list_objects_v2(Bucket="data", Prefix="curated/")["Contents"]
    assert [item["Key"] for item in kept] == ["curated/orders/old.parquet"]
