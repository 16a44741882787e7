"""What is wrong with a JSON record, value by value.

Spark finds the records that do not fit, and says little about why. This is for those few.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from pyspark.sql.types import (
    ArrayType,
    BooleanType,
    DataType,
    DateType,
    DecimalType,
    DoubleType,
    LongType,
    StringType,
    StructType,
    TimestampType,
)

from pipeline_spark.columns import Column
from pipeline_spark.contradiction import Contradiction
from pipeline_spark.text_values import FORMS

_BIGINTS = range(-(2**63), 2**63)
_BIGINT_CHARACTERS = 20
_UNSEEN = "the record does not fit"


class _Number(str):
    """A JSON number as it was written, told apart from a string."""

    __slots__ = ()


class _UnfitError(Exception):
    """The value does not fit its type."""


class _UnknownKeyError(_UnfitError):
    def __init__(self, path: str, value: Any) -> None:
        super().__init__(path)
        self.path = path
        self.value = value


_decode = json.JSONDecoder(parse_int=_Number, parse_float=_Number).decode


def contradictions(
    text: str, columns: tuple[Column, ...], types: StructType
) -> list[Contradiction]:
    """Return what in a record contradicts its columns, whose types are ``types``; at least one.

    They stand in the columns' order, with keys that validation did not see last.
    """
    try:
        record = _decode(text)
    except ValueError:
        record = None
    if not isinstance(record, dict):
        return [Contradiction(columns[0].name, text, "the record is no JSON object")]
    found = list(_contradictions(record, columns, types))
    return found or [Contradiction(columns[0].name, text, _UNSEEN)]


def _contradictions(
    record: Mapping[str, Any], columns: tuple[Column, ...], types: StructType
) -> Iterator[Contradiction]:
    for column in columns:
        value = record.get(column.name)
        try:
            _check(value, types[column.name].dataType, column.name)
        except _UnknownKeyError as error:
            yield Contradiction.of_key(error.path, _text(error.value), column.name)
        except _UnfitError:
            yield Contradiction.of_value(column.name, _text(value), column.type)
    known = frozenset(column.name for column in columns)
    for name, value in record.items():
        if name not in known:
            yield Contradiction.of_key(name, _text(value))


def _check(value: Any, kind: DataType, path: str) -> None:
    if value is None or isinstance(kind, StringType):
        return
    if isinstance(kind, StructType):
        _check_struct(value, kind, path)
    elif isinstance(kind, ArrayType):
        if not isinstance(value, list):
            raise _UnfitError
        for item in value:
            _check(item, kind.elementType, f"{path}[]")
    elif not _fits(value, kind):
        raise _UnfitError


def _check_struct(value: Any, kind: StructType, path: str) -> None:
    if not isinstance(value, dict):
        raise _UnfitError
    for name in value:
        if name not in kind.names:
            raise _UnknownKeyError(f"{path}.{name}", value[name])
    for field in kind:
        _check(value.get(field.name), field.dataType, f"{path}.{field.name}")


def _fits(value: Any, kind: DataType) -> bool:
    if isinstance(kind, BooleanType):
        return isinstance(value, bool)
    if isinstance(value, _Number):
        return _number_fits(value, kind)
    if isinstance(value, str) and isinstance(kind, DateType):
        return _is_moment(value, FORMS["date"])
    if isinstance(value, str) and isinstance(kind, TimestampType):
        return _is_moment(value, FORMS["timestamp"])
    return False


def _number_fits(number: _Number, kind: DataType) -> bool:
    if isinstance(kind, LongType):
        is_short_whole = len(number) <= _BIGINT_CHARACTERS and number.lstrip("-").isdigit()
        return is_short_whole and int(number) in _BIGINTS
    if isinstance(kind, DoubleType):
        return abs(float(number)) != float("inf")
    if isinstance(kind, DecimalType):
        _, digits, exponent = Decimal(number).as_tuple()
        text = "".join(map(str, digits)).lstrip("0")
        significant = text.rstrip("0")
        scale = -int(exponent) - (len(text) - len(significant))
        whole = len(text) + int(exponent)
        return not text or (scale <= kind.scale and whole <= kind.precision - kind.scale)
    return False


def _is_moment(text: str, form: str) -> bool:
    if not re.fullmatch(form, text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _text(value: Any) -> str:
    """Return a decoded value as JSON, numbers as they were written."""
    if isinstance(value, _Number):
        return str(value)
    if isinstance(value, dict):
        items = (f"{_text(name)}:{_text(item)}" for name, item in value.items())
        return "{" + ",".join(items) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_text, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
