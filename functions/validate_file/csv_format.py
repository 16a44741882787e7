"""CSV with a header, as RFC 4180 has it, with other delimiters as well.

Fields that hold the delimiter, a quote or a line break stand in double quotes, and a quote within
them is doubled. Empty lines are passed over, lines of blanks are not.

A line without a quote, at the start of a record, is a record, and each delimiter ends a field:
there it is enough to count delimiters. Python's own reader, in C, reads the rest, and all of a
block that holds something out of the ordinary: it finds and names whatever is wrong.
"""

import csv
from itertools import repeat
from typing import TYPE_CHECKING

from functions.common.limits import Limits
from functions.common.reasons import FileRejected, Reason, ReasonCode
from functions.common.streams import PeekableStream
from functions.validate_file.columns import RowColumns, check_names
from functions.validate_file.csv_lines import CsvLines, split_lines
from functions.validate_file.delimiter import find_delimiter
from functions.validate_file.findings import Findings
from functions.validate_file.lines import LineBlock
from functions.validate_file.sampling import Sampler

if TYPE_CHECKING:
    from _csv import Reader as _Rows

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
    # The limit is Python's, for the whole process; CsvLines keeps to it before it is reached.
    csv.field_size_limit(limits.max_record_bytes + 1)
    return _CsvReader(CsvLines(stream, limits), delimiter).read()


def _whole_lines(head: bytes) -> list[str]:
    end = head.rfind(b"\n") + 1 or len(head)
    return list(split_lines(head[:end].decode(errors="replace").removeprefix("\ufeff")))


class _CsvReader:
    def __init__(self, lines: CsvLines, delimiter: str) -> None:
        self._lines = lines
        self._delimiter = delimiter
        self._columns: RowColumns | None = None
        self._width = 0
        self._sampler = Sampler()
        self._count = 0
        self._last: list[str] = []
        self._multi_line = False

    def read(self) -> Findings:
        while block := self._lines.next_block():
            if not self._read_ordinary(block):
                self._read_any(block)
        if self._columns is None:
            raise FileRejected(Reason(ReasonCode.EMPTY, "The file holds nothing but line breaks."))
        if not self._count:
            message = "The file holds a header and no rows."
            raise FileRejected(Reason(ReasonCode.HEADER_ONLY, message, line=1))
        if self._last:
            # Totals and other oddities stand at the end.
            self._columns.observe(self._last)
        return Findings(self._count, self._columns.columns(), self._delimiter, self._multi_line)

    def _read_ordinary(self, block: LineBlock) -> bool:
        """Read a block of which each line is a record; False, and nothing done, for others."""
        quotes = b'"' in block.data
        if self._columns is None or (quotes and self._multi_line) or _has_stray_return(block.data):
            return False
        lines = block.data.decode().split("\n")
        if not lines[-1]:
            lines.pop()
        if not self._are_records(lines, quotes):
            return False
        for index in self._sampler.take_from(self._count, self._count + len(lines)):
            self._columns.observe(self._split(lines[index - self._count]))
        self._last = self._split(lines[-1])
        self._count += len(lines)
        self._lines.passed += len(lines)
        return True

    def _are_records(self, lines: list[str], quotes: bool) -> bool:
        """Whether each of the lines is a record as wide as the header."""
        plain = [line for line in lines if '"' not in line] if quotes else lines
        delimiters = set(map(str.count, plain, repeat(self._delimiter)))
        if not delimiters <= {self._width - 1} or "" in plain or "\r" in plain:
            return False
        quoted = [line for line in lines if '"' in line] if quotes else []
        try:
            widths = list(map(len, csv.reader(quoted, delimiter=self._delimiter, strict=True)))
        except csv.Error:
            return False
        # Each record takes a line at least: as many records as lines means one in each.
        return len(widths) == len(quoted) and set(widths) <= {self._width}

    def _split(self, line: str) -> list[str]:
        return next(csv.reader([line], delimiter=self._delimiter, strict=True))

    def _read_any(self, block: LineBlock) -> None:
        """Read a block, and the next ones until a record ends with its block."""
        lines, before = self._lines, self._lines.passed
        reader = csv.reader(lines.lines_from(block), delimiter=self._delimiter, strict=True)
        try:
            if self._columns is None:
                self._columns = self._read_header(reader, before)
            if self._columns is not None:
                self._read_rows(reader, before, self._columns, block)
        except csv.Error as error:
            code, message = _meaning(str(error), lines.record_line, before + reader.line_num)
            raise self._rejected(code, message) from error

    def _read_header(self, reader: "_Rows", before: int) -> RowColumns | None:
        for row in reader:
            if row:
                check_names(row, self._lines.record_line)
            self._lines.passed = before + reader.line_num
            if row:
                self._width = len(row)
                return RowColumns(row)
        return None

    def _read_rows(
        self, reader: "_Rows", before: int, columns: RowColumns, block: LineBlock
    ) -> None:
        lines, sampler, width = self._lines, self._sampler, self._width
        first_line, blank, due = lines.record_line, 0, sampler.next
        index, row = self._count - 1, list[str]()
        for index, row in enumerate(reader, self._count):
            if len(row) != width:
                if row:
                    raise self._ragged(row)
                blank += 1
            elif index >= due:
                columns.observe(row)
                sampler.advance()
                due = sampler.next
            lines.passed = before + reader.line_num
        records = index + 1 - self._count
        # A CR alone that is no error stands in quotes; most readers of lines end one there.
        alone = _has_stray_return(block.data)
        self._multi_line |= alone or lines.record_line - first_line != records
        self._count += records - blank
        self._last = row or self._last

    def _ragged(self, row: list[str]) -> FileRejected:
        fields = "1 field" if len(row) == 1 else f"{len(row)} fields"
        message = f"Line {self._lines.record_line} has {fields}, the header has {self._width}."
        return self._rejected(ReasonCode.RAGGED_ROW, message)

    def _rejected(self, code: ReasonCode, message: str) -> FileRejected:
        line = self._lines.record_line
        return FileRejected(Reason(code, message, line, self._lines.offset(line)))


def _has_stray_return(data: bytes) -> bool:
    """Whether there is a CR that is not part of a line's end."""
    return b"\r" in data and data.count(b"\r") != data.count(b"\r\n")


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
