"""JSON Lines: a JSON object in each line (https://jsonlines.org). Blank lines are passed over."""

from io import BytesIO

import msgspec

from functions.common import json_syntax
from functions.common.limits import Limits
from functions.common.reasons import FileRejected, ReasonCode
from functions.common.streams import PeekableStream
from functions.validate_file import text
from functions.validate_file.columns import ObjectColumns
from functions.validate_file.findings import Findings
from functions.validate_file.lines import LineBlock, line_blocks
from functions.validate_file.place import Place
from functions.validate_file.sampling import Sampler

_OPENING_BRACE = ord("{")
_WHITE_SPACE = b" \t\r\n"


def read_json_lines(stream: PeekableStream, limits: Limits) -> Findings:
    """Read to the end. Raises FileRejected at the first line that is not a JSON object."""
    lines = _Lines()
    for block in line_blocks(stream, limits):
        lines.check(block)
    return lines.findings()


class _Lines:
    def __init__(self) -> None:
        self._count = 0
        self._columns = ObjectColumns()
        self._sampler = Sampler()
        self._last = b""

    def check(self, block: LineBlock) -> None:
        fault = text.first_fault(block.data)
        if fault is None:
            self._check_lines(block, block.data)
            return
        # What is wrong in an earlier line comes first, however the file was cut into blocks.
        number, start = block.line_at(fault)
        self._check_lines(block, block.data[:start])
        place = Place(block.offset + start, number)
        raise FileRejected(text.fault(place, block.data[start:], fault - start))

    def _check_lines(self, block: LineBlock, data: bytes) -> None:
        # The innermost loop: a line costs one comparison and one call that runs in C. Decoding to
        # Raw checks the whole line's syntax and builds nothing.
        decode = msgspec.json.Decoder(msgspec.Raw).decode
        number, blank, sampled, line = block.first_line - 1, 0, [], b""
        next_sample = self._sampler.next
        try:
            for number, line in enumerate(BytesIO(data), block.first_line):
                if line[0] != _OPENING_BRACE and not self._begins_object(line):
                    blank += 1
                    continue
                decode(line)
                if number > next_sample:
                    sampled.append(line)
                    self._sampler.advance()
                    next_sample = self._sampler.next
        except (msgspec.DecodeError, RecursionError, _NotAnObject) as error:
            raise _rejection(error, block, number, line) from error
        for record in sampled:
            self._columns.observe(record)
        self._count += number - block.first_line + 1 - blank
        self._last = line if line.strip(_WHITE_SPACE) else self._last

    @staticmethod
    def _begins_object(line: bytes) -> bool:
        """Return False for a blank line. Raises _NotAnObject for one that begins otherwise."""
        text = line.lstrip(_WHITE_SPACE)
        if text and text[0] != _OPENING_BRACE:
            raise _NotAnObject
        return bool(text)

    def findings(self) -> Findings:
        # Totals and other oddities stand at the end.
        if self._last:
            self._columns.observe(self._last)
        return Findings(self._count, self._columns.columns())


class _NotAnObject(Exception):  # noqa: N818 - never leaves this module
    pass


def _rejection(error: Exception, block: LineBlock, number: int, line: bytes) -> FileRejected:
    place = Place(block.offset + block.place_of_line(number), number)
    record = line.rstrip(_WHITE_SPACE)
    if isinstance(error, RecursionError):
        message = f"Line {number} is nested too deeply."
        return FileRejected(place.reason(ReasonCode.TOO_DEEPLY_NESTED, message, line, 0))
    fault = json_syntax.first_fault(record)
    if fault is None:
        message = f"Line {number} is JSON, but not an object."
        return FileRejected(place.reason(ReasonCode.RECORD_NOT_OBJECT, message, line, 0))
    code = ReasonCode.TRAILING_GARBAGE if fault.trailing else ReasonCode.INVALID_JSON
    message = f"Line {number} is not valid JSON: {fault.what}."
    return FileRejected(place.reason(code, message, line, fault.place))
