"""A stream cut into blocks of whole lines."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO

from functions.common.limits import Limits
from functions.common.reasons import FileRejected, Reason, ReasonCode
from functions.common.streams import PeekableStream


@dataclass(frozen=True)
class LineBlock:
    """Whole lines, the last of the file perhaps without its line break.

    ``offset`` is the place of the first byte in the file, ``first_line`` the first line's number,
    from 1.
    """

    data: bytes
    offset: int
    first_line: int

    @cached_property
    def lines(self) -> list[bytes]:
        """The lines with their ends."""
        return BytesIO(self.data).readlines()

    @property
    def line_breaks(self) -> int:
        """The number of lines that end in the block."""
        # Lines that are apart already need no counting.
        if "lines" in self.__dict__:
            return len(self.lines) - (not self.data.endswith(b"\n"))
        return self.data.count(b"\n")

    @property
    def end(self) -> int:
        """The place in the file of the first byte after the block."""
        return self.offset + len(self.data)

    def place_of_line(self, number: int) -> int:
        """Return where in ``data`` the line with that number starts."""
        place = 0
        for _ in range(number - self.first_line):
            place = self.data.index(b"\n", place) + 1
        return place

    def line_at(self, place: int) -> tuple[int, int]:
        """Return the number of the line that ``place`` of ``data`` is in, and where it starts."""
        start = self.data.rfind(b"\n", 0, place) + 1
        return self.first_line + self.data.count(b"\n", 0, start), start


def line_blocks(stream: PeekableStream, limits: Limits) -> Iterator[LineBlock]:
    """Cut a stream, from where it stands in its first line, into blocks of about a chunk.

    Raises FileRejected for a line longer than a record may be, after the lines before it.
    """
    offset, first_line, rest = stream.offset, 1, b""
    while chunk := stream.read(limits.bytes_after(len(rest))):
        data = rest + chunk
        cut = data.rfind(b"\n") + 1
        if cut:
            # Only the first line began in an earlier chunk, and no chunk is longer than a record.
            _check_length(data.index(b"\n"), first_line, offset, limits)
            block = LineBlock(data[:cut], offset, first_line)
            yield block
            first_line += block.line_breaks
            offset, rest = block.end, data[cut:]
        else:
            rest = data
        _check_length(len(rest), first_line, offset, limits)
    if rest:
        yield LineBlock(rest, offset, first_line)


def _check_length(length: int, line: int, offset: int, limits: Limits) -> None:
    if length > limits.max_record_bytes:
        message = f"Line {line} is longer than {limits.max_record_bytes} bytes."
        raise FileRejected(Reason(ReasonCode.RECORD_TOO_LARGE, message, line, offset))
