"""A file that is one JSON object, over one or more lines: one record."""

from functions.common import json_syntax
from functions.common.limits import Limits
from functions.common.reasons import FileRejected, ReasonCode
from functions.common.streams import PeekableStream
from functions.validate_file import text
from functions.validate_file.columns import ObjectColumns
from functions.validate_file.findings import Findings
from functions.validate_file.place import Place


def read_json_object(stream: PeekableStream, limits: Limits) -> Findings:
    """Read to the end. Raises FileRejected where the file is anything but one object."""
    place = Place(stream.offset)
    data = _read_at_most(stream, limits.max_record_bytes + 1)
    try:
        fault = json_syntax.first_fault(data)
    except RecursionError:
        reason = place.reason(ReasonCode.TOO_DEEPLY_NESTED, "It is nested too deeply.", b"", 0)
        raise FileRejected(reason) from None
    end = len(data) if fault is None else fault.place
    if len(data) > limits.max_record_bytes and end >= limits.max_record_bytes:
        message = f"The JSON object is longer than {limits.max_record_bytes} bytes."
        raise FileRejected(place.reason(ReasonCode.RECORD_TOO_LARGE, message, b"", 0))
    stray = text.first_fault(data)
    if stray is not None and stray <= end:
        raise FileRejected(text.fault(place, data, stray))
    if fault is not None:
        code = ReasonCode.TRAILING_GARBAGE if fault.trailing else ReasonCode.INVALID_JSON
        message = f"The JSON is not valid: {fault.what}."
        raise FileRejected(place.reason(code, message, data, fault.place))
    columns = ObjectColumns()
    columns.observe(data)
    return Findings(1, columns.columns())


def _read_at_most(stream: PeekableStream, size: int) -> bytes:
    data = bytearray()
    while len(data) < size and (more := stream.read(size - len(data))):
        data += more
    return bytes(data)
