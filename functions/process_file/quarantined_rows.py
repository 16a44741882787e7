"""Rows that contradict the schema, put aside with their reasons as JSON Lines."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from functions.process_file.contradiction import BadRow, Contradiction


class QuarantinedRows:
    """Rows kept in a file, so that their number is bounded by nothing but the disk."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0

    def add(self, rows: Iterable[BadRow]) -> None:
        """Add rows, in the file's order."""
        with self.path.open("ab") as file:
            for row in rows:
                file.write(msgspec.json.encode(row.to_json()) + b"\n")
                self.count += 1

    def __iter__(self) -> Iterator[BadRow]:
        with self.path.open("rb") as file:
            for line in file:
                yield _row(line)


class _Kept(msgspec.Struct):
    row: int
    line: int | None
    column: str
    value: str
    reason: str
    record: msgspec.Raw


def _row(line: bytes) -> BadRow:
    kept = msgspec.json.decode(line, type=_Kept)
    first = Contradiction(kept.column, kept.value, kept.reason)
    return BadRow(kept.row, (first,), "", msgspec.Raw(bytes(kept.record)), kept.line)
