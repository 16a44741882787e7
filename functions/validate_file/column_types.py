"""Types of columns, found from values and named as Spark SQL's DDL names them.

Conservative, since the types become a schema that the job holds every record to: a text becomes a
number, a date or a timestamp only where writing it back gives the same meaning, so ``007``, ``+49``
and ``1,5`` stay text, as do whole numbers beyond 64 bits, which are identifiers more often than
quantities. What does not agree becomes ``string``.
https://spark.apache.org/docs/3.5.6/sql-ref-datatypes.html
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

_BIGINTS = range(-(2**63), 2**63)
_DECIMAL_DIGITS = 38
_DECIMAL_SCALE = 18
_EXACT_DIGITS_OF_DOUBLE = 15
_WRITTEN_DIGITS_OF_DOUBLE = 17

_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]*)\Z")
_REAL = re.compile(r"-?(0|[1-9][0-9]*)(?:\.([0-9]+))?([eE][+-]?[0-9]+)?\Z")
_BOOLEAN = re.compile(r"(?:true|false)\Z", re.IGNORECASE | re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
# Nanoseconds would be cut to the microseconds that Spark has.
_TIMESTAMP = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}"
    r"(?:\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})?\Z"
)
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


@dataclass(frozen=True)
class Unknown:
    """Only nulls so far."""

    def ddl(self) -> str:
        """Return the Spark SQL name."""
        return "string"


@dataclass(frozen=True)
class Text:
    """Anything; also what values become that have nothing else in common."""

    def ddl(self) -> str:
        """Return the Spark SQL name."""
        return "string"


@dataclass(frozen=True)
class Boolean:
    """True or false."""

    def ddl(self) -> str:
        """Return the Spark SQL name."""
        return "boolean"


@dataclass(frozen=True)
class Date:
    """A day, ``yyyy-MM-dd``."""

    def ddl(self) -> str:
        """Return the Spark SQL name."""
        return "date"


@dataclass(frozen=True)
class Timestamp:
    """A date and a time. All of a column have a zone, or none has."""

    zoned: bool

    def ddl(self) -> str:
        """Return the Spark SQL name."""
        return "timestamp"


@dataclass(frozen=True)
class Number:
    """Numbers, by the digits that they need.

    ``whole_digits`` stand before the point, ``scale`` after it. ``integer_digits`` is the longest
    integer, ``real_digits`` the longest of those with a fraction, leading zeros not counted.
    """

    whole_digits: int
    scale: int
    integer_digits: int
    real_digits: int
    fits_bigint: bool
    has_exponent: bool

    def ddl(self) -> str:
        """Return the Spark SQL type that holds the numbers as they were written."""
        if not self.real_digits:
            return "bigint" if self.fits_bigint else "string"
        as_double = (
            self.real_digits <= _WRITTEN_DIGITS_OF_DOUBLE
            and self.integer_digits <= _EXACT_DIGITS_OF_DOUBLE
        )
        # Spark rounds what a decimal has no room for, so it gets room beyond what the sample needs.
        as_decimal = (
            self.whole_digits <= _DECIMAL_DIGITS - _DECIMAL_SCALE
            and self.scale <= _DECIMAL_SCALE
            and not self.has_exponent
        )
        if as_double:
            return "double"
        return f"decimal({_DECIMAL_DIGITS},{_DECIMAL_SCALE})" if as_decimal else "string"

    def merged(self, other: "Number") -> "Number":
        """Return the numbers of both."""
        return Number(
            max(self.whole_digits, other.whole_digits),
            max(self.scale, other.scale),
            max(self.integer_digits, other.integer_digits),
            max(self.real_digits, other.real_digits),
            self.fits_bigint and other.fits_bigint,
            self.has_exponent or other.has_exponent,
        )


@dataclass(frozen=True)
class Array:
    """JSON arrays."""

    element: "ColumnType"

    def ddl(self) -> str:
        """Return the Spark SQL name."""
        return f"array<{self.element.ddl()}>"


@dataclass(frozen=True)
class Struct:
    """JSON objects, with the keys of all of them in the order in which they came up."""

    fields: tuple[tuple[str, "ColumnType"], ...]

    def ddl(self) -> str:
        """Return the Spark SQL name; ``string``, the object's text, where a struct cannot hold it.

        Parquet knows no empty struct, and Spark takes names apart only by more than case.
        """
        names = {name.lower() for name, _ in self.fields}
        if not self.fields or len(names) < len(self.fields) or "" in names:
            return "string"
        fields = (f"{quoted_name(name)}:{kind.ddl()}" for name, kind in self.fields)
        return f"struct<{','.join(fields)}>"


type ColumnType = Unknown | Text | Boolean | Date | Timestamp | Number | Array | Struct

UNKNOWN = Unknown()
TEXT = Text()
BOOLEAN = Boolean()
DATE = Date()


def type_of_text(value: str) -> ColumnType:
    """Return the type of a CSV field. An empty one is null."""
    if not value:
        return UNKNOWN
    if _BOOLEAN.match(value):
        return BOOLEAN
    return type_of_number(value) or type_of_string(value)


def type_of_string(value: str) -> ColumnType:
    """Return the type of a JSON string: a date, a timestamp or text."""
    if _DATE.match(value):
        return DATE if _exists(value) else TEXT
    timestamp = _TIMESTAMP.match(value)
    if timestamp and _exists(value):
        return Timestamp(zoned=timestamp[1] is not None)
    return TEXT


def type_of_number(text: str) -> Number | None:
    """Return the type of a number as JSON writes it, or None if ``text`` is no number."""
    if _WHOLE.match(text):
        digits = len(text.lstrip("-"))
        fits = digits < 19 or (digits == 19 and int(text) in _BIGINTS)
        return Number(digits, 0, digits, 0, fits, has_exponent=False)
    real = _REAL.match(text)
    if real is None or math.isinf(float(text)):
        return None
    whole, fraction, exponent = real[1], real[2] or "", real[3]
    significant = len((whole + fraction).lstrip("0")) or 1
    return Number(len(whole), len(fraction), 0, significant, True, exponent is not None)


def merge(one: ColumnType, other: ColumnType) -> ColumnType:
    """Return the type that holds the values of both."""
    match one, other:
        case (Unknown(), kind) | (kind, Unknown()):
            return kind
        case (Text(), _) | (_, Text()):
            return TEXT
        case Number(), Number():
            return one.merged(other)
        case Array(), Array():
            return Array(merge(one.element, other.element))
        case Struct(), Struct():
            return _merge_structs(one, other)
    return one if one == other else TEXT


def merge_all(kinds: Iterable[ColumnType]) -> ColumnType:
    """Return the type that holds the values of all; Unknown for none."""
    merged: ColumnType = UNKNOWN
    for kind in kinds:
        merged = merge(merged, kind)
    return merged


def _merge_structs(one: Struct, other: Struct) -> Struct:
    if one == other:
        return one
    fields = dict(one.fields)
    for name, kind in other.fields:
        fields[name] = merge(fields.get(name, UNKNOWN), kind)
    return Struct(tuple(fields.items()))


def _exists(value: str) -> bool:
    # Both patterns are wider than the calendar.
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def quoted_name(name: str) -> str:
    """Return a field's name as it stands in a struct's DDL."""
    if _PLAIN_NAME.match(name):
        return name
    escaped = name.replace("`", "``")
    return f"`{escaped}`"
