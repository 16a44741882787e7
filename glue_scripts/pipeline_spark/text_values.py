"""Texts into the types that validation found, by validation's own rules.

Spark's readers and casts take more than those rules: ``007`` for a number, ``yes`` for a boolean,
``2026`` for a date, ``12:30:00`` for a time of today. A column of which validation's sample held
``10001`` would lose the zero of a later ``02134``. So every value is held to the form that made its
column what it is.
"""

from collections.abc import Iterable, Mapping, Sequence

from pyspark.sql import Column as Expression
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812 - Spark's own name for it

from pipeline_spark.columns import Column
from pipeline_spark.conditions import combined
from pipeline_spark.contradiction import FITS, quoted
from pipeline_spark.errors import BadArgumentError

_DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = "[0-9]{2}:[0-9]{2}:[0-9]{2}"
_ZONE = "(Z|[+-][0-9]{2}:[0-9]{2})"
_WHOLE = "-?(0|[1-9][0-9]*)"
FORMS: Mapping[str, str] = {
    "bigint": _WHOLE,
    "double": rf"{_WHOLE}(\.[0-9]+)?([eE][+-]?[0-9]+)?",
    "decimal": rf"{_WHOLE}(\.[0-9]+)?",
    "boolean": "(?i:true|false)",
    "date": _DATE,
    "timestamp": rf"{_DATE}[T ]{_TIME}(\.[0-9]{{1,6}})?{_ZONE}?",
}
"""The forms of whole texts by the types' names, as regular expressions of both Java and Python."""

_DECIMAL_PARTS = r"^-?([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$"
_VALUE = "__value_{}"


def judged(
    texts: DataFrame,
    columns: Sequence[Column],
    fits: Expression,
    *,
    typed: Iterable[str] = (),
    keep: Sequence[str] = (),
) -> DataFrame:
    """Return the columns in their types, and FITS: whether ``fits`` and every text has the form.

    Columns named in ``typed`` have their types already. Null stays null. ``keep`` names columns
    that are none of the file's and stay as they are.
    """
    already = frozenset(typed)
    read = {
        _VALUE.format(place): column
        for place, column in enumerate(columns)
        if column.type != "string" and column.name not in already
    }
    # In a projection of their own: an expression that is used twice is computed twice.
    values = texts.select("*", *(_cast(column).alias(name) for name, column in read.items()))
    checks = (_has_form(column, F.col(name)) for name, column in read.items())
    fits = combined(lambda one, other: one & other, [fits, *checks])
    places = {column.name: name for name, column in read.items()}
    found = (
        F.col(places[column.name]).alias(column.name)
        if column.name in places
        else quoted(column.name)
        for column in columns
    )
    return values.select(*keep, *found, F.coalesce(fits, F.lit(False)).alias(FITS))


def contradictions(columns: Sequence[Column]) -> Expression:
    """Return an array of ``struct<column,value,type>``: texts that do not fit, the leftmost first.

    For the few records that do not: it casts every value a second time.
    """
    wrong = [
        F.when(
            ~F.coalesce(_has_form(column, _cast(column)), F.lit(False)),
            F.struct(
                F.lit(column.name).alias("column"),
                quoted(column.name).alias("value"),
                F.lit(column.type).alias("type"),
            ),
        )
        for column in columns
        if column.type != "string"
    ]
    if not wrong:
        return F.array().cast("array<struct<column:string,value:string,type:string>>")
    return F.array_compact(F.array(*wrong))


def _cast(column: Column) -> Expression:
    if column.type == "boolean":
        return _boolean(quoted(column.name))
    name = column.name.replace("`", "``")
    # A cast gives null or a near value for what it does not like, as the settings will; try_cast
    # always gives null. It has no function of its own in PySpark 3.5.
    return F.expr(f"try_cast(`{name}` as {column.type})")


def _boolean(text: Expression) -> Expression:
    # As strict as the pattern and quicker, most of all where the letters are small.
    as_usual = F.when(text == "true", F.lit(True)).when(text == "false", F.lit(False))
    small = F.lower(text)
    return as_usual.when(small == "true", F.lit(True)).when(small == "false", F.lit(False))


def _has_form(column: Column, value: Expression) -> Expression:
    """Whether the column's text is null or a text of the column's type. Null stands for no."""
    text = quoted(column.name)
    family, _, size = column.type.partition("(")
    if family not in FORMS:
        raise BadArgumentError(
            f"Column {column.name}: a text cannot become {column.type}; "
            f"use string or one of {', '.join(FORMS)}"
        )
    form = F.lit(True) if family == "boolean" else has_form(text, family)
    if family == "bigint":
        # As strict as the pattern and quicker; only "-0" is written back otherwise.
        form = (value.cast("string") == text) | (text == "-0")
    if family == "decimal":
        scale = int(size.rstrip(")").rpartition(",")[2]) if "," in size else 0
        form = form & is_exact(text, scale)
    if family == "double":
        form = form & ~value.isin(float("inf"), float("-inf"))
    return text.isNull() | (value.isNotNull() & form)


def has_form(text: Expression, family: str) -> Expression:
    """Whether the whole text has the form of the type."""
    # Not $, which lets a line break follow.
    return text.rlike(rf"^(?:{FORMS[family]})\z")


def is_exact(text: Expression, scale: int) -> Expression:
    """Whether the number in ``text`` has no more decimals than ``scale``; a cast would round it."""
    whole, fraction, exponent = (F.regexp_extract(text, _DECIMAL_PARTS, part) for part in (1, 2, 3))
    digits = F.concat(whole, fraction)
    power = F.when(exponent == "", F.lit(0)).otherwise(exponent.cast("int"))
    trailing_zeros = F.length(F.regexp_extract(digits, "(0*)$", 1))
    needed = F.length(fraction) - power - trailing_zeros
    return ~digits.rlike("[1-9]") | (needed <= scale)
