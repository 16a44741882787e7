"""Records that do not fit the schema: found by Spark, told to a person.

Validation infers types from a sample, so a later record may contradict them. Spark is asked to keep
the text of such a record in a column of its own (mode PERMISSIVE); ``refuse_contradictions`` then
stops the job at the first one. FAILFAST would stop as well, but tells the record's nulls and not
its text.
"""

import re
from collections.abc import Iterable, Sequence

from pyspark.sql import Column as Expression
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812 - Spark's own name for it

from pipeline_spark.columns import Column
from pipeline_spark.errors import SchemaContradictionError

CORRUPT_RECORD = "__contradicting_record"
_MARK = "[CONTRADICTS_SCHEMA]"
_SHOWN_CHARACTERS = 300
_MARKED_LINE = re.compile(re.escape(_MARK) + r" ([^\n]*)")


def stop_with(message: Expression) -> Expression:
    """Return an expression that ends the job with ``message``, shortened to one line."""
    one_line = F.regexp_replace(message, r"[\r\n]+", r"\\n")
    return F.raise_error(F.concat(F.lit(f"{_MARK} "), one_line))


def shown(text: Expression) -> Expression:
    """Return the first characters of a record, enough to find it by."""
    whole = F.length(text) <= _SHOWN_CHARACTERS
    return F.when(whole, text).otherwise(
        F.concat(F.substring(text, 1, _SHOWN_CHARACTERS), F.lit("…"))
    )


def refuse_contradictions(records: DataFrame, columns: Sequence[Column]) -> DataFrame:
    """Return the records without CORRUPT_RECORD, in an order that ends the job if one is set."""
    corrupt = F.col(CORRUPT_RECORD)
    names = [column.name for column in columns]
    message = F.concat(
        F.lit("A record does not fit the columns that validation found. Columns without a value: "),
        F.concat_ws(", ", *(_name_if_null(name) for name in names)),
        F.lit(". Record: "),
        shown(corrupt),
    )
    # The check must hang on a column that is written, or the optimiser drops it.
    first, *others = names
    checked = F.when(corrupt.isNotNull(), stop_with(message)).otherwise(quoted(first))
    return records.select(checked.alias(first), *(quoted(name) for name in others))


def quoted(name: str) -> Expression:
    """Return the column of that name, which may hold dots and backticks."""
    escaped = name.replace("`", "``")
    return F.col(f"`{escaped}`")


def translate(error: Exception, source_uri: str, columns: Iterable[Column]) -> Exception:
    """Return what to raise for Spark's ``error``: ours if a record caused it, else itself."""
    text = str(error)
    marked = _MARKED_LINE.search(text)
    if marked:
        types = ", ".join(f"{column.name} {column.type}" for column in columns)
        return SchemaContradictionError(f"{source_uri}: {marked[1]} (expected: {types})")
    if "CSVHeaderChecker" in text:
        names = ", ".join(column.name for column in columns)
        return SchemaContradictionError(
            f"{source_uri}: the header is not the one that was validated: {names}"
        )
    return error


def _name_if_null(name: str) -> Expression:
    return F.when(quoted(name).isNull(), F.lit(name))
