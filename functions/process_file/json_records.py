"""JSON into records: one object in each line, an array of objects, or one object.

A key that a record lacks is null. In a column of text, a value that is no text stands as JSON. A
value of another type contradicts, and so does a key that validation did not see, at any depth.
"""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Literal

import msgspec

from functions.common.arrow_columns import Column
from functions.common.limits import KIB, MIB
from functions.process_file.batch import Batch
from functions.process_file.contradiction import BadRow, shown
from functions.process_file.json_decoding import NotQuickError, QuickDecoder, batch_of
from functions.process_file.json_elements import elements
from functions.process_file.json_text import decode
from functions.process_file.json_values import read_record

JsonShape = Literal["array", "object", "lines"]

_BATCH_BYTES = 2 * MIB
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_WHITE_SPACE = b" \t\r\n"


@dataclass(frozen=True)
class JsonRecords:
    """A JSON file whose records have these columns. ``open_source`` gives its bytes, unzipped."""

    uri: str
    open_source: Callable[[], BinaryIO]
    columns: Sequence[Column]
    shape: JsonShape

    def batches(self) -> Iterator[Batch]:
        """Yield all records."""
        quick = QuickDecoder(self.columns)
        row = 1
        for records in self._in_batches():
            texts = [record for _, record in records]
            try:
                batch = Batch(quick.decode(texts))
            except NotQuickError:
                batch = self._exactly(records, row)
            row += batch.rows
            yield batch

    def with_lines(self, bad: Iterator[BadRow]) -> Iterator[BadRow]:
        """Yield the rows as they are: lines are known from reading, or make no sense."""
        return bad

    def _in_batches(self) -> Iterator[list[tuple[int | None, bytes]]]:
        waiting: list[tuple[int | None, bytes]] = []
        size = 0
        for line, record in self._records():
            waiting.append((line, record))
            size += len(record)
            if size >= _BATCH_BYTES:
                yield waiting
                waiting, size = [], 0
        if waiting:
            yield waiting

    def _records(self) -> Iterator[tuple[int | None, bytes]]:
        """Yield the records' texts and, where each has a line of its own, its number."""
        source = io.BufferedReader(self.open_source(), 256 * KIB)  # type: ignore[type-var]
        if source.peek(3).startswith(_BYTE_ORDER_MARK):
            source.read(3)
        if self.shape == "object":
            yield None, source.read()
        elif self.shape == "array":
            for element in elements(source):
                yield None, element
        else:
            for number, line in enumerate(source, 1):
                if line.strip(_WHITE_SPACE):
                    yield number, line

    def _exactly(self, records: Sequence[tuple[int | None, bytes]], first_row: int) -> Batch:
        columns = {column.name: column for column in self.columns}
        fitting: list[dict[str, Any]] = []
        bad = []
        for row, (line, text) in enumerate(records, first_row):
            record = decode(text.decode())
            values, wrong = read_record(record, columns)
            if wrong:
                begins = shown(text.decode().strip())
                bad.append(BadRow(row, wrong, begins, _one_line(text), line))
            else:
                fitting.append(values)
        return Batch(batch_of(fitting, self.columns), bad)


def _one_line(text: bytes) -> msgspec.Raw:
    """Return the record as it stands in the file, numbers to the last digit, in one line."""
    # Inside a JSON string a line break is always escaped, so these stand between tokens.
    return msgspec.Raw(text.strip(_WHITE_SPACE).replace(b"\n", b" ").replace(b"\r", b" "))
