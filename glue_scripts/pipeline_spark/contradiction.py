"""Records that do not fit the columns that validation found: what Spark says, told to a person.

Validation infers types from a sample, so a later record may contradict them. The first pass over a
file only asks whether each record fits. Only if one does not, a second pass finds the rows, their
numbers and what is wrong with them. The Lambda function process_file uses the same words.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from pyspark.sql import Column as Expression
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812 - Spark's own name for it

from pipeline_spark.columns import Column
from pipeline_spark.errors import SchemaContradictionError

OnContradiction = Literal["fail", "widen", "quarantine_rows"]
"""End the job; read the contradicted columns as text; put the contradicting rows aside."""

CORRUPT_RECORD = "__contradicting_record"
"""Where Spark's readers keep the text of a record that they cannot read."""
FITS = "__fits"
"""A column of booleans, never null: whether the record fits the columns."""

_MARK = "[CONTRADICTS_SCHEMA]"
_SHOWN_CHARACTERS = 300


@dataclass(frozen=True)
class Contradiction:
    """What is wrong with one value. ``value`` is its text, of JSON its JSON text."""

    column: str
    value: str
    reason: str

    @classmethod
    def of_value(cls, column: str, value: str, type_name: str) -> "Contradiction":
        """Return the contradiction of a value to its column's type."""
        return cls(column, value, f"'{shown(value)}' is no {type_name}")

    @classmethod
    def of_key(cls, path: str, value: str, column: str | None = None) -> "Contradiction":
        """Return the contradiction of a key that validation did not see.

        ``column`` is the one in which the key is nested, None for a key of the record itself.
        """
        if column is None:
            return cls(path, value, "validation did not see this key")
        return cls(column, value, f"validation did not see the key {path}")


@dataclass(frozen=True)
class BadRow:
    """A record with its contradictions, the leftmost column first.

    ``row`` counts records from 1, without a header, and ``line`` the file's lines; None where they
    are not known. ``begins`` is for a person to find the record by; ``record`` is all of it as
    JSON: CSV's texts by their columns, or the JSON as it stands.
    """

    row: int | None
    line: int | None
    contradictions: Sequence[Contradiction]
    begins: str
    record: str

    def json_line(self) -> bytes:
        """Return the row as it is put aside: a line of JSON Lines."""
        first = self.contradictions[0]
        facts = {
            "row": self.row,
            "line": self.line,
            "column": first.column,
            "value": first.value,
            "reason": first.reason,
        }
        # The record's text is left as it is: decoding would change its numbers.
        return f'{json.dumps(facts)[:-1]}, "record": {self.record}}}\n'.encode()

    def error(self, uri: str) -> SchemaContradictionError:
        """Return the error that says where in the file ``uri`` the row is, and what is wrong."""
        first = self.contradictions[0]
        row = "a row" if self.row is None else f"row {self.row}"
        line = "" if self.line is None else f" (line {self.line})"
        return SchemaContradictionError(
            f"{uri}: {row}{line} does not fit the columns that validation found. "
            f"Column {first.column}: {first.reason}. Record begins: {shown(self.begins)}"
        )


class Records(Protocol):
    """A file, or a folder of files, as records with columns."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns that the records are held to."""

    def judged(self) -> DataFrame:
        """Return all records with their columns and FITS; what does not fit has no values."""

    def bad_rows(self) -> Iterator[BadRow]:
        """Read again, and yield the records that do not fit, in the file's order."""

    def with_columns(self, columns: tuple[Column, ...]) -> "Records":
        """Return the same records, held to other columns."""


def refuse(judged: DataFrame) -> DataFrame:
    """Return the records without FITS, in an order that ends the job if one does not fit."""
    # Always true, and not deterministic: below it Spark moves no filter, which would compute each
    # value twice.
    once = F.monotonically_increasing_id() >= 0
    fits = F.when(F.col(FITS), F.lit(True)).otherwise(F.raise_error(F.lit(_MARK)))
    return judged.withColumn(FITS, F.col(FITS) & once).where(fits).drop(FITS)


def leave_out(judged: DataFrame) -> DataFrame:
    """Return the records that fit, without FITS."""
    return judged.where(F.col(FITS)).drop(FITS)


def explained(error: Exception, uri: str, records: Records) -> Exception:
    """Return what to raise for Spark's ``error``: ours if a record caused it, else itself."""
    if is_contradiction(error):
        bad = next(records.bad_rows(), None)
        return error if bad is None else bad.error(uri)
    if "CSVHeaderChecker" in str(error):
        names = ", ".join(column.name for column in records.columns)
        return SchemaContradictionError(
            f"{uri}: the header is not the one that was validated: {names}"
        )
    return error


def is_contradiction(error: Exception) -> bool:
    """Whether ``refuse`` ended the job."""
    return _MARK in str(error)


def widened(records: Records) -> Records:
    """Return the records with every contradicted column as one of text.

    Keys that validation did not see become columns of text, sorted, after the others.
    """
    contradicted = {wrong.column for bad in records.bad_rows() for wrong in bad.contradictions}
    known = {column.name for column in records.columns}
    columns = [
        Column(column.name, "string") if column.name in contradicted else column
        for column in records.columns
    ]
    columns += [Column(name, "string") for name in sorted(contradicted - known)]
    if len({column.name.lower() for column in columns}) < len(columns):
        raise SchemaContradictionError(
            "A key that validation did not see differs from a column by upper and lower case "
            f"alone, so it cannot become a column: {', '.join(sorted(contradicted - known))}"
        )
    return records.with_columns(tuple(columns))


def shown(text: str) -> str:
    """Return the text in one line, shortened to what a person needs to find it."""
    one_line = text.replace("\r", "\\r").replace("\n", "\\n")
    if len(one_line) <= _SHOWN_CHARACTERS:
        return one_line
    return f"{one_line[:_SHOWN_CHARACTERS]}…"


def quoted(name: str) -> Expression:
    """Return the column of that name, which may hold dots and backticks."""
    escaped = name.replace("`", "``")
    return F.col(f"`{escaped}`")
