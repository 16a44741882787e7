"""What a file is, judged by its first bytes; the key's extension only settles what they leave open.

Formats that begin with known bytes are named even though they are not supported, so that a person
reads "an Excel workbook" instead of "line 1 has a NUL byte".
"""

from dataclasses import dataclass
from typing import Literal

import msgspec

from functions.common import json_syntax
from functions.common.reasons import FileRejected, Reason, ReasonCode
from functions.validate_file.text import reject_other_encodings

FileType = Literal["csv", "json", "json_lines", "parquet"]
JsonShape = Literal["array", "object", "lines"]

HEAD_BYTES = 64 * 1024
"""How many bytes the judgement takes."""

UTF8_MARK = b"\xef\xbb\xbf"
PARQUET_MAGIC = b"PAR1"
_ENCRYPTED_PARQUET_MAGIC = b"PARE"

_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x1f\x8b", "gzip inside gzip"),
    (0, b"BZh", "a bzip2 archive"),
    (0, b"\xfd7zXZ\x00", "an xz archive"),
    (0, b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (0, b"\x04\x22\x4d\x18", "an LZ4 archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (0, b"Rar!\x1a\x07", "a RAR archive"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Microsoft Office document, such as .xls"),
    (0, b"Obj\x01", "an Avro file"),
    (0, b"ORC", "an ORC file"),
    (0, b"ARROW1\x00\x00", "an Arrow file"),
    (0, b"%PDF-", "a PDF document"),
    (0, b"SQLite format 3\x00", "an SQLite database"),
    (0, b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
    (0, b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (0, b"GIF8", "a GIF image"),
    (0, b"\xff\xd8\xff", "a JPEG image"),
    (0, b"\x7fELF", "a program"),
    (257, b"ustar", "a tar archive"),
)
_ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_WHITE_SPACE = b" \t\r\n"
_LINES_EXTENSIONS = (".jsonl", ".ndjson")
_JSON_EXTENSIONS = (".json", *_LINES_EXTENSIONS)


@dataclass(frozen=True)
class Format:
    """What a file is. ``json_shape`` is None for what is not JSON."""

    file_type: FileType
    json_shape: JsonShape | None = None


def detect(head: bytes, key: str, compressed: bool) -> Format:
    """Judge a file by ``head``, its first HEAD_BYTES after decompression, which are not nothing.

    Raises FileRejected where it is of no supported type, or there is nothing but white space.
    """
    name = key.lower().removesuffix(".gz").removesuffix(".gzip")
    if head.startswith(PARQUET_MAGIC):
        if compressed:
            raise _unsupported("a gzipped Parquet file; Parquet is compressed within itself")
        return Format("parquet")
    _reject_other_formats(head, name)
    reject_other_encodings(head)
    text = head.removeprefix(UTF8_MARK).lstrip(_WHITE_SPACE)
    if not text:
        if len(head) < HEAD_BYTES:
            raise FileRejected(Reason(ReasonCode.EMPTY, "The file holds nothing but white space."))
        raise _unsupported("a file that begins with 64 KiB of white space")
    if text.startswith(b"["):
        return Format("json", "array")
    if text.startswith(b"{"):
        return _object_or_lines(text, name)
    if name.endswith(_JSON_EXTENSIONS):
        raise _no_json(head, len(head) - len(text), text)
    if text.startswith(b"<"):
        raise _unsupported("XML or HTML")
    return Format("csv")


def _reject_other_formats(head: bytes, name: str) -> None:
    if head.startswith(_ENCRYPTED_PARQUET_MAGIC):
        raise _unsupported("a Parquet file with an encrypted footer; write it unencrypted")
    if head.startswith(_ZIP_MAGICS):
        is_workbook = name.endswith((".xlsx", ".xlsm")) or b"xl/" in head
        raise _unsupported("an Excel workbook" if is_workbook else "a zip archive")
    for place, magic, what in _MAGIC:
        if head.startswith(magic, place):
            raise _unsupported(what)


def _object_or_lines(text: bytes, name: str) -> Format:
    """Tell one object, perhaps over several lines, from one object in each line."""
    if name.endswith(_LINES_EXTENSIONS):
        return Format("json_lines", "lines")
    first_line, line_break, rest = text.partition(b"\n")
    try:
        msgspec.json.decode(first_line, type=msgspec.Raw)
    except msgspec.DecodeError as error:
        goes_on = json_syntax.is_cut(error, len(first_line))
        return Format("json", "object") if goes_on else Format("json_lines", "lines")
    except RecursionError:
        return Format("json_lines", "lines")
    alone = not (line_break and rest.strip(_WHITE_SPACE))
    return Format("json", "object") if alone else Format("json_lines", "lines")


def _no_json(head: bytes, place: int, text: bytes) -> FileRejected:
    line = head.count(b"\n", 0, place) + 1
    if json_syntax.is_valid(text.split(b"\n", 1)[0]):
        message = "The file holds a JSON value that is neither an object nor an array of objects."
        return FileRejected(Reason(ReasonCode.RECORD_NOT_OBJECT, message, line, place))
    message = "The file is named as JSON but does not begin with { or [."
    return FileRejected(Reason(ReasonCode.INVALID_JSON, message, line, place))


def _unsupported(what: str) -> FileRejected:
    message = f"The file is {what}. CSV, JSON, JSON Lines and Parquet are supported."
    return FileRejected(Reason(ReasonCode.UNSUPPORTED_TYPE, message))
