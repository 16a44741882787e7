"""Columns as validation describes them, in Arrow's types.

Spark SQL's types become Arrow's so that both write the same Parquet; an instant is UTC with
microseconds, as Spark's is.
https://spark.apache.org/docs/3.5.6/sql-ref-datatypes.html
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from functions.common.errors import InvalidInputError

INSTANT = pa.timestamp("us", "UTC")
PROCESSING_DATE = "processing_date"

_PLAIN: Mapping[str, pa.DataType] = {
    "boolean": pa.bool_(),
    "tinyint": pa.int8(),
    "smallint": pa.int16(),
    "int": pa.int32(),
    "bigint": pa.int64(),
    "float": pa.float32(),
    "double": pa.float64(),
    "string": pa.string(),
    "binary": pa.binary(),
    "date": pa.date32(),
    "timestamp": INSTANT,
    "timestamp_ntz": pa.timestamp("us"),
}
_TOKEN = re.compile(r"`((?:[^`]|``)*)`|([A-Za-z0-9_]+)|([<>(),:])")


@dataclass(frozen=True)
class Column:
    """A column: its name as the file spells it, its Spark SQL type and the same in Arrow's."""

    name: str
    type: str
    arrow: pa.DataType

    @classmethod
    def of(cls, name: str, type_name: str) -> "Column":
        """Return the column. Raises InvalidInputError for a type that is none of Spark's."""
        return cls(name, type_name, arrow_type(type_name))

    def to_json(self) -> dict[str, Any]:
        """Return the column as validation describes it."""
        return {"name": self.name, "type": self.type, "nullable": True}

    def widened(self) -> "Column":
        """Return the column as one of text, which holds whatever stands in the file."""
        return Column.of(self.name, "string")


def schema_of(columns: Iterable[Column]) -> pa.Schema:
    """Return the columns as Arrow's schema. Each may hold null, as all that Spark reads."""
    return pa.schema([pa.field(column.name, column.arrow) for column in columns])


def arrow_type(ddl: str) -> pa.DataType:
    """Return Arrow's type for one of Spark SQL's, such as ``array<struct<id:bigint>>``.

    Raises InvalidInputError.
    """
    tokens = [found.group(0) for found in _TOKEN.finditer(ddl)]
    if "".join(tokens) != ddl:
        raise _unknown(ddl)
    reader = _Reader(ddl, tokens)
    kind = reader.type()
    if reader.tokens:
        raise _unknown(ddl)
    return kind


class _Reader:
    def __init__(self, ddl: str, tokens: list[str]) -> None:
        self._ddl = ddl
        self.tokens = tokens[::-1]

    def type(self) -> pa.DataType:
        name = self._next()
        if name == "decimal":
            return self._decimal()
        if name == "array":
            self._expect("<")
            element = self.type()
            self._expect(">")
            return pa.list_(pa.field("element", element))
        if name == "map":
            self._expect("<")
            key = self.type()
            self._expect(",")
            value = self.type()
            self._expect(">")
            return pa.map_(key, value)
        if name == "struct":
            return self._struct()
        if name not in _PLAIN:
            raise _unknown(self._ddl)
        return _PLAIN[name]

    def _struct(self) -> pa.DataType:
        self._expect("<")
        fields = []
        while True:
            name = self._next()
            if name.startswith("`"):
                name = name[1:-1].replace("``", "`")
            self._expect(":")
            fields.append(pa.field(name, self.type()))
            if self._next() == ">":
                return pa.struct(fields)

    def _decimal(self) -> pa.DataType:
        if not self.tokens or self.tokens[-1] != "(":
            return pa.decimal128(10, 0)
        self._expect("(")
        precision, scale = int(self._next()), 0
        if self._next() == ",":
            scale = int(self._next())
            self._expect(")")
        return pa.decimal128(precision, scale)

    def _next(self) -> str:
        if not self.tokens:
            raise _unknown(self._ddl)
        return self.tokens.pop()

    def _expect(self, token: str) -> None:
        if self._next() != token:
            raise _unknown(self._ddl)


def _unknown(ddl: str) -> InvalidInputError:
    return InvalidInputError(f"{ddl!r} is no type of a column that validate_file would find.")
