"""The schema in Parquet's footer, as a tree.

The field numbers are those of Parquet's metadata:
https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum, auto
from typing import Any

_MAX_DEPTH = 64
_OPTIONAL, _REPEATED = 1, 2


class Physical(IntEnum):
    """How values are stored."""

    BOOLEAN = 0
    INT32 = 1
    INT64 = 2
    INT96 = 3
    FLOAT = 4
    DOUBLE = 5
    BYTE_ARRAY = 6
    FIXED = 7


class Logical(Enum):
    """What stored values mean."""

    STRING = auto()
    MAP = auto()
    LIST = auto()
    ENUM = auto()
    DECIMAL = auto()
    DATE = auto()
    TIME = auto()
    TIMESTAMP = auto()
    INTEGER = auto()
    NULL = auto()
    JSON = auto()
    BSON = auto()
    UUID = auto()
    FLOAT16 = auto()
    UNKNOWN = auto()


# LogicalType's fields, and the values of ConvertedType, which is the older way to say the same.
_LOGICAL_TYPES: Mapping[int, Logical] = {
    1: Logical.STRING, 2: Logical.MAP, 3: Logical.LIST, 4: Logical.ENUM, 5: Logical.DECIMAL,
    6: Logical.DATE, 7: Logical.TIME, 8: Logical.TIMESTAMP, 10: Logical.INTEGER, 11: Logical.NULL,
    12: Logical.JSON, 13: Logical.BSON, 14: Logical.UUID, 15: Logical.FLOAT16,
}  # fmt: skip
_CONVERTED_TYPES: Mapping[int, Logical] = {
    0: Logical.STRING, 1: Logical.MAP, 2: Logical.MAP, 3: Logical.LIST, 4: Logical.ENUM,
    5: Logical.DECIMAL, 6: Logical.DATE, 7: Logical.TIME, 8: Logical.TIME, 9: Logical.TIMESTAMP,
    10: Logical.TIMESTAMP, 19: Logical.JSON, 20: Logical.BSON,
    **dict.fromkeys(range(11, 19), Logical.INTEGER),
}  # fmt: skip
_CONVERTED_INTEGERS: Mapping[int, tuple[int, bool]] = {
    11: (8, False), 12: (16, False), 13: (32, False), 14: (64, False),
    15: (8, True), 16: (16, True), 17: (32, True), 18: (64, True),
}  # fmt: skip


class SchemaError(ValueError):
    """The schema contradicts itself."""


@dataclass(frozen=True)
class Node:
    """A column, or a part of one. ``physical`` is None for a group.

    ``bits`` and ``signed`` are told for integers, ``precision`` and ``scale`` for decimals,
    ``adjusted`` for timestamps: whether they are instants.
    """

    name: str
    physical: Physical | None
    logical: Logical | None
    nullable: bool
    repeated: bool
    children: tuple["Node", ...]
    bits: int
    signed: bool
    precision: int
    scale: int
    adjusted: bool


def read_schema(elements: list[Any]) -> Node:
    """Return the root of a schema, given as its elements in depth-first order.

    Raises SchemaError.
    """
    remaining = iter(elements)
    root = _read_node(remaining, 0)
    if next(remaining, None) is not None:
        raise SchemaError("the schema has elements outside its root")
    return root


def _read_node(remaining: Iterator[Any], depth: int) -> Node:
    element = _Fields(next(remaining, None))
    if depth > _MAX_DEPTH:
        raise SchemaError("the schema is nested too deeply")
    physical, converted = element.integer(1), element.integer(6)
    told = element.struct(10)
    details = _Fields(next(iter(told.values()), {}))
    logical = _logical(told, converted)
    bits, signed = _CONVERTED_INTEGERS.get(converted or 0, (0, False))
    is_decimal = logical is Logical.DECIMAL
    return Node(
        name=element.text(4),
        physical=None if physical is None else _physical(physical),
        logical=logical,
        nullable=element.integer(3) == _OPTIONAL,
        repeated=element.integer(3) == _REPEATED,
        children=tuple(_read_node(remaining, depth + 1) for _ in range(element.integer(5) or 0)),
        bits=(details.integer(1) or bits) if logical is Logical.INTEGER else 0,
        signed=details.flag(2, signed),
        scale=((details.integer(1) if told else element.integer(7)) or 0) if is_decimal else 0,
        precision=((details.integer(2) if told else element.integer(8)) or 0) if is_decimal else 0,
        # The older way to say it knows only instants.
        adjusted=details.flag(1, True) if logical is Logical.TIMESTAMP else False,
    )


def _logical(told: Mapping[int, Any], converted: int | None) -> Logical | None:
    if told:
        return _LOGICAL_TYPES.get(next(iter(told)), Logical.UNKNOWN)
    return None if converted is None else _CONVERTED_TYPES.get(converted, Logical.UNKNOWN)


def _physical(number: int) -> Physical:
    try:
        return Physical(number)
    except ValueError as error:
        raise SchemaError(f"there is no physical type {number}") from error


class _Fields:
    """A Thrift struct whose fields may be anything."""

    def __init__(self, fields: object) -> None:
        if not isinstance(fields, dict):
            raise SchemaError("the schema is cut short")
        self._fields = fields

    def integer(self, number: int) -> int | None:
        value = self._fields.get(number)
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        raise SchemaError("a number of the schema is none")

    def flag(self, number: int, default: bool) -> bool:
        value = self._fields.get(number, default)
        return value if isinstance(value, bool) else default

    def text(self, number: int) -> str:
        value = self._fields.get(number)
        if not isinstance(value, bytes):
            raise SchemaError("a part of the schema has no name")
        return value.decode(errors="replace")

    def struct(self, number: int) -> Mapping[int, Any]:
        value = self._fields.get(number) or {}
        if not isinstance(value, dict):
            raise SchemaError("a type of the schema makes no sense")
        return value
