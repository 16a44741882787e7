"""The elements of a JSON array, cut apart in bounded memory."""

from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from functions.common import json_syntax
from functions.common.json_separator import Separator
from functions.common.limits import MIB
from functions.process_file.errors import SchemaContradictionError

_CHUNK_BYTES = MIB
_BETWEEN = b" \t\r\n,"
_decode = msgspec.json.Decoder(msgspec.Raw).decode
_decode_all = msgspec.json.Decoder(list[msgspec.Raw]).decode


def elements(source: BinaryIO) -> Iterator[bytes]:
    """Yield the text of each element of the array that the source holds.

    The array was validated: this finds where elements end and checks little else. Raises
    SchemaContradictionError where they do not.
    """
    _skip_opening(source)
    separator = Separator()
    data, wanted = b"", _CHUNK_BYTES
    while True:
        found, rest = _many(data, separator) or _one_by_one(data, separator)
        yield from found
        if rest.lstrip(_BETWEEN).startswith(b"]"):
            return
        # Reading more each time keeps the work on a long element in proportion to its length.
        wanted = _CHUNK_BYTES if found else max(_CHUNK_BYTES, len(data))
        more = source.read(wanted)
        if not more and not found:
            raise _not_the_array()
        data = rest + more


def _skip_opening(source: BinaryIO) -> None:
    byte = b""
    while byte != b"[":
        # Only white space precedes the bracket, so what is read in single bytes is little.
        byte = source.read(1)
        if not byte:
            raise _not_the_array()


def _many(data: bytes, separator: Separator) -> tuple[list[bytes], bytes] | None:
    """Return the elements up to where the separator seems to stand, None if that is no such place.

    msgspec says whether the guess was right: a piece cut elsewhere is no list of values.
    """
    cut = separator.guess(data)
    if cut is None:
        return None
    try:
        texts = _decode_all(b"[%b]" % data[:cut].strip(_BETWEEN))
    except (msgspec.DecodeError, RecursionError):
        separator.miss()
        return None
    return [bytes(text).strip(_BETWEEN) for text in texts], data[cut + 1 :]


def _one_by_one(data: bytes, separator: Separator) -> tuple[list[bytes], bytes]:
    """Return the elements that are complete, and what follows them."""
    found: list[bytes] = []
    view = memoryview(data)
    end, start = 0, _skip(data, 0)
    while start < len(data) and data[start] != ord("]"):
        length = _length(view[start:])
        if length is None:
            break
        end = start + length
        if data[end] == ord(","):
            separator.learn(data, end)
        found.append(data[start:end].rstrip(_BETWEEN))
        start = _skip(data, end)
    return found, data[end:]


def _length(view: memoryview) -> int | None:
    """Return the length of the value that the text begins with, None if it may go on."""
    try:
        _decode(view)
    except msgspec.DecodeError as error:
        return json_syntax.end_of_value(error)
    return None


def _skip(data: bytes, start: int) -> int:
    while start < len(data) and data[start] in _BETWEEN:
        start += 1
    return start


def _not_the_array() -> SchemaContradictionError:
    return SchemaContradictionError("The JSON array is not the one that was validated.")
