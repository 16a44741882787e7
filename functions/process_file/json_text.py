"""JSON values as the text that stands in a column of strings.

A string stands as it is. Anything else stands as JSON, as Spark's ``from_json`` writes it: without
white space, and a number with a fraction or an exponent as Java writes a double.
https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/lang/Double.html#toString(double)
"""

import json
import math
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

_CONTROL = re.compile(r"\\u00([0-9a-f]{2})")
_PLAIN_FROM, _PLAIN_BELOW = 1e-3, 1e7


class Number(str):
    """A JSON number as it was written, told apart from a string."""

    __slots__ = ()

    @property
    def is_whole(self) -> bool:
        """Whether it has neither a fraction nor an exponent."""
        return not any(sign in self for sign in ".eE")


decode = json.JSONDecoder(parse_int=Number, parse_float=Number).decode
"""Decodes a text with each number as it was written."""


def text_of(value: Any) -> str | None:
    """Return what stands in a column of strings for a decoded value; null for null."""
    if value is None:
        return None
    if isinstance(value, str) and not isinstance(value, Number):
        return value
    return json_of(value)


def json_of(value: Any) -> str:
    """Return a decoded value as JSON in Spark's spelling."""
    if isinstance(value, Number):
        return _number(value)
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{_string(k)}:{json_of(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return _array(value)
    return json.dumps(value)


def _array(values: Sequence[Any]) -> str:
    return "[" + ",".join(json_of(value) for value in values) + "]"


def _string(text: str) -> str:
    written = json.dumps(text, ensure_ascii=False)
    # Jackson writes hexadecimal digits in capitals.
    return _CONTROL.sub(lambda found: f"\\u00{found[1].upper()}", written)


def _number(number: Number) -> str:
    if number.is_whole:
        return "0" if number == "-0" else str(number)
    return java_double(float(number))


def java_double(value: float) -> str:
    """Return a double as Java's Double.toString writes it."""
    if math.isinf(value):
        return '"Infinity"' if value > 0 else '"-Infinity"'
    if value == 0 or _PLAIN_FROM <= abs(value) < _PLAIN_BELOW:
        plain = format(Decimal(repr(value)), "f")
        return plain if "." in plain else f"{plain}.0"
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    power = int(exponent) + len(digits) - 1
    text = "".join(map(str, digits))
    return f"{'-' if sign else ''}{text[0]}.{text[1:] or '0'}E{power}"
