"""Parquet: rows and columns from the footer, held to pyarrow's and to Spark's reading of it."""

import gzip
import io
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.unit.functions.validate_file.files import Bytes, judge, types
from tests.unit.spark_session import spark_session

NESTED = pa.struct([("x", pa.int32()), ("y z", pa.list_(pa.string()))])
COLUMNS: dict[str, tuple[pa.DataType, object, str]] = {
    "bool": (pa.bool_(), True, "boolean"),
    "i8": (pa.int8(), 1, "tinyint"),
    "i16": (pa.int16(), 1, "smallint"),
    "i32": (pa.int32(), 1, "int"),
    "i64": (pa.int64(), 1, "bigint"),
    "u8": (pa.uint8(), 1, "smallint"),
    "u16": (pa.uint16(), 1, "int"),
    "u32": (pa.uint32(), 1, "bigint"),
    "u64": (pa.uint64(), 1, "decimal(20,0)"),
    "f32": (pa.float32(), 1.5, "float"),
    "f64": (pa.float64(), 1.5, "double"),
    "text": (pa.string(), "x", "string"),
    "bytes": (pa.binary(), b"x", "binary"),
    "fixed": (pa.binary(3), b"xyz", "binary"),
    "day": (pa.date32(), 1, "date"),
    "ms": (pa.timestamp("ms", "UTC"), 1, "timestamp"),
    "us": (pa.timestamp("us", "UTC"), 1, "timestamp"),
    "ns": (pa.timestamp("ns", "UTC"), 1000, "timestamp"),
    "local": (pa.timestamp("us"), 1, "timestamp_ntz"),
    "dec9": (pa.decimal128(9, 2), Decimal("1.50"), "decimal(9,2)"),
    "dec38": (pa.decimal128(38, 10), Decimal("1.5"), "decimal(38,10)"),
    "list": (pa.list_(pa.int64()), [1], "array<bigint>"),
    "lists": (pa.list_(pa.list_(pa.string())), [["a"]], "array<array<string>>"),
    "map": (pa.map_(pa.string(), pa.int64()), [("a", 1)], "map<string,bigint>"),
    "nested": (NESTED, {"x": 1, "y z": ["a"]}, "struct<x:int,`y z`:array<string>>"),
    "structs": (pa.list_(NESTED), [], "array<struct<x:int,`y z`:array<string>>>"),
}


def table(rows: int = 3) -> pa.Table:
    fields = [pa.field(name, kind) for name, (kind, _, _) in COLUMNS.items()]
    fields.append(pa.field("required", pa.int64(), nullable=False))
    arrays = [pa.array([value] * rows, kind) for kind, value, _ in COLUMNS.values()]
    return pa.table([*arrays, pa.array(range(rows))], schema=pa.schema(fields))


def written(content: pa.Table, **options: object) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(content, buffer, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("version", ["1.0", "2.4", "2.6"])
@pytest.mark.parametrize("compliant", [True, False])
def test_types_and_rows(version: str, compliant: bool) -> None:
    verdict = judge(
        written(table(), version=version, use_compliant_nested_type=compliant), "x/data.bin"
    )
    assert (verdict.file_type, verdict.row_count, verdict.compression) == ("parquet", 3, "none")
    assert verdict.encoding is None
    expected = {name: kind for name, (_, _, kind) in COLUMNS.items()} | {"required": "bigint"}
    if version == "1.0":
        # The first format has no unsigned 32 bits: pyarrow writes 64 signed ones.
        expected["u32"] = "bigint"
    if version != "2.6":
        expected["ns"] = "timestamp"
    assert types(verdict) == expected
    assert [c.name for c in verdict.columns if not c.nullable] == ["required"]


@pytest.mark.spark
def test_types_are_the_ones_that_spark_finds(tmp_path: Path) -> None:
    # Spark 3.5 reads no nanoseconds by itself; the job converts them.
    content = table().drop_columns(["ns"])
    data = written(content)
    (tmp_path / "data.parquet").write_bytes(data)
    found = spark_session().read.parquet(str(tmp_path)).dtypes
    ours = {name: kind.replace("`", "") for name, kind in types(judge(data)).items()}
    assert ours == dict(found)


def test_int96_timestamps() -> None:
    stamps = pa.table({"t": pa.array([1], pa.timestamp("us"))})
    data = written(stamps, use_deprecated_int96_timestamps=True)
    assert types(judge(data)) == {"t": "timestamp"}


def test_reads_the_footer_and_nothing_else() -> None:
    class Watched(Bytes):
        read = 0

        def read_range(self, start: int, length: int) -> bytes:
            Watched.read += length
            return super().read_range(start, length)

    from functions.validate_file.parquet_footer import read_parquet

    data = written(pa.table({"n": range(1_000_000)}), row_group_size=100_000)
    assert len(data) > 2_000_000
    assert read_parquet(Watched(data)).row_count == 1_000_000
    assert Watched.read <= 64 * 1024


def test_a_footer_longer_than_the_first_read() -> None:
    wide = pa.table({f"column_with_a_long_name_{n}": [1] for n in range(700)})
    data = written(wide)
    assert int.from_bytes(data[-8:-4], "little") > 64 * 1024
    assert len(types(judge(data))) == 700


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (lambda data: data[:-1], "INVALID_PARQUET"),
        (lambda data: data[: len(data) // 2], "INVALID_PARQUET"),
        (lambda data: data[:6], "INVALID_PARQUET"),
        (lambda data: data[:-8] + b"\xff\xff\xff\x7f" + data[-4:], "INVALID_PARQUET"),
        (lambda data: data[:-8] + b"\x05\0\0\0" + data[-4:], "INVALID_PARQUET"),
        (lambda data: b"PAR1" + bytes(40) + b"\x20\0\0\0PAR1", "INVALID_PARQUET"),
        (gzip.compress, "UNSUPPORTED_TYPE"),
    ],
)
def test_damage(damage: object, code: str) -> None:
    assert callable(damage)
    reason = judge(damage(written(table())), "x/data.parquet").reason
    assert reason
    assert reason.code == code


def test_every_cut_and_every_flipped_byte_of_a_footer_is_judged() -> None:
    data = written(pa.table({"a": [1], "b": ["x"]}))
    length = int.from_bytes(data[-8:-4], "little")
    footer = len(data) - 8 - length
    for place in range(footer, len(data)):
        changed = bytearray(data)
        changed[place] ^= 0x55
        judge(bytes(changed))
        judge(data[:place])


def test_no_rows() -> None:
    reason = judge(written(table(0))).reason
    assert reason
    assert reason.code == "NO_RECORDS"


@pytest.mark.parametrize("kind", [pa.time64("us"), pa.time32("ms"), pa.float16()])
def test_a_type_that_spark_has_not(kind: pa.DataType) -> None:
    reason = judge(written(pa.table({"odd one": pa.array([None], kind)}))).reason
    assert reason
    assert reason.code == "UNSUPPORTED_COLUMN_TYPE"
    assert "'odd one'" in reason.message


def test_names_are_held_to_the_same_rules() -> None:
    reason = judge(written(pa.table({"a": [1], "A": [1]}))).reason
    assert reason
    assert reason.code == "DUPLICATE_COLUMN"
