"""Types of columns, found from values and named as Spark SQL's DDL names them.

Conservative, since the types become a schema that the job holds every record to: a text becomes a
number, a date or a timestamp only where writing it back gives the same meaning, so ``007``, ``+49``
and ``1,5`` stay text, as do whole numbers beyond 64 bits, which are identifiers more often than
quantities. What does not agree becomes ``string``.
https://spark.apache.org/docs/3.5.6/sql-ref-datatypes.html
"""

import math
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import Enum, auto
from typing import Any

_BIGINTS = range(-(2**63), 2**63)
_BIGINT_DIGITS = 19
_DECIMAL_DIGITS = 38
_DECIMAL_SCALE = 18
_EXACT_DIGITS_OF_DOUBLE = 15
_WRITTEN_DIGITS_OF_DOUBLE = 17
_MAX_DEPTH = 50

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


class Digits(str):
    """A JSON number as it was written, told apart from a string."""

    __slots__ = ()


class _Kind(Enum):
    TEXT = auto()
    BOOLEAN = auto()
    NUMBER = auto()
    DATE = auto()
    LOCAL_TIMESTAMP = auto()
    ZONED_TIMESTAMP = auto()
    ARRAY = auto()
    OBJECT = auto()


_SIMPLE_NAMES: Mapping[_Kind | None, str] = {
    _Kind.BOOLEAN: "boolean",
    _Kind.DATE: "date",
    _Kind.LOCAL_TIMESTAMP: "timestamp",
    _Kind.ZONED_TIMESTAMP: "timestamp",
}


class ColumnType:
    """The type that holds all values observed so far. Null fits any."""

    __slots__ = ("_depth", "_element", "_fields", "_kind", "_numbers")

    def __init__(self, depth: int = 0) -> None:
        self._depth = depth
        self._kind: _Kind | None = None
        self._numbers = _Numbers()
        self._element: ColumnType | None = None
        self._fields: dict[str, ColumnType] = {}

    def observe_text(self, value: str) -> None:
        """Take a CSV field into account. An empty one is null."""
        if not value or self._kind is _Kind.TEXT:
            return
        if self._numbers.observe(value):
            self._add(_Kind.NUMBER)
        elif _BOOLEAN.match(value):
            self._add(_Kind.BOOLEAN)
        else:
            self._add(_kind_of_string(value))

    def observe_json(self, value: Any) -> None:
        """Take a JSON value into account, decoded with numbers as Digits."""
        if value is None or self._kind is _Kind.TEXT:
            return
        if isinstance(value, Digits):
            self._add(_Kind.NUMBER if self._numbers.observe(value) else _Kind.TEXT)
        elif isinstance(value, str):
            self._add(_kind_of_string(value))
        elif isinstance(value, bool):
            self._add(_Kind.BOOLEAN)
        elif self._depth == _MAX_DEPTH:
            # A string column takes the JSON text of what it finds.
            self._add(_Kind.TEXT)
        elif isinstance(value, list):
            self._observe_array(value)
        else:
            self._observe_object(value)

    def ddl(self) -> str:
        """Return the Spark SQL name: ``string`` where there were only nulls, or no agreement."""
        if self._kind is _Kind.NUMBER:
            return self._numbers.ddl()
        if self._kind is _Kind.ARRAY and self._element:
            return f"array<{self._element.ddl()}>"
        if self._kind is _Kind.OBJECT:
            return self._struct()
        return _SIMPLE_NAMES.get(self._kind, "string")

    def _add(self, kind: _Kind) -> None:
        if self._kind is not kind:
            # Two kinds have nothing in common but their text.
            self._kind = kind if self._kind is None else _Kind.TEXT

    def _observe_array(self, values: Sequence[Any]) -> None:
        self._add(_Kind.ARRAY)
        if self._element is None:
            self._element = ColumnType(self._depth + 1)
        for value in values:
            self._element.observe_json(value)

    def _observe_object(self, values: Mapping[str, Any]) -> None:
        self._add(_Kind.OBJECT)
        fields = self._fields
        for name, value in values.items():
            field = fields.get(name)
            if field is None:
                field = fields[name] = ColumnType(self._depth + 1)
            field.observe_json(value)

    def _struct(self) -> str:
        names = {name.lower() for name in self._fields}
        # Parquet knows no empty struct, and Spark takes names apart only by more than case.
        if not names or len(names) < len(self._fields) or "" in names:
            return "string"
        fields = (f"{quoted_name(name)}:{kind.ddl()}" for name, kind in self._fields.items())
        return f"struct<{','.join(fields)}>"


class _Numbers:
    """Numbers, by the digits that they need."""

    __slots__ = ("_exponent", "_integer", "_real", "_scale", "_whole", "_wide")

    def __init__(self) -> None:
        self._integer = 0  # digits of the longest integer
        self._real = 0  # digits of the longest with a fraction, leading zeros not counted
        self._whole = 0  # most digits before the point, in either
        self._scale = 0  # most digits after it
        self._wide = False  # an integer needs more than 64 bits
        self._exponent = False

    def observe(self, text: str) -> bool:
        """Take a number as JSON writes it into account; False if ``text`` is none."""
        if _WHOLE.match(text):
            if len(text) > self._integer or len(text) >= _BIGINT_DIGITS:
                self._observe_longer(text)
            return True
        real = _REAL.match(text)
        if real is None or math.isinf(float(text)):
            return False
        whole, fraction = real[1], real[2] or ""
        self._real = max(self._real, len((whole + fraction).lstrip("0")), 1)
        self._whole = max(self._whole, len(whole))
        self._scale = max(self._scale, len(fraction))
        self._exponent = self._exponent or real[3] is not None
        return True

    def ddl(self) -> str:
        """Return the Spark SQL type that holds the numbers as they were written."""
        if not self._real:
            return "string" if self._wide else "bigint"
        as_double = (
            self._real <= _WRITTEN_DIGITS_OF_DOUBLE and self._integer <= _EXACT_DIGITS_OF_DOUBLE
        )
        # Spark rounds what a decimal has no room for, so it gets room beyond what the sample needs.
        as_decimal = (
            self._whole <= _DECIMAL_DIGITS - _DECIMAL_SCALE
            and self._scale <= _DECIMAL_SCALE
            and not self._exponent
        )
        if as_double:
            return "double"
        return f"decimal({_DECIMAL_DIGITS},{_DECIMAL_SCALE})" if as_decimal else "string"

    def _observe_longer(self, text: str) -> None:
        digits = len(text.lstrip("-"))
        self._integer = max(self._integer, digits)
        self._whole = max(self._whole, digits)
        # Python refuses to convert some thousand digits, so longer ones are told by their length.
        if digits > _BIGINT_DIGITS or int(text) not in _BIGINTS:
            self._wide = True


def _kind_of_string(value: str) -> _Kind:
    if _DATE.match(value):
        return _Kind.DATE if _exists(value) else _Kind.TEXT
    timestamp = _TIMESTAMP.match(value)
    if timestamp and _exists(value):
        return _Kind.ZONED_TIMESTAMP if timestamp[1] else _Kind.LOCAL_TIMESTAMP
    return _Kind.TEXT


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
