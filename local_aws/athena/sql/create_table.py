"""Reads CREATE EXTERNAL TABLE.

https://docs.aws.amazon.com/athena/latest/ug/create-table.html
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from local_aws.athena.errors import InvalidRequestException, QueryFailed
from local_aws.athena.sql.cursor import Cursor
from local_aws.athena.sql.statements import CreateTable, TableName
from local_aws.athena.tables import hive_types
from local_aws.athena.tables.definition import Column

_HIVE = "org.apache.hadoop.hive.ql.io"
LAZY_SIMPLE = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
TEXT_INPUT = "org.apache.hadoop.mapred.TextInputFormat"
TEXT_OUTPUT = f"{_HIVE}.HiveIgnoreKeyTextOutputFormat"
PARQUET = (
    f"{_HIVE}.parquet.serde.ParquetHiveSerDe",
    f"{_HIVE}.parquet.MapredParquetInputFormat",
    f"{_HIVE}.parquet.MapredParquetOutputFormat",
)
JSON = ("org.openx.data.jsonserde.JsonSerDe", TEXT_INPUT, TEXT_OUTPUT)
# SerDe, input format and output format by the word after STORED AS.
STORED_AS: Mapping[str, tuple[str, str, str]] = {
    "PARQUET": PARQUET,
    "ORC": (f"{_HIVE}.orc.OrcSerde", f"{_HIVE}.orc.OrcInputFormat", f"{_HIVE}.orc.OrcOutputFormat"),
    "AVRO": (
        "org.apache.hadoop.hive.serde2.avro.AvroSerDe",
        f"{_HIVE}.avro.AvroContainerInputFormat",
        f"{_HIVE}.avro.AvroContainerOutputFormat",
    ),
    "TEXTFILE": (LAZY_SIMPLE, TEXT_INPUT, TEXT_OUTPUT),
    "JSONFILE": JSON,
}


@dataclass
class _Clauses:
    """What was read so far."""

    partition_keys: list[Column] = field(default_factory=list)
    serde: str = ""
    serde_parameters: dict[str, str] = field(default_factory=dict)
    input_format: str = TEXT_INPUT
    output_format: str = TEXT_OUTPUT
    location: str = ""
    comment: str | None = None
    properties: dict[str, str] = field(default_factory=dict)
    stored_serde: str = LAZY_SIMPLE


def create_external(cursor: Cursor, name: TableName, if_not_exists: bool) -> CreateTable:
    """Read what follows the table's name. Raises InvalidRequestException."""
    found = columns(cursor) if cursor.peek("(") else []
    clauses = _Clauses()
    while not cursor.at_end:
        read = next((read for words, read in _CLAUSES.items() if cursor.take(*words.split())), None)
        if read is None:
            raise cursor.error("expecting a clause of CREATE EXTERNAL TABLE")
        read(cursor, clauses)
    if not clauses.location:
        raise InvalidRequestException(
            "No location was specified for table. An S3 location must be specified",
            "MALFORMED_QUERY",
        )
    return CreateTable(
        name=name,
        if_not_exists=if_not_exists,
        columns=found,
        partition_keys=clauses.partition_keys,
        serde=clauses.serde or clauses.stored_serde,
        serde_parameters=clauses.serde_parameters or {"serialization.format": "1"},
        input_format=clauses.input_format,
        output_format=clauses.output_format,
        location=clauses.location,
        comment=clauses.comment,
        properties=clauses.properties,
    )


def columns(cursor: Cursor) -> list[Column]:
    """Read ``(name type [COMMENT 'text'], …)``."""
    found = []
    cursor.expect("(")
    while True:
        name, text = cursor.name(), cursor.type_text()
        found.append(Column(name, text, cursor.string() if cursor.take("COMMENT") else ""))
        if not cursor.take(","):
            break
    cursor.expect(")")
    _check_types(found)
    return found


def _check_types(found: list[Column]) -> None:
    for column in found:
        try:
            hive_types.to_duckdb(column.type)
        except QueryFailed as error:
            raise InvalidRequestException(
                f"Column {column.name} has the type {column.text}, which Athena does not know",
                "MALFORMED_QUERY",
            ) from error


def properties(cursor: Cursor) -> dict[str, str]:
    """Read ``('name' = 'value', …)``."""
    found: dict[str, str] = {}
    cursor.expect("(")
    while True:
        key = cursor.string()
        cursor.expect("=")
        found[key] = cursor.string()
        if not cursor.take(","):
            break
    cursor.expect(")")
    return found


def _partitioned_by(cursor: Cursor, clauses: _Clauses) -> None:
    clauses.partition_keys = columns(cursor)


def _comment(cursor: Cursor, clauses: _Clauses) -> None:
    clauses.comment = cursor.string()


def _serde(cursor: Cursor, clauses: _Clauses) -> None:
    clauses.serde = cursor.string()


def _serde_properties(cursor: Cursor, clauses: _Clauses) -> None:
    clauses.serde_parameters |= properties(cursor)


def _delimited(cursor: Cursor, clauses: _Clauses) -> None:
    clauses.serde = LAZY_SIMPLE
    while True:
        words = next((words for words in _DELIMITERS if cursor.take(*words.split())), None)
        if words is None:
            return
        text = cursor.string()
        for parameter in _DELIMITERS[words]:
            clauses.serde_parameters[parameter] = text


def _stored_as(cursor: Cursor, clauses: _Clauses) -> None:
    if cursor.take("INPUTFORMAT"):
        clauses.input_format = cursor.string()
        cursor.expect("OUTPUTFORMAT")
        clauses.output_format = cursor.string()
        return
    kind = cursor.name().upper()
    if kind not in STORED_AS:
        raise InvalidRequestException(
            f"STORED AS {kind} is not supported: use {', '.join(STORED_AS)}, or INPUTFORMAT and "
            "OUTPUTFORMAT",
            "MALFORMED_QUERY",
        )
    clauses.stored_serde, clauses.input_format, clauses.output_format = STORED_AS[kind]


def _location(cursor: Cursor, clauses: _Clauses) -> None:
    clauses.location = cursor.string()


def _table_properties(cursor: Cursor, clauses: _Clauses) -> None:
    clauses.properties |= properties(cursor)


_CLAUSES: Mapping[str, Callable[[Cursor, _Clauses], None]] = {
    "PARTITIONED BY": _partitioned_by,
    "COMMENT": _comment,
    "ROW FORMAT SERDE": _serde,
    "ROW FORMAT DELIMITED": _delimited,
    "WITH SERDEPROPERTIES": _serde_properties,
    "STORED AS": _stored_as,
    "LOCATION": _location,
    "TBLPROPERTIES": _table_properties,
}
# The SerDe's parameters that each clause sets.
_DELIMITERS: Mapping[str, tuple[str, ...]] = {
    "FIELDS TERMINATED BY": ("field.delim", "serialization.format"),
    "ESCAPED BY": ("escape.delim",),
    "COLLECTION ITEMS TERMINATED BY": ("collection.delim",),
    "MAP KEYS TERMINATED BY": ("mapkey.delim",),
    "LINES TERMINATED BY": ("line.delim",),
    "NULL DEFINED AS": ("serialization.null.format",),
}
