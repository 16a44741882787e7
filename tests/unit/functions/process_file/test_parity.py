"""The Lambda engine and the Glue job make the same Parquet of the same file, or refuse it both."""

import gzip
import io
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pipeline_spark.columns import Column
from pipeline_spark.contradiction import translate
from pipeline_spark.csv_records import read_csv
from pipeline_spark.errors import SchemaContradictionError as SparkContradictionError
from pipeline_spark.json_lines import json_lines
from pipeline_spark.json_records import read_json
from pipeline_spark.parquet_records import read_parquet
from pipeline_spark.transforms import add_processing_date
from pyspark.sql import SparkSession

from functions.process_file.errors import SchemaContradictionError
from tests.unit.functions.process_file.corpus import CONTRADICTING, FITTING
from tests.unit.functions.process_file.engine import DAY, Lambda
from tests.unit.functions.validate_file.files import judge
from tests.unit.glue_scripts.conftest import MakeArguments, make_arguments, spark

__all__ = ["make_arguments", "spark"]

pytestmark = pytest.mark.spark


def by_spark(
    spark: SparkSession, make_arguments: MakeArguments, data: bytes, key: str, folder: Path
) -> Path:
    """Do what a Glue job does with the file, on local disks, and return where its Parquet lies."""
    verdict = judge(data, key)
    columns = [Column(column.name, column.type) for column in verdict.columns]
    arguments = make_arguments(*columns, delimiter=verdict.delimiter, json_shape=verdict.json_shape)
    source = folder / key
    source.write_bytes(data)
    if verdict.json_shape in ("array", "object"):
        text = gzip.decompress(data) if verdict.compression == "gzip" else data
        source = folder / "lines.jsonl"
        source.write_bytes(b"".join(json_lines(io.BytesIO(text))))
    readers = {"csv": read_csv, "parquet": read_parquet}
    read = readers.get(str(verdict.file_type), read_json)
    try:
        records = add_processing_date(read(spark, str(source), arguments), date.fromisoformat(DAY))
        records.coalesce(1).write.parquet(str(folder / "out"), compression="zstd")
    except Exception as error:
        raise translate(error, key, columns) from error
    return folder / "out"


@pytest.mark.parametrize("key", FITTING)
def test_the_same_parquet(
    key: str, spark: SparkSession, make_arguments: MakeArguments, engine: Lambda, tmp_path: Path
) -> None:
    folder = by_spark(spark, make_arguments, FITTING[key], key, tmp_path)
    engine.run(FITTING[key], key)
    theirs, ours = pq.read_table(folder), engine.table()
    assert described(ours.schema) == described(theirs.schema)
    assert json_of(ours) == json_of(theirs)


@pytest.mark.parametrize("key", CONTRADICTING)
def test_both_refuse(
    key: str, spark: SparkSession, make_arguments: MakeArguments, engine: Lambda, tmp_path: Path
) -> None:
    with pytest.raises(SparkContradictionError):
        by_spark(spark, make_arguments, CONTRADICTING[key], key, tmp_path)
    with pytest.raises(SchemaContradictionError):
        engine.run(CONTRADICTING[key], key)


def described(schema: pa.Schema) -> list[str]:
    return [
        f"{field.name}: {field.type}{'' if field.nullable else ' not null'}" for field in schema
    ]


def json_of(table: pa.Table) -> list[str]:
    """Every record as a text in which no two different values look alike."""
    return [repr(record) for record in table.to_pylist()]
