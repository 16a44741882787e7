"""JSON values into columns' types, one at a time: exact, and telling what does not fit.

The quick way is ``json_decoding``; this is for the records that it does not take.
"""

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pyarrow as pa

from functions.common.arrow_columns import INSTANT, Column
from functions.common.arrow_texts import typed
from functions.process_file.contradiction import Contradiction
from functions.process_file.json_text import Number, json_of, text_of

_BIGINTS = range(-(2**63), 2**63)
_BIGINT_CHARACTERS = 20


class UnfitValueError(ValueError):
    """The value does not fit the type."""


class UnknownKeyError(UnfitValueError):
    """An object has a key that its type lacks. ``path`` leads to it from the record."""

    def __init__(self, path: str, value: Any) -> None:
        super().__init__(path)
        self.path = path
        self.value = value


def read_record(
    record: Mapping[str, Any], columns: Mapping[str, Column]
) -> tuple[dict[str, Any], list[Contradiction]]:
    """Return the record's values as ``json_decoding`` takes them, and what contradicts.

    ``record`` comes from ``json_text.decode``. Contradictions stand in the columns' order, unknown
    keys last.
    """
    values, wrong = {}, []
    for name, column in columns.items():
        found = record.get(name)
        try:
            values[name] = _value(found, column.arrow, name)
        except UnknownKeyError as error:
            wrong.append(Contradiction.of_key(error.path, json_of(error.value), name))
        except UnfitValueError:
            wrong.append(Contradiction.of_value(name, json_of(found), column.type))
    strays = (name for name in record if name not in columns)
    wrong += [Contradiction.of_key(name, json_of(record[name])) for name in strays]
    return values, wrong


def _value(value: Any, kind: pa.DataType, path: str) -> Any:
    if value is None:
        return None
    if pa.types.is_string(kind):
        return text_of(value)
    if pa.types.is_struct(kind):
        return _struct(value, kind, path)
    if pa.types.is_list(kind):
        if not isinstance(value, list):
            raise UnfitValueError
        return [_value(item, kind.value_type, f"{path}[]") for item in value]
    return _scalar(value, kind)


def _struct(value: Any, kind: pa.DataType, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UnfitValueError
    fields = {field.name: field.type for field in kind}
    for name in value:
        if name not in fields:
            raise UnknownKeyError(f"{path}.{name}", value[name])
    return {name: _value(value.get(name), of, f"{path}.{name}") for name, of in fields.items()}


def _scalar(value: Any, kind: pa.DataType) -> Any:
    if pa.types.is_boolean(kind) and isinstance(value, bool):
        return value
    if isinstance(value, Number):
        return _number(value, kind)
    if isinstance(value, str) and (pa.types.is_date(kind) or kind == INSTANT):
        _, fits = typed(pa.array([value]), kind)
        if fits is None:
            return value
    raise UnfitValueError


def _number(text: Number, kind: pa.DataType) -> Any:
    if pa.types.is_int64(kind) and text.is_whole and len(text) <= _BIGINT_CHARACTERS:
        if (number := int(text)) in _BIGINTS:
            return number
    elif pa.types.is_float64(kind) and math.isfinite(float(text)):
        # An integer has no negative zero, and Spark's reader knows what is one.
        return 0.0 if text == "-0" else float(text)
    elif pa.types.is_decimal(kind):
        return _decimal(text, kind)
    raise UnfitValueError


def _decimal(text: Number, kind: pa.DataType) -> Decimal:
    number = Decimal(text)
    try:
        pa.scalar(number, kind)
    except pa.ArrowInvalid as error:
        raise UnfitValueError from error
    return number
