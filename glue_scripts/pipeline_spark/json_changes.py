"""Values that Spark's from_json takes and changes in silence.

A number beyond a double becomes infinite, a decimal is rounded or read from a string, a whole
number becomes a time. Each is a contradiction: the file holds something else than the column would.
"""

import json
import re

from pyspark.sql import Column as Expression
from pyspark.sql import functions as F  # noqa: N812 - Spark's own name for it
from pyspark.sql.types import (
    ArrayType,
    DataType,
    DecimalType,
    DoubleType,
    StructField,
    StructType,
    TimestampType,
)

from pipeline_spark.conditions import combined
from pipeline_spark.json_keys import SYNTAX, texts_of
from pipeline_spark.text_values import has_form, is_exact

_INFINITE = (float("inf"), float("-inf"))


def is_changed(record: Expression, text: Expression, columns: StructType) -> Expression:
    """Whether ``record``, read from ``text``, holds a changed value in one of its columns.

    Dates and times that are columns themselves come as texts, whose form is not looked at here.
    """
    return _in_struct(record, text, columns, is_record=True)


def _in_struct(
    value: Expression, text: Expression, kind: StructType, is_record: bool = False
) -> Expression:
    looked_at = [
        field
        for field in kind
        if _wants_text(field.dataType)
        and not (is_record and isinstance(field.dataType, TimestampType))
    ]
    texts = texts_of(text, looked_at) if looked_at else None
    decimals = [field for field in kind if isinstance(field.dataType, DecimalType)]
    found = [] if texts is None else [_decimals(text, texts, decimals)]
    for field in kind:
        if is_record and isinstance(field.dataType, TimestampType):
            continue
        field_text = None if texts is None else texts.getField(field.name)
        change = _change(value.getField(field.name), field_text, field.dataType)
        if change is not None:
            found.append(F.coalesce(change, F.lit(False)))
    return combined(lambda one, other: one | other, [F.lit(False), *found])


def _change(value: Expression, text: Expression | None, kind: DataType) -> Expression | None:
    """Whether the value is another than its text says; None if it cannot be."""
    if isinstance(kind, DoubleType):
        return value.isin(*_INFINITE)
    if not _may_change(kind) or (text is None and _wants_text(kind)):
        return None
    text = F.lit(None).cast("string") if text is None else text
    if isinstance(kind, TimestampType):
        return ~has_form(text, "timestamp")
    if isinstance(kind, DecimalType):
        return ~is_exact(text, kind.scale)
    if isinstance(kind, StructType):
        return _in_struct(value, text, kind)
    return _in_array(value, text, kind) if isinstance(kind, ArrayType) else None


def _in_array(value: Expression, text: Expression, kind: ArrayType) -> Expression:
    def change(item: Expression, item_text: Expression) -> Expression:
        found = _change(item, item_text, kind.elementType)
        return F.lit(False) if found is None else F.coalesce(found, F.lit(False))

    if not _wants_text(kind.elementType):
        return F.exists(value, lambda item: change(item, F.lit(None)))
    texts = F.from_json(text, "array<string>", dict(SYNTAX))
    return F.exists(F.zip_with(value, texts, change), lambda changed: changed)


def _decimals(text: Expression, texts: Expression, fields: list[StructField]) -> Expression:
    """Whether one of the decimals is a string, or has more digits than there is room for.

    A double is never read from a string. The texts of numbers have a double's digits alone, so the
    digits are looked for in the object's own text.
    """
    if not fields:
        return F.lit(False)
    doubles = StructType([StructField(field.name, DoubleType()) for field in fields])
    numbers = F.from_json(text, doubles, dict(SYNTAX))
    found = F.lit(False)
    for field in fields:
        written = texts.getField(field.name).isNotNull()
        string = written & numbers.getField(field.name).isNull()
        key = re.escape(json.dumps(field.name, ensure_ascii=False))
        room = field.dataType.scale
        digits = rf"{key}\s*:\s*-?[0-9]+\.[0-9]{{{room}}}[0-9]*[1-9]"
        found = found | string | text.rlike(digits)
    return F.coalesce(found, F.lit(False))


def _may_change(kind: DataType) -> bool:
    if isinstance(kind, ArrayType):
        return _may_change(kind.elementType)
    if isinstance(kind, StructType):
        return any(_may_change(field.dataType) for field in kind)
    return isinstance(kind, (DoubleType, DecimalType, TimestampType))


def _wants_text(kind: DataType) -> bool:
    """Whether only the text tells a change."""
    if isinstance(kind, ArrayType):
        return _wants_text(kind.elementType)
    if isinstance(kind, StructType):
        return any(_wants_text(field.dataType) for field in kind)
    return isinstance(kind, (DecimalType, TimestampType))
