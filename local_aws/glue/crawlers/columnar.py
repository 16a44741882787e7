"""Files that carry their schema: Avro, ORC and Parquet."""

import io
import json
from collections.abc import Iterable
from typing import Any, BinaryIO

import fastavro
import pyarrow as pa
from pyarrow import orc, parquet

from local_aws.glue.crawlers import classified
from local_aws.glue.crawlers.classified import Classified
from local_aws.glue.crawlers.hive_types import (
    BIGINT,
    BOOLEAN,
    DOUBLE,
    INT,
    STRING,
    Array,
    Column,
    HiveType,
    Map,
    Scalar,
    Struct,
)
from local_aws.glue.crawlers.samples import Sample

# What the readers raise for a file that is not what it claims to be.
UNREADABLE = (pa.ArrowException, OSError, ValueError, EOFError, KeyError, IndexError, StopIteration)


def classify_avro(file: BinaryIO, size: int, sample: Sample) -> Classified | None:
    """Read the schema at the file's beginning; None if it is no Avro file."""
    if not sample.data.startswith(b"Obj\x01"):
        return None
    blocks = fastavro.block_reader(file)
    schema = blocks.writer_schema
    if not isinstance(schema, dict) or schema.get("type") != "record":
        return None
    records = _avro_records(blocks, size)
    literal = json.dumps({k: v for k, v in schema.items() if not k.startswith("__")})
    return Classified(
        "avro",
        tuple(Column(name, kind) for name, kind in _avro_fields(schema)),
        records=records,
        record_size=size // max(records, 1),
        serde=classified.AVRO,
        serde_parameters={"serialization.format": "1", "avro.schema.literal": literal},
        parameters={"avro.schema.literal": literal},
    )


def classify_orc(file: BinaryIO, size: int, sample: Sample) -> Classified | None:
    """Read the file's metadata; None if it is no ORC file."""
    if not sample.data.startswith(b"ORC"):
        return None
    reader = orc.ORCFile(pa.PythonFile(file, mode="r"))
    return _self_described("orc", reader.schema, reader.nrows, size, classified.ORC)


def classify_parquet(file: BinaryIO, size: int, sample: Sample) -> Classified | None:
    """Read the schema at the file's end; None if it is no Parquet file."""
    if not sample.data.startswith(b"PAR1"):
        return None
    reader = parquet.ParquetFile(pa.PythonFile(file, mode="r"))
    rows = reader.metadata.num_rows
    return _self_described("parquet", reader.schema_arrow, rows, size, classified.PARQUET)


def _self_described(name: str, schema: Any, rows: int, size: int, serde: str) -> Classified:
    return Classified(
        name,
        tuple(Column(field.name, _from_arrow(field.type)) for field in schema),
        records=rows,
        record_size=size // max(rows, 1),
        serde=serde,
        serde_parameters={"serialization.format": "1"},
    )


def _avro_records(blocks: Any, size: int) -> int:
    """Count the records of the first blocks, and extrapolate if there are more."""
    counted = read = 0
    for block in blocks:
        counted += block.num_records
        read = block.offset + block.size
        if read > io.DEFAULT_BUFFER_SIZE * 128:
            return counted * size // read
    return counted


_ARROW = (
    (pa.types.is_boolean, BOOLEAN),
    (pa.types.is_int8, Scalar("tinyint")),
    (lambda kind: pa.types.is_int16(kind) or pa.types.is_uint8(kind), Scalar("smallint")),
    (lambda kind: pa.types.is_int32(kind) or pa.types.is_uint16(kind), INT),
    (pa.types.is_integer, BIGINT),
    (lambda kind: pa.types.is_float32(kind) or pa.types.is_float16(kind), Scalar("float")),
    (pa.types.is_floating, DOUBLE),
    (pa.types.is_timestamp, Scalar("timestamp")),
    (pa.types.is_date, Scalar("date")),
    (pa.types.is_binary, Scalar("binary")),
    (pa.types.is_large_binary, Scalar("binary")),
    (pa.types.is_fixed_size_binary, Scalar("binary")),
)


def _from_arrow(kind: Any) -> HiveType:
    result: HiveType = STRING
    if pa.types.is_decimal(kind):
        result = Scalar(f"decimal({kind.precision},{kind.scale})")
    elif pa.types.is_dictionary(kind):
        result = _from_arrow(kind.value_type)
    elif pa.types.is_map(kind):
        result = Map(_from_arrow(kind.key_type), _from_arrow(kind.item_type))
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind):
        result = Array(_from_arrow(kind.value_type))
    elif pa.types.is_struct(kind):
        result = Struct(tuple((field.name, _from_arrow(field.type)) for field in kind))
    else:
        result = next((hive for check, hive in _ARROW if check(kind)), STRING)
    return result


# Avro's types in Hive: https://cwiki.apache.org/confluence/display/Hive/AvroSerDe
_AVRO = {
    "boolean": BOOLEAN,
    "int": INT,
    "long": BIGINT,
    "float": Scalar("float"),
    "double": DOUBLE,
    "string": STRING,
    "enum": STRING,
    "bytes": Scalar("binary"),
    "fixed": Scalar("binary"),
}
_AVRO_LOGICAL = {
    "date": Scalar("date"),
    "timestamp-millis": Scalar("timestamp"),
    "timestamp-micros": Scalar("timestamp"),
}


def _avro_fields(schema: dict[str, Any]) -> Iterable[tuple[str, HiveType]]:
    return [(field["name"], _from_avro(field["type"])) for field in schema["fields"]]


def _from_avro(schema: Any) -> HiveType:
    result: HiveType = STRING
    if isinstance(schema, list):
        kinds = [kind for kind in schema if kind != "null"]
        # Hive has a union type that neither Athena nor Spark reads: a mixed column is text.
        result = _from_avro(kinds[0]) if len(kinds) == 1 else STRING
    elif isinstance(schema, str):
        result = _AVRO.get(schema, STRING)
    elif schema.get("logicalType") == "decimal":
        result = Scalar(f"decimal({schema['precision']},{schema.get('scale', 0)})")
    elif schema.get("logicalType") in _AVRO_LOGICAL:
        result = _AVRO_LOGICAL[schema["logicalType"]]
    elif schema["type"] == "record":
        result = Struct(tuple(_avro_fields(schema)))
    elif schema["type"] == "array":
        result = Array(_from_avro(schema["items"]))
    elif schema["type"] == "map":
        result = Map(STRING, _from_avro(schema["values"]))
    else:
        result = _from_avro(schema["type"])
    return result
