"""The Lambda engine and the Glue job make the same Parquet of the same file, or refuse it both."""

import gzip
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pipeline_spark.arguments import JobArguments
from pipeline_spark.columns import Column
from pipeline_spark.contradiction import Records, explained, leave_out, refuse, widened
from pipeline_spark.csv_pieces import CsvPieces
from pipeline_spark.csv_records import read_csv
from pipeline_spark.errors import SchemaContradictionError as SparkContradictionError
from pipeline_spark.json_lines import json_lines
from pipeline_spark.json_records import read_json
from pipeline_spark.parquet_records import read_parquet
from pipeline_spark.transforms import add_processing_date
from pyspark.sql import DataFrame, SparkSession

from functions.process_file.errors import SchemaContradictionError
from functions.validate_file.verdict import Verdict
from tests.file_ranges import FileRanges
from tests.unit.functions.process_file.corpus import CONTRADICTING, FITTING
from tests.unit.functions.process_file.engine import DAY, SOURCE, Lambda
from tests.unit.functions.validate_file.files import judge
from tests.unit.glue_scripts.conftest import MakeArguments, make_arguments, spark

__all__ = ["make_arguments", "spark"]

pytestmark = pytest.mark.spark


class Glue:
    """What a Glue job does with a file, on local disks."""

    def __init__(self, spark: SparkSession, make_arguments: MakeArguments, folder: Path) -> None:
        self._spark = spark
        self._make_arguments = make_arguments
        self._folder = folder
        self._no_s3: Any = None

    def arguments(self, verdict: Verdict) -> JobArguments:
        columns = [Column(column.name, column.type) for column in verdict.columns]
        return self._make_arguments(
            *columns,
            delimiter=verdict.delimiter,
            json_shape=verdict.json_shape,
            multi_line=verdict.multi_line is not False,
            compression=verdict.compression,
            expected_rows=verdict.row_count,
            processing_date=date.fromisoformat(DAY),
        )

    def quickly(self, data: bytes, key: str) -> pa.Table | None:
        """What the quick way makes of the file, in some pieces; None if it leaves the file."""
        verdict = judge(data, key)
        source, folder = self._folder / key, self._folder / "quick"
        source.write_bytes(data)
        some = max(16, len(data) // 4)
        way = CsvPieces(0, some, some, FileRanges(source, folder).opened)
        arguments = self.arguments(verdict)
        if not way.takes(arguments, len(data)):
            return None
        written = way.write(self._spark, self._no_s3, f"s3://{SOURCE}/{key}", arguments)
        if written is None:
            return None
        files = sorted(folder.glob(f"{written.prefix}*.parquet"))
        return pa.concat_tables(map(pq.read_table, files))

    def records(self, data: bytes, key: str) -> Records:
        verdict = judge(data, key)
        arguments = self.arguments(verdict)
        source = self._folder / key
        source.write_bytes(data)
        if verdict.json_shape in ("array", "object"):
            text = gzip.decompress(data) if verdict.compression == "gzip" else data
            source = self._folder / "lines.jsonl"
            source.write_bytes(b"".join(json_lines(io.BytesIO(text))))
        readers = {"csv": read_csv, "parquet": read_parquet}
        read = readers.get(str(verdict.file_type), read_json)
        return read(self._spark, str(source), arguments, None)

    def written(self, fitting: DataFrame, name: str) -> pa.Table:
        dated = add_processing_date(fitting, date.fromisoformat(DAY))
        folder = self._folder / name
        dated.coalesce(1).write.parquet(str(folder), compression="zstd")
        return pq.read_table(folder)


@pytest.fixture
def glue(spark: SparkSession, make_arguments: MakeArguments, tmp_path: Path) -> Glue:
    return Glue(spark, make_arguments, tmp_path)


LEFT_TO_THE_EXACT_WAY = {
    "quoted.csv": "a field holds a line break",
    "quoted-cr-lf.csv": "a field holds a line break",
    "zipped.csv.gz": "compressed",
    "zipped-twice.csv.gz": "compressed",
}


@pytest.mark.parametrize("key", FITTING)
def test_the_same_parquet(key: str, glue: Glue, engine: Lambda) -> None:
    data = FITTING[key]
    theirs = glue.written(refuse(glue.records(data, key).judged()), "fitting")
    engine.run(data, key)
    assert_same(engine.table(), theirs)

    quick = glue.quickly(data, key)
    assert (quick is None) == (not is_csv(key) or key in LEFT_TO_THE_EXACT_WAY)
    if quick is not None:
        assert_same(quick, theirs)


@pytest.mark.parametrize("key", CONTRADICTING)
def test_the_same_way_with_what_contradicts(key: str, glue: Glue, engine: Lambda) -> None:
    data = CONTRADICTING[key]
    assert glue.quickly(data, key) is None
    records = glue.records(data, key)
    with pytest.raises(SparkContradictionError) as theirs:
        refuse_or_explain(glue, records, f"s3://{SOURCE}/{key}")
    with pytest.raises(SchemaContradictionError) as ours:
        engine.run(data, key)
    assert str(ours.value) == str(theirs.value)

    engine.run(data, key, "widen")
    assert_same(engine.table(), glue.written(refuse(widened(records).judged()), "widened"))

    engine.run(data, key, "quarantine_rows")
    assert_same(engine.table(), glue.written(leave_out(records.judged()), "left"))
    assert engine.quarantined() == [json.loads(bad.json_line()) for bad in records.bad_rows()]


def is_csv(key: str) -> bool:
    return ".csv" in key or ".tsv" in key


def refuse_or_explain(glue: Glue, records: Records, uri: str) -> None:
    try:
        glue.written(refuse(records.judged()), "refused")
    except Exception as error:
        raise explained(error, uri, records) from error


def assert_same(ours: pa.Table, theirs: pa.Table) -> None:
    assert described(ours.schema) == described(theirs.schema)
    assert texts(ours) == texts(theirs)


def described(schema: pa.Schema) -> list[str]:
    fields: list[Any] = list(schema)
    return [
        f"{field.name}: {field.type}{'' if field.nullable else ' not null'}" for field in fields
    ]


def texts(table: pa.Table) -> list[str]:
    """Every record as a text in which no two different values look alike."""
    return [repr(record) for record in table.to_pylist()]
