"""Parquet files of others, read by Spark."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pipeline_spark.arguments import JobArguments
from pipeline_spark.contradiction import refuse
from pipeline_spark.errors import SchemaContradictionError
from pipeline_spark.parquet_records import read_parquet
from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

Make = Callable[..., JobArguments]


def test_keeps_the_files_own_types(
    spark: SparkSession, make_arguments: Make, tmp_path: Path
) -> None:
    path = tmp_path / "own.parquet"
    pq.write_table(pa.table({"a": pa.array([1], pa.int32()), "b.c": ["x"]}), path)
    found = refuse(read_parquet(spark, str(path), make_arguments("a int", "b.c string")).judged())
    assert found.dtypes == [("a", "int"), ("b.c", "string")]
    assert [tuple(row) for row in found.collect()] == [(1, "x")]


@pytest.mark.parametrize(("zone", "type_name"), [("UTC", "timestamp"), (None, "timestamp_ntz")])
def test_nanoseconds_become_microseconds(
    spark: SparkSession, make_arguments: Make, tmp_path: Path, zone: str | None, type_name: str
) -> None:
    nanos = [1_700_000_000_123_456_789, -1, None]
    path = tmp_path / "nanos.parquet"
    pq.write_table(
        pa.table({"t": pa.array(nanos, pa.timestamp("ns", tz=zone)), "n": [1, 2, 3]}), path
    )
    found = refuse(
        read_parquet(spark, str(path), make_arguments(f"t {type_name}", "n bigint")).judged()
    )
    assert found.dtypes == [("t", type_name), ("n", "bigint")]
    micros = found.selectExpr("unix_micros(cast(t as timestamp))").collect()
    assert [row[0] for row in micros] == [1_700_000_000_123_456, -1, None]
    # 1969-12-31 23:59:59.999999, which a division towards zero would make 1970.
    assert datetime.fromtimestamp(-1e-6, UTC).year == 1969


def test_other_columns_than_validated_are_refused(
    spark: SparkSession, make_arguments: Make, tmp_path: Path
) -> None:
    path = tmp_path / "other.parquet"
    pq.write_table(pa.table({"a": [1], "b": [2]}), path)
    with pytest.raises(SchemaContradictionError, match="its columns are a, b, validation saw a"):
        read_parquet(spark, str(path), make_arguments("a bigint")).judged()
