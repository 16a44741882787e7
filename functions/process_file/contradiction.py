"""Records that do not fit the columns that validation found.

Validation infers types from a sample, so a later record may contradict them. The Glue jobs name
the same contradictions in the same words (``glue_scripts/pipeline_spark/contradiction.py``).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from functions.process_file.errors import SchemaContradictionError

_SHOWN_CHARACTERS = 300


class OnContradiction(StrEnum):
    """What to do with a record that contradicts the schema."""

    FAIL = "fail"
    WIDEN = "widen"
    QUARANTINE_ROWS = "quarantine_rows"


@dataclass(frozen=True)
class Contradiction:
    """What is wrong with one value. ``value`` is its text as it stands in the file."""

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

    ``row`` counts records from 1, without a header. ``begins`` is how the record begins, for a
    person to find it by; ``record`` all of it: CSV's texts by their columns, or JSON as it stands.
    """

    row: int
    contradictions: Sequence[Contradiction]
    begins: str
    record: Any
    line: int | None = None

    def at(self, line: int | None) -> "BadRow":
        """Return the row with its line."""
        return replace(self, line=line)

    def to_json(self) -> dict[str, Any]:
        """Return the row as it is put aside."""
        first = self.contradictions[0]
        return {
            "row": self.row,
            "line": self.line,
            "column": first.column,
            "value": first.value,
            "reason": first.reason,
            "record": self.record,
        }

    def error(self, uri: str) -> SchemaContradictionError:
        """Return the error that says where in the file ``uri`` the row is, and what is wrong."""
        first = self.contradictions[0]
        line = "" if self.line is None else f" (line {self.line})"
        return SchemaContradictionError(
            f"{uri}: row {self.row}{line} does not fit the columns that validation found. "
            f"Column {first.column}: {first.reason}. Record begins: {shown(self.begins)}"
        )


def shown(text: str) -> str:
    """Return the text in one line, shortened to what a person needs to find it."""
    one_line = text.replace("\r", "\\r").replace("\n", "\\n")
    if len(one_line) <= _SHOWN_CHARACTERS:
        return one_line
    return f"{one_line[:_SHOWN_CHARACTERS]}…"
