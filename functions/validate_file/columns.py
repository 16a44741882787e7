"""The columns of a file, found from a sample of its records."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from functions.common.reasons import FileRejected, Reason, ReasonCode
from functions.validate_file.column_types import ColumnType, Digits

RESERVED = frozenset({"processing_date"})
"""Columns that the processing job adds."""


@dataclass(frozen=True)
class Column:
    """A column: its name as the file spells it, its Spark SQL type, whether it may hold null."""

    name: str
    type: str
    nullable: bool = True

    def to_json(self) -> dict[str, Any]:
        """Return the column as it stands in an execution's output."""
        return {"name": self.name, "type": self.type, "nullable": self.nullable}


def check_columns(columns: Sequence[Column], max_bytes: int) -> None:
    """Reject a file whose columns could not all be told apart, or are too many for a table.

    ``max_bytes`` bounds their JSON. Raises FileRejected.
    """
    if not columns:
        raise _rejected(ReasonCode.NO_FIELDS, "The file's records have no fields.")
    check_names([column.name for column in columns])
    size = len(json.dumps([column.to_json() for column in columns]))
    if size > max_bytes:
        raise _rejected(
            ReasonCode.TOO_MANY_COLUMNS,
            f"The description of the file's {len(columns)} columns takes {size} bytes, the limit "
            f"is {max_bytes}.",
        )


def check_names(names: Sequence[str], line: int | None = None) -> None:
    """Reject names that are empty, doubled (also but for case, as Spark sees it) or reserved."""
    seen: dict[str, int] = {}
    for place, name in enumerate(names, 1):
        folded = name.lower()
        if not name.strip():
            message = f"Column {place} of {len(names)} has no name."
            raise _rejected(ReasonCode.EMPTY_COLUMN_NAME, message, line)
        if folded in seen:
            message = f"Columns {seen[folded]} and {place} are both named {name!r}."
            raise _rejected(ReasonCode.DUPLICATE_COLUMN, message, line)
        if folded in RESERVED:
            message = f"Column {place} is named {name!r}, a name that the pipeline uses itself."
            raise _rejected(ReasonCode.RESERVED_COLUMN, message, line)
        seen[folded] = place


class RowColumns:
    """Columns of rows: names are known, values are texts."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._types = [ColumnType() for _ in names]

    def observe(self, row: Sequence[str]) -> None:
        """Take a row, as long as the header, into account."""
        for kind, value in zip(self._types, row, strict=True):
            kind.observe_text(value)

    def columns(self) -> tuple[Column, ...]:
        """Return what was found so far."""
        pairs = zip(self._names, self._types, strict=True)
        return tuple(Column(name, kind.ddl()) for name, kind in pairs)


class ObjectColumns:
    """Columns of JSON objects: the keys of all of them, in the order in which they came up."""

    def __init__(self) -> None:
        self._types: dict[str, ColumnType] = {}
        self._decode = json.JSONDecoder(parse_int=Digits, parse_float=Digits).decode

    def observe(self, record: bytes) -> None:
        """Take a record, the text of a valid JSON object, into account."""
        types = self._types
        for name, value in self._decode(record.decode()).items():
            kind = types.get(name)
            if kind is None:
                kind = types[name] = ColumnType()
            kind.observe_json(value)

    def columns(self) -> tuple[Column, ...]:
        """Return what was found so far."""
        return tuple(Column(name, kind.ddl()) for name, kind in self._types.items())


def _rejected(code: ReasonCode, message: str, line: int | None = None) -> FileRejected:
    return FileRejected(Reason(code, message, line=line))
