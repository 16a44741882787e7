"""CSV into records, by Arrow's reader: each field a text, then held to its column's type.

An empty field is null, quoted or not. Where lines end in CR LF, a CR LF inside quotes is read as
LF, as in the Glue job (``glue_scripts/pipeline_spark/csv_records.py``).
"""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from functions.common.arrow_columns import Column, schema_of
from functions.common.arrow_csv import parsed, parsing
from functions.common.arrow_texts import assert_readable, typed
from functions.common.limits import MIB
from functions.process_file.batch import Batch
from functions.process_file.contradiction import BadRow, Contradiction
from functions.process_file.errors import SchemaContradictionError

if TYPE_CHECKING:
    from _csv import Reader as _Rows

_BLOCK_BYTES = 4 * MIB
_LINE_ENDS = b"\r\n"
_COLUMNS_SHOWN = 5


@dataclass(frozen=True)
class CsvRecords:
    """A CSV file with a header of these columns. ``open_source`` gives its bytes, unzipped."""

    uri: str
    open_source: Callable[[], BinaryIO]
    columns: Sequence[Column]
    delimiter: str
    multi_line: bool
    max_record_bytes: int

    def batches(self) -> Iterator[Batch]:
        """Yield all records. Raises SchemaContradictionError if the header is another one."""
        for column in self.columns:
            assert_readable(column.name, column.arrow)
        source = io.BufferedReader(self.open_source(), 64 * 1024)  # type: ignore[type-var]
        windows = source.peek(64 * 1024).partition(b"\n")[0].endswith(b"\r")
        row = 1
        for texts in self._texts(source):
            if self.multi_line and windows:
                texts = _with_line_feeds(texts)  # noqa: PLW2901 - the same texts
            batch = self._typed(texts, row)
            row += batch.rows
            yield batch

    def with_lines(self, bad: Iterator[BadRow]) -> Iterator[BadRow]:
        """Yield the rows with their lines, found by reading once more up to the last of them."""
        text = io.TextIOWrapper(self.open_source(), "utf-8-sig", newline="")
        csv.field_size_limit(self.max_record_bytes + 1)
        reader = csv.reader(text, delimiter=self.delimiter, strict=True)
        last, number = 0, -1
        starts = _first_lines(reader)
        for row in bad:
            while number < row.row:
                number, last = next(starts)
            yield row.at(last)

    def _texts(self, source: BinaryIO) -> Iterator[pa.RecordBatch]:
        """Yield the fields as they stand in the file."""
        try:
            yield from self._streamed(source) if self.multi_line else self._block_by_block(source)
        except pa.ArrowInvalid as error:
            raise SchemaContradictionError(f"{self.uri}: {error}") from error

    def _block_by_block(self, source: BinaryIO) -> Iterator[pa.RecordBatch]:
        """Cut the file at line ends, each of which ends a record."""
        header = next((line for line in source if line.strip(_LINE_ENDS)), b"").decode("utf-8-sig")
        self._check_header(next(csv.reader([header], delimiter=self.delimiter), []))
        rest = b""
        while data := source.read(_BLOCK_BYTES):
            data = rest + data
            cut = data.rfind(b"\n") + 1
            rest = data[cut:]
            yield from self._parsed(data[:cut])
        yield from self._parsed(rest)

    def _parsed(self, block: bytes) -> Iterator[pa.RecordBatch]:
        if not block.strip(_LINE_ENDS):
            return
        yield from parsed(block, self._names(), self.delimiter)

    def _streamed(self, source: BinaryIO) -> Iterator[pa.RecordBatch]:
        """Let Arrow find where records end. It reads up to 32 blocks ahead."""
        options = arrow_csv.ReadOptions(
            use_threads=False, block_size=max(MIB, 2 * self.max_record_bytes)
        )
        how = parsing(self._names(), self.delimiter, multi_line=True)
        reader = arrow_csv.open_csv(source, options, *how)
        self._check_header(reader.schema.names)
        yield from reader

    def _names(self) -> list[str]:
        return [column.name for column in self.columns]

    def _check_header(self, found: Sequence[str]) -> None:
        if found != self._names():
            raise SchemaContradictionError(
                f"{self.uri}: the header is not the one that was validated: "
                f"{', '.join(self._names())}"
            )

    def _typed(self, texts: pa.RecordBatch, first_row: int) -> Batch:
        arrays, fits = [], []
        for column, array in zip(self.columns, texts.columns, strict=True):
            values, mask = typed(array, column.arrow)
            arrays.append(values)
            fits.append(mask)
        whole = pa.record_batch(arrays, schema=schema_of(self.columns))
        masks = [mask for mask in fits if mask is not None]
        if not masks:
            return Batch(whole)
        fitting = masks[0]
        for mask in masks[1:]:
            fitting = pc.and_(fitting, mask)
        wrong = pc.indices_nonzero(pc.invert(fitting)).to_pylist()
        bad = [self._bad_row(texts, index, first_row, fits) for index in wrong]
        return Batch(whole.filter(fitting), bad)

    def _bad_row(
        self, texts: pa.RecordBatch, index: int, first_row: int, fits: Sequence[pa.Array | None]
    ) -> BadRow:
        record = {name: texts[name][index].as_py() for name in texts.schema.names}
        contradictions = [
            Contradiction.of_value(column.name, record[column.name], column.type)
            for column, mask in zip(self.columns, fits, strict=True)
            if mask is not None and not mask[index].as_py()
        ]
        begins = ", ".join(value or "" for value in list(record.values())[:_COLUMNS_SHOWN])
        return BadRow(first_row + index, contradictions, begins, record)


def _with_line_feeds(texts: pa.RecordBatch) -> pa.RecordBatch:
    arrays = [pc.replace_substring(array, "\r\n", "\n") for array in texts.columns]
    return pa.record_batch(arrays, schema=texts.schema)


def _first_lines(reader: "_Rows") -> Iterator[tuple[int, int]]:
    """Yield each record's number, 0 for the header, and the line in which it starts."""
    number, passed = 0, 0
    for record in reader:
        if record:
            yield number, passed + 1
            number += 1
        passed = reader.line_num
