"""The lines of a CSV file: checked, and counted so that a record can be told by its line."""

from collections import deque
from collections.abc import Iterator
from io import StringIO
from itertools import chain

from functions.common.limits import Limits
from functions.common.reasons import FileRejected, Reason, ReasonCode
from functions.common.streams import PeekableStream
from functions.validate_file import text
from functions.validate_file.lines import LineBlock, line_blocks
from functions.validate_file.place import Place


def split_lines(data: str) -> Iterator[str]:
    """Return the lines with their ends.

    Unlike str.splitlines, at LF alone and not at form feeds or Unicode's separators.
    """
    return StringIO(data, newline="\n")


class CsvLines:
    """Blocks of lines, each taken whole or as lines for ``csv.reader``.

    ``passed`` is the number of lines whose records are complete; the reader keeps it up to date.
    Blocks are kept as long as the current record is in them.
    """

    def __init__(self, stream: PeekableStream, limits: Limits) -> None:
        self._blocks = self._checked(line_blocks(stream, limits))
        self._limit = limits.max_record_bytes
        self._kept: deque[LineBlock] = deque()
        self.passed = 0

    @property
    def record_line(self) -> int:
        """The line in which the current record starts."""
        return self.passed + 1

    def next_block(self) -> LineBlock | None:
        """Return the next block. Raises FileRejected before a line that is no text."""
        block = next(self._blocks, None)
        if block is not None:
            while len(self._kept) > 1 and self._kept[1].first_line <= self.record_line:
                self._kept.popleft()
            self._kept.append(block)
        return block

    def lines_from(self, block: LineBlock) -> Iterator[str]:
        """Return the block's lines, and those of the next ones until a record ends with its block.

        Raises FileRejected for a record that grows beyond the limit.
        """
        return chain.from_iterable(self._pieces(block))

    def _pieces(self, block: LineBlock) -> Iterator[Iterator[str]]:
        following: LineBlock | None = block
        while following is not None:
            yield from self._bounded(following)
            ended = following.first_line + following.data.count(b"\n") == self.record_line
            following = None if ended else self.next_block()

    def offset(self, line: int) -> int:
        """Return where in the file a line of the current record starts."""
        block = next(block for block in reversed(self._kept) if block.first_line <= line)
        return block.offset + block.place_of_line(line)

    @staticmethod
    def _checked(blocks: Iterator[LineBlock]) -> Iterator[LineBlock]:
        for block in blocks:
            fault = text.first_fault(block.data)
            if fault is None:
                yield block
                continue
            # What is wrong in an earlier line comes first, however the file was cut into blocks.
            number, start = block.line_at(fault)
            if start:
                yield LineBlock(block.data[:start], block.offset, block.first_line)
            place = Place(block.offset + start, number)
            raise FileRejected(text.fault(place, block.data[start:], fault - start))

    def _bounded(self, block: LineBlock) -> Iterator[Iterator[str]]:
        """Yield the block's lines, singly where the record that they belong to may be too long."""
        record_line = self.record_line
        record_bytes = block.offset - self.offset(record_line)
        lines = split_lines(block.data.decode())
        if record_bytes + len(block.data) > self._limit:
            for line in lines:
                # A record that starts in here, past the first line, is shorter than a chunk.
                if self.record_line != record_line:
                    yield iter([line])
                    break
                record_bytes += len(line.encode())
                if record_bytes > self._limit:
                    raise self._endless()
                yield iter([line])
        yield lines

    def _endless(self) -> FileRejected:
        line = self.record_line
        message = (
            f"The record that starts in line {line} goes on for more than {self._limit} bytes; "
            "most likely a quote is never closed."
        )
        return FileRejected(Reason(ReasonCode.UNCLOSED_QUOTE, message, line, self.offset(line)))
