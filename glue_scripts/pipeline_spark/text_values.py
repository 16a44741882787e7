"""Texts into the types that validation found, by validation's own rules.

Spark's readers and casts take more than those rules: ``007`` for a number, ``yes`` for a boolean,
``2026`` for a date, ``12:30:00`` for a time of today. A column of which validation's sample held
``10001`` would lose the zero of a later ``02134``. So every value is held to the form that made its
column what it is, and the first that has another one ends the job, with its column and its text.
"""

from collections.abc import Mapping, Sequence

from pyspark.sql import Column as Expression
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812 - Spark's own name for it

from pipeline_spark.columns import Column
from pipeline_spark.contradiction import quoted, shown, stop_with
from pipeline_spark.errors import BadArgumentError

_DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = "[0-9]{2}:[0-9]{2}:[0-9]{2}"
_ZONE = "(Z|[+-][0-9]{2}:[0-9]{2})"
_WHOLE = "-?(0|[1-9][0-9]*)"
_FORMS: Mapping[str, str] = {
    "bigint": f"^{_WHOLE}$",
    "double": rf"^{_WHOLE}(\.[0-9]+)?([eE][+-]?[0-9]+)?$",
    "decimal": rf"^{_WHOLE}(\.[0-9]+)?$",
    "boolean": "^(?i:true|false)$",
    "date": f"^{_DATE}$",
    "timestamp": rf"^{_DATE}[T ]{_TIME}(\.[0-9]{{1,6}})?{_ZONE}?$",
}
_COLUMNS_SHOWN = 5


def typed(texts: DataFrame, columns: Sequence[Column]) -> DataFrame:
    """Return the columns, all of them strings, in their types. Null stays null."""
    begins = F.concat_ws(
        ", ", *(F.coalesce(quoted(column.name), F.lit("")) for column in columns[:_COLUMNS_SHOWN])
    )
    return texts.select(*(_typed(column, begins) for column in columns))


def _typed(column: Column, record_begins: Expression) -> Expression:
    text = quoted(column.name)
    if column.type == "string":
        return text
    value = _cast(column)
    message = F.concat(
        F.lit(f"A record does not fit the columns that validation found. Column {column.name}: "),
        F.lit("'"),
        shown(text),
        F.lit(f"' is no {column.type}. Record begins: "),
        shown(record_begins),
    )
    fits = F.when(text.isNull(), F.lit(None)).when(_has_form(column, value), value)
    return fits.otherwise(stop_with(message)).alias(column.name)


def _cast(column: Column) -> Expression:
    name = column.name.replace("`", "``")
    # A cast gives null or a near value for what it does not like, as the settings will; try_cast
    # always gives null. It has no function of its own in PySpark 3.5.
    return F.expr(f"try_cast(`{name}` as {column.type})")


def _has_form(column: Column, value: Expression) -> Expression:
    text = quoted(column.name)
    family, _, size = column.type.partition("(")
    if family not in _FORMS:
        raise BadArgumentError(
            f"Column {column.name}: a text cannot become {column.type}; "
            f"use string or one of {', '.join(_FORMS)}"
        )
    form = text.rlike(_FORMS[family])
    if family == "bigint":
        # As strict as the pattern and quicker; only "-0" is written back otherwise.
        form = (value.cast("string") == text) | (text == "-0")
    if family == "decimal":
        # A cast rounds what the scale has no room for.
        scale = int(size.rstrip(")").rpartition(",")[2]) if "," in size else 0
        decimals = F.length(F.regexp_extract(text, r"\.([0-9]*?)0*$", 1))
        form = form & (decimals <= scale)
    if family == "double":
        form = form & ~value.isin(float("inf"), float("-inf"))
    return value.isNotNull() & form
