"""Column types as Hive writes them, and how two sightings of a column become one type.

AWS documents the types that a table may have
(https://docs.aws.amazon.com/athena/latest/ug/data-types.html), but not what a crawler does when two
files disagree. Here numbers widen, structs take the fields of both, anything else is a ``string``,
which every value fits in.
"""

import re
from dataclasses import dataclass

type HiveType = Scalar | Array | Map | Struct


@dataclass(frozen=True)
class Scalar:
    """A plain type by its Hive name. ``null`` stands for "only nulls seen so far"."""

    name: str


@dataclass(frozen=True)
class Array:
    """``array<element>``."""

    element: HiveType


@dataclass(frozen=True)
class Map:
    """``map<key,value>``."""

    key: HiveType
    value: HiveType


@dataclass(frozen=True)
class Struct:
    """``struct<name:type,…>``; the fields keep the order in which they were seen."""

    fields: tuple[tuple[str, HiveType], ...]


@dataclass(frozen=True)
class Column:
    """A column; its name as the data spell it (the catalog lower-cases it)."""

    name: str
    type: HiveType


NULL = Scalar("null")
STRING = Scalar("string")
BOOLEAN = Scalar("boolean")
INT = Scalar("int")
BIGINT = Scalar("bigint")
DOUBLE = Scalar("double")

_WHOLE = ("tinyint", "smallint", "int", "bigint")
_REAL = ("float", "double")
_SCALAR = re.compile(r"\w+(\(\d+(,\d+)?\))?")


def render(hive_type: HiveType) -> str:
    """Write a type as the catalog has it. A column of nulls only becomes a ``string``."""
    match hive_type:
        case Array(element):
            return f"array<{render(element)}>"
        case Map(key, value):
            return f"map<{render(key)},{render(value)}>"
        case Struct(fields):
            return f"struct<{','.join(f'{name}:{render(kind)}' for name, kind in fields)}>"
        case Scalar(name):
            return "string" if name == "null" else name


def merge(one: HiveType, other: HiveType) -> HiveType:
    """Return the type that holds the values of both."""
    if other in (one, NULL):
        return one
    merged: HiveType = STRING
    match one, other:
        case Scalar("null"), _:
            merged = other
        case Scalar(left), Scalar(right):
            merged = _merge_scalars(left, right)
        case Array(left), Array(right):
            merged = Array(merge(left, right))
        case Map(left_key, left), Map(right_key, right):
            merged = Map(merge(left_key, right_key), merge(left, right))
        case Struct(left), Struct(right):
            merged = Struct(_merge_fields(left, right))
    return merged


def extend(known: HiveType, seen: HiveType) -> HiveType:
    """Add to ``known`` the nested fields that ``seen`` has beyond it, and change nothing else."""
    match known, seen:
        case Array(left), Array(right):
            return Array(extend(left, right))
        case Map(key, left), Map(_, right):
            return Map(key, extend(left, right))
        case Struct(left), Struct(right):
            fields = dict(left)
            for name, hive_type in right:
                fields[name] = extend(fields[name], hive_type) if name in fields else hive_type
            return Struct(tuple(fields.items()))
        case _:
            return known


def parse(text: str) -> HiveType:
    """Read a type as ``render`` writes it. Raises ValueError."""
    hive_type, rest = _parse(text.replace(" ", ""))
    if rest:
        raise ValueError(f"{text!r} is no Hive type: cannot read {rest!r}")
    return hive_type


def merge_columns(one: tuple[Column, ...], other: tuple[Column, ...]) -> tuple[Column, ...]:
    """Return the columns of both: those of ``one`` first, in their order. Names ignore case."""
    merged = {column.name.lower(): column for column in one}
    for column in other:
        known = merged.get(column.name.lower())
        merged[column.name.lower()] = (
            column if known is None else Column(known.name, merge(known.type, column.type))
        )
    return tuple(merged.values())


def _parse(text: str) -> tuple[HiveType, str]:
    """Read one type from the front of ``text``; return it and what follows."""
    if text.startswith("array<"):
        element, rest = _parse(text.removeprefix("array<"))
        return Array(element), _expect(">", rest)
    if text.startswith("map<"):
        key, rest = _parse(text.removeprefix("map<"))
        value, rest = _parse(_expect(",", rest))
        return Map(key, value), _expect(">", rest)
    if text.startswith("struct<"):
        return _parse_struct(text.removeprefix("struct<"))
    match = _SCALAR.match(text)
    if match is None:
        raise ValueError(f"no Hive type at {text!r}")
    return Scalar(match[0]), text[match.end() :]


def _parse_struct(text: str) -> tuple[HiveType, str]:
    fields: list[tuple[str, HiveType]] = []
    while not text.startswith(">"):
        name, colon, rest = text.partition(":")
        if not colon:
            raise ValueError(f"a struct's field needs a type: {text!r}")
        hive_type, text = _parse(rest)
        fields.append((name, hive_type))
        if not text.startswith(">"):
            text = _expect(",", text)
    return Struct(tuple(fields)), text[1:]


def _expect(token: str, text: str) -> str:
    if not text.startswith(token):
        raise ValueError(f"expected {token!r} at {text!r}")
    return text[1:]


def _merge_scalars(left: str, right: str) -> HiveType:
    if left in _WHOLE and right in _WHOLE:
        return Scalar(max(left, right, key=_WHOLE.index))
    if {left, right} <= {*_WHOLE, *_REAL}:
        return Scalar("float") if left == right == "float" else DOUBLE
    return STRING


def _merge_fields(
    left: tuple[tuple[str, HiveType], ...], right: tuple[tuple[str, HiveType], ...]
) -> tuple[tuple[str, HiveType], ...]:
    merged = dict(left)
    for name, hive_type in right:
        merged[name] = merge(merged[name], hive_type) if name in merged else hive_type
    return tuple(merged.items())
