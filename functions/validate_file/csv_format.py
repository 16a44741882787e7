"""CSV with a header, as RFC 4180 has it, with other delimiters as well.

Fields that hold the delimiter, a quote or a line break stand in double quotes, and a quote within
them is doubled. Empty lines are passed over, lines of blanks are not. Python's own reader does the
work in C; the loop around it counts fields and nothing else.
"""

import csv
from collections import deque
from collections.abc import Iterator
from io import StringIO
from itertools import chain

from functions.common.reasons import FileRejected, Reason, ReasonCode
from functions.validate_file import text
from functions.validate_file.columns import RowColumns, check_names
from functions.validate_file.delimiter import find_delimiter
from functions.validate_file.findings import Findings
from functions.validate_file.lines import LineBlock, line_blocks
from functions.validate_file.place import Place
from functions.validate_file.sampling import Sampler
from functions.validate_file.settings import Limits
from functions.validate_file.streams import PeekableStream

_CSV_EXTENSIONS = (".csv", ".tsv", ".tab", ".txt", ".psv")


def read_csv(stream: PeekableStream, limits: Limits, head: bytes, key: str) -> Findings:
    """Read to the end. Raises FileRejected at the first fault.

    ``head`` is the beginning of the file, from which the delimiter is found.
    """
    delimiter = find_delimiter(_whole_lines(head))
    if delimiter is None:
        name = key.lower().removesuffix(".gz").removesuffix(".gzip")
        if not name.endswith(_CSV_EXTENSIONS):
            message = (
                "The file is neither JSON nor Parquet, and its first line has no delimiter that "
                "CSV would have (comma, semicolon, tab or bar)."
            )
            raise FileRejected(Reason(ReasonCode.UNSUPPORTED_TYPE, message, line=1))
        delimiter = ","
    return _CsvReader(_Lines(stream, limits), delimiter, limits).read()


def _whole_lines(head: bytes) -> list[str]:
    end = head.rfind(b"\n") + 1 or len(head)
    return list(_split(head[:end].decode(errors="replace").removeprefix("\ufeff")))


def _split(data: str) -> Iterator[str]:
    # Unlike str.splitlines, it splits at LF alone and not at form feeds or Unicode's separators.
    return StringIO(data, newline="\n")


class _CsvReader:
    def __init__(self, lines: "_Lines", delimiter: str, limits: Limits) -> None:
        # The limit is Python's, for the whole process; _Lines keeps to it before it can be reached.
        csv.field_size_limit(limits.max_record_bytes + 1)
        self._lines = lines
        self._delimiter = delimiter
        self._reader = csv.reader(lines, delimiter=delimiter, strict=True)
        self._sampler = Sampler()
        self._blank = 0

    def read(self) -> Findings:
        try:
            header = self._read_header()
            columns = RowColumns(header)
            count = self._read_rows(len(header), columns)
        except csv.Error as error:
            raise self._translate(error) from error
        if not count:
            message = "The file holds a header and no rows."
            raise FileRejected(Reason(ReasonCode.HEADER_ONLY, message, line=1))
        multi_line = self._reader.line_num != count + self._blank + 1
        return Findings(count, columns.columns(), self._delimiter, multi_line)

    def _read_header(self) -> list[str]:
        for row in self._reader:
            first = self._lines.record_line
            self._lines.record_line = self._reader.line_num + 1
            if row:
                check_names(row, first)
                return row
            self._blank += 1
        raise FileRejected(Reason(ReasonCode.EMPTY, "The file holds nothing but white space."))

    def _read_rows(self, width: int, columns: RowColumns) -> int:
        lines, reader, sampler = self._lines, self._reader, self._sampler
        count, due, last = 0, sampler.next, None
        for row in reader:
            if len(row) != width:
                if row:
                    raise self._ragged(row, width)
                self._blank += 1
            else:
                if count >= due:
                    columns.observe(row)
                    sampler.advance()
                    due = sampler.next
                count += 1
                last = row
            lines.record_line = reader.line_num + 1
        if last:
            # Totals and other oddities stand at the end.
            columns.observe(last)
        return count

    def _ragged(self, row: list[str], width: int) -> FileRejected:
        line = self._lines.record_line
        fields = "1 field" if len(row) == 1 else f"{len(row)} fields"
        message = f"Line {line} has {fields}, the header has {width}."
        return FileRejected(Reason(ReasonCode.RAGGED_ROW, message, line, self._lines.offset(line)))

    def _translate(self, error: csv.Error) -> FileRejected:
        line = self._lines.record_line
        code, message = _meaning(str(error), line, self._reader.line_num)
        return FileRejected(Reason(code, message, line, self._lines.offset(line)))


def _meaning(error: str, first: int, last: int) -> tuple[ReasonCode, str]:
    """Translate a message of Python's reader about the record in those lines."""
    where = f"Line {first}" if first == last else f"The record in lines {first} to {last}"
    if "unexpected end of data" in error:
        message = f"A quote that is opened in line {first} is never closed."
        return ReasonCode.UNCLOSED_QUOTE, message
    if "expected after" in error:
        message = f"{where} has text between a closing quote and the next delimiter."
        return ReasonCode.TEXT_AFTER_QUOTE, message
    if "new-line character" in error:
        message = f"{where} has a carriage return (CR) that is not part of a line's end."
        return ReasonCode.LINE_ENDINGS, message
    raise AssertionError(f"an error of csv.reader that nothing here leads to: {error}")


class _Lines:
    """The lines of a text file as str, checked. An iterator, as ``csv.reader`` wants it.

    ``record_line`` is the line in which the current record starts; the reader keeps it up to date.
    Blocks are kept as long as the current record is in them.
    """

    def __init__(self, stream: PeekableStream, limits: Limits) -> None:
        self._blocks = line_blocks(stream, limits)
        self._limits = limits
        self._kept: deque[LineBlock] = deque()
        self.record_line = 1
        self._iterator: Iterator[str] = chain.from_iterable(self._pieces())

    def __iter__(self) -> Iterator[str]:
        return self._iterator

    def offset(self, line: int) -> int:
        """Return where in the file a line of the current record starts."""
        block = next(block for block in reversed(self._kept) if block.first_line <= line)
        return block.offset + block.place_of_line(line)

    def _pieces(self) -> Iterator[Iterator[str]]:
        for block in self._blocks:
            self._forget()
            self._kept.append(block)
            fault = text.first_fault(block.data)
            if fault is None:
                yield from self._bounded(block, block.data)
                continue
            # What is wrong in an earlier line comes first, however the file was cut into blocks.
            number, start = block.line_at(fault)
            yield from self._bounded(block, block.data[:start])
            place = Place(block.offset + start, number)
            raise FileRejected(text.fault(place, block.data[start:], fault - start))

    def _forget(self) -> None:
        """Forget the blocks that end before the current record."""
        while len(self._kept) > 1 and self._kept[1].first_line <= self.record_line:
            self._kept.popleft()

    def _bounded(self, block: LineBlock, data: bytes) -> Iterator[Iterator[str]]:
        """Yield the lines of ``data``, in groups; reject a record that grows beyond the limit."""
        limit, record_line = self._limits.max_record_bytes, self.record_line
        record_bytes = block.offset - self.offset(record_line)
        lines = _split(data.decode())
        if record_bytes + len(data) > limit:
            for line in lines:
                # A record that starts in here, past the first line, is shorter than a chunk.
                if self.record_line != record_line:
                    yield iter([line])
                    break
                record_bytes += len(line.encode())
                if record_bytes > limit:
                    raise self._endless()
                yield iter([line])
        yield lines

    def _endless(self) -> FileRejected:
        line = self.record_line
        message = (
            f"The record that starts in line {line} goes on for more than "
            f"{self._limits.max_record_bytes} bytes; most likely a quote is never closed."
        )
        code = ReasonCode.UNCLOSED_QUOTE
        return FileRejected(Reason(code, message, line, self.offset(line)))
