"""The columns of a result, and their values as text.

https://docs.aws.amazon.com/athena/latest/APIReference/API_ColumnInfo.html. The pages do not give
the figures of ``Precision`` nor how values are spelled; those here were measured by the
athena-local project (its README).
"""

import math
import re
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from local_aws.host.ports import Response

type Formatter = Callable[[Any], str]

LONGEST_TEXT = 2147483647
# DuckDB's type: Athena's name, precision.
_TYPES: Mapping[str, tuple[str, int]] = {
    "boolean": ("boolean", 0),
    "tinyint": ("tinyint", 3),
    "smallint": ("smallint", 5),
    "integer": ("integer", 10),
    "bigint": ("bigint", 19),
    "hugeint": ("bigint", 19),  # a sum of integers, in Trino a bigint
    "utinyint": ("smallint", 5),
    "usmallint": ("integer", 10),
    "uinteger": ("bigint", 19),
    "ubigint": ("bigint", 19),
    "float": ("float", 17),
    "double": ("double", 17),
    "varchar": ("varchar", LONGEST_TEXT),
    "json": ("json", 0),
    "uuid": ("uuid", 0),
    "blob": ("varbinary", 1073741824),
    "date": ("date", 0),
    "time": ("time", 3),
    "interval": ("interval day to second", 0),
    "list": ("array", 0),
    "array": ("array", 0),
    "map": ("map", 0),
    "struct": ("row", 0),
    "tuple": ("row", 0),
    "null": ("unknown", 0),
}
_UNNAMED_FIELD = re.compile(r"_\d+")


@dataclass(frozen=True)
class ResultColumn:
    """A column of a result."""

    name: str
    type: str
    precision: int = 0
    scale: int = 0

    def to_api(self) -> Response:
        """Return the API's ColumnInfo."""
        return {
            "CatalogName": "hive",
            "SchemaName": "",
            "TableName": "",
            "Name": self.name,
            "Label": self.name,
            "Type": self.type,
            "Precision": self.precision,
            "Scale": self.scale,
            "Nullable": "UNKNOWN",
            "CaseSensitive": self.type in {"varchar", "char"},
        }


def result_column(name: str, duckdb_type: Any) -> ResultColumn:
    """Return the column that a column of DuckDB's is for Athena."""
    kind = _kind(duckdb_type)
    if kind == "decimal":
        # Trino's decimals have at most 38 digits, DuckDB's too.
        (_, precision), (_, scale) = duckdb_type.children
        return ResultColumn(name, "decimal", precision, scale)
    if kind.startswith("timestamp"):
        with_zone = " with time zone" if "zone" in kind else ""
        return ResultColumn(name, f"timestamp{with_zone}", 3)
    return ResultColumn(name, *_TYPES.get(kind, ("varchar", LONGEST_TEXT)))


def formatter(duckdb_type: Any) -> Formatter:
    """Return how values of a type are written. No value is None."""
    kind = _kind(duckdb_type)
    if kind in {"list", "array"}:
        return _of_list(formatter(duckdb_type.children[0][1]))
    if kind in {"struct", "tuple"}:
        # Athena's names are in lower case, however a file spells them.
        return _of_row([(name.lower(), formatter(child)) for name, child in duckdb_type.children])
    if kind == "map":
        (_, key), (_, value) = duckdb_type.children
        return _of_map(formatter(key), formatter(value))
    if kind.startswith("timestamp"):
        return _of_timestamp(kind)
    return _FORMATTERS.get(kind, str)


def _kind(duckdb_type: Any) -> str:
    # JSON is a varchar by its id.
    return "json" if str(duckdb_type) == "JSON" else str(duckdb_type.id)


def _item(write: Formatter, value: Any) -> str:
    return "null" if value is None else write(value)


def _of_list(write: Formatter) -> Formatter:
    return lambda values: f"[{', '.join(_item(write, value) for value in values)}]"


def _of_row(fields: Sequence[tuple[str, Formatter]]) -> Formatter:
    plain = all(_UNNAMED_FIELD.fullmatch(name) or not name for name, _ in fields)

    def write(row: Any) -> str:
        values = row.values() if isinstance(row, dict) else row
        texts = [_item(of, value) for (_, of), value in zip(fields, values, strict=True)]
        if not plain:
            names = (name for name, _ in fields)
            texts = [f"{name}={text}" for name, text in zip(names, texts, strict=True)]
        return f"{{{', '.join(texts)}}}"

    return write


def _of_map(key: Formatter, value: Formatter) -> Formatter:
    def write(entries: Mapping[Any, Any]) -> str:
        pairs = (f"{key(k)}={_item(value, entries[k])}" for k in sorted(entries))
        return f"{{{', '.join(pairs)}}}"

    return write


def _of_timestamp(kind: str) -> Formatter:
    suffix = " UTC" if "zone" in kind else ""
    whole = kind == "timestamp_s"

    def write(value: datetime) -> str:
        text = value.strftime("%Y-%m-%d %H:%M:%S")
        if not whole:
            micros = value.microsecond
            text += f".{micros:06}" if micros % 1000 else f".{micros // 1000:03}"
        return text + suffix

    return write


def _of_boolean(value: bool) -> str:
    return "true" if value else "false"


def _of_bytes(value: bytes) -> str:
    return value.hex(" ")


def _of_double(value: float) -> str:
    return java_number(repr(value), value)


def _of_float(value: float) -> str:
    """Write the shortest text that is the same 32-bit number."""
    for digits in range(1, 10):
        text = f"{value:.{digits}g}"
        if math.isfinite(value) and struct.pack("f", float(text)) == struct.pack("f", value):
            return java_number(repr(float(text)), float(text))
    return java_number(repr(value), value)


def java_number(shortest: str, value: float) -> str:
    """Write a number as Java does: plain from 0.001 up to 10 million, else with an exponent."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return shortest
    sign, digits, exponent = Decimal(shortest).normalize().as_tuple()
    text = "".join(map(str, digits))
    power = int(exponent) + len(text) - 1
    return f"{'-' if sign else ''}{text[0]}.{text[1:] or '0'}E{power}"


_FORMATTERS: Mapping[str, Formatter] = {
    "boolean": _of_boolean,
    "blob": _of_bytes,
    "double": _of_double,
    "float": _of_float,
}
