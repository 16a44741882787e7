"""A JSON array of objects, of any length, in constant memory.

The text is cut between elements into pieces of about a chunk, and msgspec checks each piece whole.
Where to cut is a guess that costs little (``json_separator``). Whether it was right, msgspec's
verdict on the piece says. Where it was wrong, and where something is wrong with the file, the text
is walked through element by element, which is slower and exact.
"""

import sys
from dataclasses import dataclass

import msgspec

from functions.common import json_syntax
from functions.common.json_separator import Separator
from functions.common.limits import Limits
from functions.common.reasons import FileRejected, ReasonCode
from functions.common.streams import PeekableStream
from functions.validate_file import text
from functions.validate_file.columns import ObjectColumns
from functions.validate_file.findings import Findings
from functions.validate_file.json_record import AnyObject
from functions.validate_file.place import Place
from functions.validate_file.sampling import Sampler

_WHITE_SPACE = b" \t\r\n"
_COMMA, _BRACE, _BRACKET = b",{]"
_BEGINS_OTHER_VALUE = frozenset(b'"[-0123456789tfn')


_decode_objects = msgspec.json.Decoder(list[AnyObject]).decode
_decode_texts = msgspec.json.Decoder(list[msgspec.Raw]).decode
_decode_text = msgspec.json.Decoder(msgspec.Raw).decode


def read_json_array(stream: PeekableStream, limits: Limits) -> Findings:
    """Read to the end. Raises FileRejected at the first fault."""
    return _ArrayReader(stream, limits).read()


@dataclass(frozen=True)
class _Walk:
    """What a walk through the elements at the front of a text found.

    ``end`` is the index of the comma after the last complete element, or of the closing bracket if
    ``closed``.
    """

    elements: int
    end: int
    closed: bool


class _ArrayReader:
    def __init__(self, stream: PeekableStream, limits: Limits) -> None:
        self._stream = stream
        self._limits = limits
        self._place = Place(stream.offset)
        self._count = 0
        self._columns = ObjectColumns()
        self._sampler = Sampler()
        self._separator = Separator()
        self._last = b""

    def read(self) -> Findings:
        rest, closed = self._read_opening(), False
        while not closed:
            chunk = self._stream.read(self._limits.bytes_after(len(rest)))
            rest, closed = self._take(rest + chunk, at_end=not chunk)
        self._read_white_space(rest)
        if not self._count:
            reason = self._place.reason(ReasonCode.NO_RECORDS, "The JSON array is empty.", b"", 0)
            raise FileRejected(reason)
        self._columns.observe(bytes(_decode_texts(b"[%b]" % self._last)[-1]))
        return Findings(self._count, self._columns.columns())

    def _read_opening(self) -> bytes:
        data = b""
        while b"[" not in data:
            data += self._stream.read(self._limits.chunk_bytes)
        begin = data.index(b"[") + 1
        self._place.pass_over(data[:begin])
        return data[begin:]

    def _take(self, data: bytes, at_end: bool) -> tuple[bytes, bool]:
        """Check whole elements at the front of ``data``; return what is left, and if it ended."""
        if not self._separator.known:
            # A walk through all of a chunk takes longer than the rest of a small file.
            first = self._walk(data, at_end, most=1)
            if first.elements and not first.closed:
                self._separator.learn(data, first.end)
        if len(data) <= self._limits.max_record_bytes:
            cut = self._separator.guess(data)
            if cut is not None:
                piece = data[:cut]
                elements = _count_objects(piece)
                if elements:
                    self._accept(piece, elements)
                    return data[cut + 1 :], False
                self._separator.miss()
        walk = self._walk(data, at_end)
        if not (walk.elements or walk.closed):
            return data, False
        self._accept(data[: walk.end], walk.elements)
        return data[walk.end + 1 :], walk.closed

    def _accept(self, piece: bytes, elements: int) -> None:
        """Take the elements of ``piece`` into account; what follows it is a comma or a bracket."""
        self._check_text(piece, len(piece))
        due = self._sampler.take_from(self._count, self._count + elements)
        if due:
            texts = _decode_texts(b"[%b]" % piece)
            for index in due:
                self._columns.observe(bytes(texts[index - self._count]))
        self._count += elements
        self._last = piece if elements else self._last
        self._place.pass_over(piece)
        self._place.pass_over(b",")

    def _walk(self, data: bytes, at_end: bool, most: int = sys.maxsize) -> _Walk:
        elements, end, position = 0, 0, 0
        view = memoryview(data)
        while True:
            start = _skip_white_space(data, position)
            if start < len(data) and data[start] == _BRACKET and not (elements or self._count):
                return _Walk(0, start, closed=True)
            after = self._end_of_element(data, view, start, at_end)
            if after is None:
                return _Walk(elements, end, closed=False)
            elements, end, position = elements + 1, after, after + 1
            if data[after] == _BRACKET or elements == most:
                return _Walk(elements, end, closed=data[after] == _BRACKET)

    def _end_of_element(
        self, data: bytes, view: memoryview, start: int, at_end: bool
    ) -> int | None:
        """Return the index of the comma or bracket after the element, None if it is not there yet.

        Raises FileRejected where the element is wrong or too long.
        """
        if start < len(data) and data[start] != _BRACE:
            raise self._not_an_object(data, start)
        try:
            _decode_text(view[start:])
            goes_on, after = True, None
        except RecursionError:
            message = "A record is nested too deeply."
            raise self._rejected(ReasonCode.TOO_DEEPLY_NESTED, message, data, start) from None
        except msgspec.DecodeError as error:
            goes_on, after = (
                json_syntax.is_cut(error, len(data) - start),
                json_syntax.end_of_value(error),
            )
        if after is not None:
            self._check_record_size(data, start, after)
            if data[start + after] in (_COMMA, _BRACKET):
                return start + after
            what = "a comma or the closing bracket should follow the record"
            raise self._invalid(data, start + after, what)
        if goes_on and not at_end:
            self._check_record_size(data, start, len(data) - start)
            return None
        fault = json_syntax.first_fault(data[start:])
        if fault is None:
            raise self._invalid(data, len(data), "the array is not closed")
        self._check_record_size(data, start, fault.place)
        raise self._invalid(data, start + fault.place, fault.what)

    def _check_record_size(self, data: bytes, start: int, size: int) -> None:
        if size <= self._limits.max_record_bytes:
            return
        # Half a surrogate pair looks like a text that goes on.
        fault = json_syntax.first_fault(data[start:])
        if fault and not fault.trailing and fault.place <= self._limits.max_record_bytes:
            raise self._invalid(data, start + fault.place, fault.what)
        message = f"A record is longer than {self._limits.max_record_bytes} bytes."
        raise self._rejected(ReasonCode.RECORD_TOO_LARGE, message, data, start)

    def _read_white_space(self, data: bytes) -> None:
        while data or (data := self._stream.read(self._limits.chunk_bytes)):
            stray = _skip_white_space(data, 0)
            if stray < len(data):
                message = "Something follows the end of the JSON array."
                raise self._rejected(ReasonCode.TRAILING_GARBAGE, message, data, stray)
            self._place.pass_over(data)
            data = b""

    def _not_an_object(self, data: bytes, start: int) -> FileRejected:
        if data[start] in _BEGINS_OTHER_VALUE:
            message = "A record is JSON, but not an object."
            return self._rejected(ReasonCode.RECORD_NOT_OBJECT, message, data, start)
        return self._invalid(data, start, "a record, which begins with {, should stand here")

    def _invalid(self, data: bytes, index: int, what: str) -> FileRejected:
        return self._rejected(
            ReasonCode.INVALID_JSON, f"The JSON is not valid: {what}.", data, index
        )

    def _rejected(self, code: ReasonCode, message: str, data: bytes, index: int) -> FileRejected:
        self._check_text(data, index + 1)
        return FileRejected(self._place.reason(code, message, data, index))

    def _check_text(self, data: bytes, end: int) -> None:
        """Reject what is no text before ``end``."""
        # A character has four bytes at most, and the last one may go on in the next chunk.
        index = text.first_fault(data[: end + 3], cut=True)
        if index is not None and index < end:
            raise FileRejected(text.fault(self._place, data, index))


def _count_objects(piece: bytes) -> int:
    """Return the number of objects between the commas, 0 if they are not all objects."""
    try:
        return len(_decode_objects(b"[%b]" % piece))
    except (msgspec.DecodeError, RecursionError):
        return 0


def _skip_white_space(data: bytes, position: int) -> int:
    window = data[position : position + 64].lstrip(_WHITE_SPACE)
    if window:
        return min(position + 64, len(data)) - len(window)
    return len(data) - len(data[position:].lstrip(_WHITE_SPACE))
