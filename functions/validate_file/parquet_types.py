"""Parquet's schema in Spark SQL's types.

As Spark 3.5's own reader maps them: https://spark.apache.org/docs/3.5.6/sql-data-sources-parquet.html
The field numbers are those of Parquet's metadata:
https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from functions.validate_file.column_types import quoted_name
from functions.validate_file.columns import Column

_BOOLEAN, _INT32, _INT64, _INT96, _FLOAT, _DOUBLE, _BYTE_ARRAY, _FIXED = range(8)
_REQUIRED, _OPTIONAL, _REPEATED = range(3)

# SchemaElement's fields
_TYPE, _LENGTH, _REPETITION, _NAME, _CHILDREN, _CONVERTED, _SCALE, _PRECISION = range(1, 9)
_LOGICAL = 10

# LogicalType's fields; ConvertedType is the older way to say the same.
_STRING, _MAP, _LIST, _ENUM, _DECIMAL, _DATE, _TIME, _TIMESTAMP = range(1, 9)
_INTEGER, _NULL, _JSON, _BSON, _UUID, _FLOAT16 = range(10, 16)
_FROM_CONVERTED: dict[int, int] = {
    0: _STRING, 1: _MAP, 2: _MAP, 3: _LIST, 4: _ENUM, 5: _DECIMAL, 6: _DATE, 7: _TIME, 8: _TIME,
    9: _TIMESTAMP, 10: _TIMESTAMP, 19: _JSON, 20: _BSON,
}  # fmt: skip
_CONVERTED_INTEGERS: dict[int, tuple[int, bool]] = {
    11: (8, False), 12: (16, False), 13: (32, False), 14: (64, False),
    15: (8, True), 16: (16, True), 17: (32, True), 18: (64, True),
}  # fmt: skip
_SIGNED = {8: "tinyint", 16: "smallint", 32: "int", 64: "bigint"}
_UNSIGNED = {8: "smallint", 16: "int", 32: "bigint", 64: "decimal(20,0)"}
_PLAIN = {
    _BOOLEAN: "boolean", _INT32: "int", _INT64: "bigint", _INT96: "timestamp", _FLOAT: "float",
    _DOUBLE: "double", _BYTE_ARRAY: "binary", _FIXED: "binary",
}  # fmt: skip
_ANNOTATED = {
    (_INT32, _DATE): "date",
    (_BYTE_ARRAY, _STRING): "string",
    (_BYTE_ARRAY, _ENUM): "string",
    (_BYTE_ARRAY, _JSON): "string",
    (_BYTE_ARRAY, _BSON): "binary",
}
_MAX_PRECISION = 38


class UnsupportedTypeError(ValueError):
    """Spark has no type for a column."""


class SchemaError(ValueError):
    """The schema contradicts itself."""


@dataclass(frozen=True)
class _Node:
    """An element of the schema with those below it."""

    name: str
    element: dict[int, Any]
    children: tuple["_Node", ...]

    @property
    def repeated(self) -> bool:
        return bool(self.element.get(_REPETITION) == _REPEATED)

    @property
    def nullable(self) -> bool:
        return bool(self.element.get(_REPETITION) == _OPTIONAL)

    def logical(self) -> int | None:
        """Return which LogicalType it has, whether told in the new way or the old."""
        told = self.element.get(_LOGICAL)
        if told:
            return int(next(iter(told)))
        converted = self.element.get(_CONVERTED)
        if converted in _CONVERTED_INTEGERS:
            return _INTEGER
        return None if converted is None else _FROM_CONVERTED.get(converted, -1)

    def logical_details(self) -> dict[int, Any]:
        told = self.element.get(_LOGICAL) or {}
        return next(iter(told.values()), {})


def columns_of(schema: list[dict[int, Any]]) -> tuple[Column, ...]:
    """Return the columns of a schema, a list of SchemaElements in depth-first order.

    Raises UnsupportedTypeError or SchemaError, which name the column.
    """
    elements = iter(schema)
    root = _read_node(elements, 0)
    if next(elements, None) is not None:
        raise SchemaError("the schema has elements outside its root")
    return tuple(Column(node.name, _type(node), node.nullable) for node in root.children)


def _read_node(elements: Iterator[dict[int, Any]], depth: int) -> _Node:
    element = next(elements, None)
    if element is None or not isinstance(element.get(_NAME), bytes) or depth > 64:
        raise SchemaError("the schema is cut short or nested too deeply")
    count = element.get(_CHILDREN) or 0
    children = tuple(_read_node(elements, depth + 1) for _ in range(count))
    return _Node(element[_NAME].decode(errors="replace"), element, children)


def _type(node: _Node) -> str:
    kind = _group(node) if _TYPE not in node.element else _primitive(node)
    # A repeated field outside a list is a list of what it is, never null.
    in_list = node.repeated and node.logical() not in (_LIST, _MAP)
    return f"array<{kind}>" if in_list else kind


def _group(node: _Node) -> str:
    logical = node.logical()
    if logical == _LIST and len(node.children) == 1:
        return f"array<{_element(node, node.children[0])}>"
    if logical == _MAP and len(node.children) == 1 and len(node.children[0].children) == 2:
        key, value = node.children[0].children
        return f"map<{_type(key)},{_type(value)}>"
    return _struct(node)


def _element(parent: _Node, repeated: _Node) -> str:
    """Return a list's element type, by Parquet's rules for old writers too.

    https://github.com/apache/parquet-format/blob/master/LogicalTypes.md#lists
    """
    is_element = len(repeated.children) != 1 or repeated.name in ("array", f"{parent.name}_tuple")
    if not is_element:
        return _type(repeated.children[0])
    return _struct(repeated) if repeated.children else _primitive(repeated)


def _struct(node: _Node) -> str:
    if not node.children:
        raise UnsupportedTypeError(f"column {node.name!r} is a group without fields")
    fields = (f"{quoted_name(child.name)}:{_type(child)}" for child in node.children)
    return f"struct<{','.join(fields)}>"


def _primitive(node: _Node) -> str:
    physical, logical = node.element[_TYPE], node.logical()
    if physical not in _PLAIN:
        raise SchemaError(f"column {node.name!r} has the unknown type {physical}")
    if logical is None or (logical == _NULL and physical == _INT32):
        return _PLAIN[physical]
    found = _annotated(node, physical, logical)
    if found is None:
        raise UnsupportedTypeError(
            f"column {node.name!r} has a type that Spark does not read "
            f"({_LOGICAL_NAMES.get(logical, 'unknown to it')})"
        )
    return found


_LOGICAL_NAMES = {_TIME: "a time of day", _UUID: "a UUID", _FLOAT16: "a 16-bit float"}


def _annotated(node: _Node, physical: int, logical: int) -> str | None:
    if logical == _DECIMAL:
        return _decimal(node)
    if physical in (_INT32, _INT64) and logical == _INTEGER:
        bits, signed = _integer(node)
        return (_SIGNED if signed else _UNSIGNED).get(bits)
    if physical == _INT64 and logical == _TIMESTAMP:
        # The older way to say it knows only instants.
        adjusted = node.logical_details().get(1, True)
        return "timestamp" if adjusted else "timestamp_ntz"
    return _ANNOTATED.get((physical, logical))


def _integer(node: _Node) -> tuple[int, bool]:
    details = node.logical_details()
    if details:
        return details.get(1, 0), bool(details.get(2))
    return _CONVERTED_INTEGERS[node.element[_CONVERTED]]


def _decimal(node: _Node) -> str:
    details = node.logical_details()
    scale = details.get(1, node.element.get(_SCALE, 0))
    precision = details.get(2, node.element.get(_PRECISION, 0))
    if not 0 < precision <= _MAX_PRECISION or not 0 <= scale <= precision:
        raise UnsupportedTypeError(
            f"column {node.name!r} is a decimal({precision},{scale}); Spark reads up to "
            f"{_MAX_PRECISION} digits"
        )
    return f"decimal({precision},{scale})"
