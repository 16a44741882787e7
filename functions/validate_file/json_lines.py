"""JSON Lines: a JSON object in each line (https://jsonlines.org). Blank lines are passed over."""

from collections import deque

import msgspec

from functions.common import json_syntax
from functions.common.limits import Limits
from functions.common.reasons import FileRejected, ReasonCode
from functions.common.streams import PeekableStream
from functions.validate_file import text
from functions.validate_file.columns import ObjectColumns
from functions.validate_file.findings import Findings
from functions.validate_file.json_record import AnyObject
from functions.validate_file.lines import LineBlock, line_blocks
from functions.validate_file.place import Place
from functions.validate_file.sampling import Sampler

_WHITE_SPACE = b" \t\r\n"


_decode_object = msgspec.json.Decoder(AnyObject).decode


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
            self._observe(_records(block))
            return
        # What is wrong in an earlier line comes first, however the file was cut into blocks.
        number, start = block.line_at(fault)
        _records(LineBlock(block.data[:start], block.offset, block.first_line))
        place = Place(block.offset + start, number)
        raise FileRejected(text.fault(place, block.data[start:], fault - start))

    def _observe(self, records: list[bytes]) -> None:
        if not records:
            return
        for index in self._sampler.take_from(self._count, self._count + len(records)):
            self._columns.observe(records[index - self._count])
        self._count += len(records)
        self._last = records[-1]

    def findings(self) -> Findings:
        # Totals and other oddities stand at the end.
        if self._last:
            self._columns.observe(self._last)
        return Findings(self._count, self._columns.columns())


def _records(block: LineBlock) -> list[bytes]:
    """Return the lines that are not blank. Raises FileRejected at the first that is no object."""
    # The innermost loop: a line costs one call, and C makes it.
    try:
        deque(map(_decode_object, block.lines), maxlen=0)
    except (msgspec.DecodeError, RecursionError):
        # Perhaps a blank line and nothing worse.
        return _records_one_by_one(block)
    return block.lines


def _records_one_by_one(block: LineBlock) -> list[bytes]:
    records = []
    for number, line in enumerate(block.lines, block.first_line):
        if not line.strip(_WHITE_SPACE):
            continue
        try:
            _decode_object(line)
        except (msgspec.DecodeError, RecursionError) as error:
            raise _rejection(block, number, line) from error
        records.append(line)
    return records


def _rejection(block: LineBlock, number: int, line: bytes) -> FileRejected:
    place = Place(block.offset + block.place_of_line(number), number)
    record = line.rstrip(_WHITE_SPACE)
    try:
        fault = json_syntax.first_fault(record)
    except RecursionError:
        message = f"Line {number} is nested too deeply."
        return FileRejected(place.reason(ReasonCode.TOO_DEEPLY_NESTED, message, line, 0))
    if fault is None:
        message = f"Line {number} is JSON, but not an object."
        return FileRejected(place.reason(ReasonCode.RECORD_NOT_OBJECT, message, line, 0))
    code = ReasonCode.TRAILING_GARBAGE if fault.trailing else ReasonCode.INVALID_JSON
    message = f"Line {number} is not valid JSON: {fault.what}."
    return FileRejected(place.reason(code, message, line, fault.place))
