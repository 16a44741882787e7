"""The AWS edge of detect_file_type.

Input: ``{"key"}``. Output: ``{"file_type": "csv" | "json" | "unknown"}``.
"""

from pathlib import PurePosixPath
from typing import Literal

FileType = Literal["csv", "json", "unknown"]

_TYPES: dict[str, FileType] = {".csv": "csv", ".json": "json"}


def handler(event: dict[str, str], _context: object) -> dict[str, FileType]:
    """Tell the file type of a key."""
    return {"file_type": file_type(event["key"])}


def file_type(key: str) -> FileType:
    """Return what the last extension of ``key`` stands for, in upper or lower case."""
    return _TYPES.get(PurePosixPath(key).suffix.lower(), "unknown")
