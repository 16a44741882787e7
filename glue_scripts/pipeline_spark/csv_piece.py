"""What one task does with its piece of a large CSV file: read, check and write it, all by Arrow.

The forms of values are those of ``functions.common.arrow_texts``, by which the Lambda engine reads
too. Whatever is not plain is an error here, and for Spark to look at (``csv_pieces``).
"""

import csv
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from functions.common.arrow_columns import Column
from functions.common.arrow_csv import parsed
from functions.common.arrow_texts import typed
from functions.common.parquet_parts import ParquetParts
from pipeline_spark.errors import NotPlainError
from pipeline_spark.object_ranges import Ranges

_BLOCK_BYTES = 8 * 1024 * 1024
_TAIL_BYTES = 64 * 1024
"""How much is read at a time of a piece's last line, which ends beyond the piece."""
_MAX_LINE_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True)
class Piece:
    """The lines of a file that begin from ``begin`` up to and without ``end``, in bytes."""

    number: int
    begin: int
    end: int


@dataclass(frozen=True)
class Work:
    """What is to be done with each piece. Names of files begin with ``prefix``."""

    ranges: Ranges
    columns: Sequence[Column]
    delimiter: str
    day: date
    prefix: str

    @classmethod
    def of(
        cls,
        ranges: Ranges,
        columns: Sequence[tuple[str, str]],
        delimiter: str,
        day: date,
        prefix: str,
    ) -> "Work":
        """Return the work; ``columns`` are (name, Spark SQL type)."""
        typed_columns = tuple(Column.of(name, type_name) for name, type_name in columns)
        return cls(ranges, typed_columns, delimiter, day, prefix)

    def write(self, piece: Piece) -> int:
        """Write the piece's records as Parquet and return their number.

        A second run of the same piece writes the same files again. Raises NotPlainError.
        """
        rows = 0
        with tempfile.TemporaryDirectory() as folder:
            parts = ParquetParts(Path(folder), self.columns, self.day)
            for block in self._records(piece):
                for texts in self._parsed(block):
                    parts.write(self._typed(texts))
                    rows += texts.num_rows
            parts.close()
            for path in parts.paths if rows else ():
                self.ranges.put(path, f"{self.prefix}{piece.number:05}-{path.name}")
        return rows

    def _records(self, piece: Piece) -> Iterator[bytes]:
        """Yield the piece's lines without the file's header."""
        header_is_due = piece.begin == 0
        for block in lines_of(self.ranges, piece):
            rest = block
            if header_is_due:
                rest = block.lstrip(b"\r\n")
                header_is_due = not rest
                if rest:
                    line, _, rest = rest.partition(b"\n")
                    self._check_header(line)
            assert_plain(rest, self.delimiter)
            yield rest

    def _check_header(self, line: bytes) -> None:
        try:
            text = line.removesuffix(b"\r").decode("utf-8-sig")
            names = next(csv.reader([text], delimiter=self.delimiter, strict=True), [])
        except (ValueError, csv.Error) as error:
            raise NotPlainError(f"the header: {error}") from error
        if names != [column.name for column in self.columns]:
            raise NotPlainError("the header is another one")

    def _parsed(self, block: bytes) -> Sequence[pa.RecordBatch]:
        if not block.strip(b"\r\n"):
            return ()
        try:
            return parsed(block, [column.name for column in self.columns], self.delimiter)
        except pa.ArrowInvalid as error:
            raise NotPlainError(str(error)) from error

    def _typed(self, texts: pa.RecordBatch) -> pa.RecordBatch:
        arrays = []
        for column, array in zip(self.columns, texts.columns, strict=True):
            values, fits = typed(array, column.arrow)
            if fits is not None and not pc.all(fits, min_count=0).as_py():
                raise NotPlainError(f"column {column.name}: a value is no {column.type}")
            arrays.append(values)
        return pa.record_batch(arrays, names=[column.name for column in self.columns])


def lines_of(ranges: Ranges, piece: Piece) -> Iterator[bytes]:
    """Yield the lines that begin within the piece, whole, some MiB at a time."""
    begun = piece.begin == 0
    # The byte before tells whether a line begins with the piece.
    position = max(0, piece.begin - 1)
    rest = b""
    while position < piece.end:
        stop = min(position + _BLOCK_BYTES, piece.end)
        data, position = rest + ranges.read(position, stop), stop
        if not begun:
            _, line_end, data = data.partition(b"\n")
            begun = bool(line_end)
        cut = data.rfind(b"\n") + 1
        if cut:
            yield data[:cut]
        rest = _bounded(data[cut:])
    while rest and position < ranges.size:
        stop = min(position + _TAIL_BYTES, ranges.size)
        tail, line_end, _ = ranges.read(position, stop).partition(b"\n")
        rest, position = _bounded(rest + tail + line_end), stop
        if line_end:
            break
    if rest:
        yield rest


def assert_plain(block: bytes, delimiter: str) -> None:
    """Raise NotPlainError where programs may differ on what the lines' fields are.

    Quotes stand around whole fields or, doubled, within such; each line is a record.
    """
    if b"\0" in block:
        raise NotPlainError("a NUL")
    if b'"' in block:
        lines = pa.array([block if block.endswith(b"\n") else block + b"\n"], pa.binary())
        if not pc.match_substring_regex(lines, _regular_lines(delimiter))[0].as_py():
            raise NotPlainError("quotes in an unusual place, or a line break between them")
    elif b"\r" in block and block.count(b"\r") != block.count(b"\r\n"):
        # Arrow ends a line at each.
        raise NotPlainError("a CR without LF")


def _regular_lines(delimiter: str) -> str:
    end = re.escape(delimiter)
    field = rf'(?:[^"{end}\r\n][^"{end}\r\n]*|"(?:[^"\r\n]|"")*"|)'
    return rf"\A(?:{field}(?:{end}{field})*\r?\n)*\z"


def _bounded(line: bytes) -> bytes:
    if len(line) > _MAX_LINE_BYTES:
        raise NotPlainError(f"a line of more than {_MAX_LINE_BYTES} bytes")
    return line
