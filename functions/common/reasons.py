"""Why a file is not valid, and what its sender can do about it.

The codes are part of the pipeline's contract: they stand in an execution's output, in notifications
and in subscribers' filters.
"""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class ReasonCode(StrEnum):
    """What is wrong with a file."""

    EMPTY = "EMPTY"
    HEADER_ONLY = "HEADER_ONLY"
    NO_RECORDS = "NO_RECORDS"
    NO_FIELDS = "NO_FIELDS"
    RAGGED_ROW = "RAGGED_ROW"
    UNCLOSED_QUOTE = "UNCLOSED_QUOTE"
    TEXT_AFTER_QUOTE = "TEXT_AFTER_QUOTE"
    LINE_ENDINGS = "LINE_ENDINGS"
    EMPTY_COLUMN_NAME = "EMPTY_COLUMN_NAME"
    DUPLICATE_COLUMN = "DUPLICATE_COLUMN"
    RESERVED_COLUMN = "RESERVED_COLUMN"
    TOO_MANY_COLUMNS = "TOO_MANY_COLUMNS"
    WRONG_ENCODING = "WRONG_ENCODING"
    NUL_BYTE = "NUL_BYTE"
    INVALID_JSON = "INVALID_JSON"
    TRAILING_GARBAGE = "TRAILING_GARBAGE"
    RECORD_NOT_OBJECT = "RECORD_NOT_OBJECT"
    TOO_DEEPLY_NESTED = "TOO_DEEPLY_NESTED"
    RECORD_TOO_LARGE = "RECORD_TOO_LARGE"
    INVALID_PARQUET = "INVALID_PARQUET"
    UNSUPPORTED_COLUMN_TYPE = "UNSUPPORTED_COLUMN_TYPE"
    GZIP_TRUNCATED = "GZIP_TRUNCATED"
    GZIP_CORRUPT = "GZIP_CORRUPT"
    GZIP_BOMB = "GZIP_BOMB"
    UNSUPPORTED_TYPE = "UNSUPPORTED_TYPE"
    OBJECT_NOT_FOUND = "OBJECT_NOT_FOUND"
    OBJECT_ARCHIVED = "OBJECT_ARCHIVED"


@dataclass(frozen=True)
class Reason:
    """Why a file is not valid, and where.

    ``line`` and ``column`` count from 1, ``column`` in characters. ``byte`` counts from 0, in the
    uncompressed content. Each is None where it is not known or makes no sense.
    """

    code: ReasonCode
    message: str
    line: int | None = None
    byte: int | None = None
    column: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the reason as it stands in an execution's output."""
        return {**asdict(self), "code": self.code.value}


class FileRejected(Exception):  # noqa: N818 - a finding about the file, no error of the program
    """Ends a validation: the file is not valid for ``reason``."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(f"{reason.code}: {reason.message}")
        self.reason = reason


_RESEND = "Then upload the file again under the same key."
_ADVICE: dict[ReasonCode, str] = {
    ReasonCode.EMPTY: "Check the program that writes the file: it wrote nothing.",
    ReasonCode.HEADER_ONLY: "Check the program that writes the file: it wrote a header, no rows.",
    ReasonCode.NO_RECORDS: "Check the program that writes the file: it wrote no records.",
    ReasonCode.NO_FIELDS: "Give the records at least one field.",
    ReasonCode.RAGGED_ROW: (
        "Give the row as many fields as the header. A field that holds the delimiter or a line "
        "break must stand in double quotes."
    ),
    ReasonCode.UNCLOSED_QUOTE: (
        "Close the quote. A double quote inside a quoted field is written twice."
    ),
    ReasonCode.TEXT_AFTER_QUOTE: (
        "After a closing quote comes the delimiter or the end of the line. A double quote inside a "
        "quoted field is written twice."
    ),
    ReasonCode.LINE_ENDINGS: "Save the file with line endings LF (Unix) or CRLF (Windows).",
    ReasonCode.EMPTY_COLUMN_NAME: "Give every column a name.",
    ReasonCode.DUPLICATE_COLUMN: "Give every column a name of its own, upper and lower case apart.",
    ReasonCode.RESERVED_COLUMN: "Rename the column: the pipeline adds one of that name.",
    ReasonCode.TOO_MANY_COLUMNS: (
        "Check whether the keys are data, such as identifiers: move them into values."
    ),
    ReasonCode.WRONG_ENCODING: "Save the file as UTF-8.",
    ReasonCode.NUL_BYTE: "Remove the NUL bytes; they often come from a broken or binary export.",
    ReasonCode.INVALID_JSON: "Correct the JSON at the place named.",
    ReasonCode.TRAILING_GARBAGE: (
        "Remove what follows the end of the JSON value. Several values in one file are written as "
        "one array, or as JSON Lines with one object in each line."
    ),
    ReasonCode.RECORD_NOT_OBJECT: "Write every record as a JSON object: {…}.",
    ReasonCode.TOO_DEEPLY_NESTED: "Flatten the records.",
    ReasonCode.RECORD_TOO_LARGE: (
        "Check for a missing line break. If records are that large on purpose, raise "
        "MAX_RECORD_BYTES of validate_file."
    ),
    ReasonCode.INVALID_PARQUET: "Write the file again; an upload or an export was cut or damaged.",
    ReasonCode.UNSUPPORTED_COLUMN_TYPE: "Write the column with a type that Spark reads.",
    ReasonCode.GZIP_TRUNCATED: "Compress and upload the file again; its end is missing.",
    ReasonCode.GZIP_CORRUPT: "Compress and upload the file again; it is damaged.",
    ReasonCode.GZIP_BOMB: (
        "If the file is genuine, upload it uncompressed or raise MAX_GZIP_RATIO or "
        "MAX_UNCOMPRESSED_BYTES of validate_file."
    ),
    ReasonCode.UNSUPPORTED_TYPE: "Send CSV, JSON, JSON Lines or Parquet, plain or (text) gzipped.",
    ReasonCode.OBJECT_NOT_FOUND: "If the file was removed by mistake, upload it again.",
    ReasonCode.OBJECT_ARCHIVED: "Restore the object from the archive storage class.",
}
_NO_RESEND = frozenset({ReasonCode.OBJECT_NOT_FOUND, ReasonCode.GZIP_BOMB})


def advice(code: ReasonCode) -> str:
    """Return what the file's sender can do next."""
    text = _ADVICE[code]
    return text if code in _NO_RESEND else f"{text} {_RESEND}"
