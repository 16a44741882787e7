"""Files for the validator's tests, from memory or from a generator."""

import io
from collections.abc import Iterable, Iterator
from typing import Any

from functions.common.limits import Limits
from functions.common.objects import ObjectVersion
from functions.common.streams import Stream
from functions.validate_file.settings import Settings
from functions.validate_file.validation import validate
from functions.validate_file.verdict import Verdict


class Bytes:
    """A file in memory."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.size = len(data)

    def open(self) -> Stream:
        return io.BytesIO(self._data)

    def read_range(self, start: int, length: int) -> bytes:
        return self._data[start : start + length]


class Generated:
    """A file that is made while it is read, so that its size takes no memory."""

    def __init__(self, pieces: Iterable[bytes], size: int) -> None:
        self._pieces = iter(pieces)
        self._ahead = b""
        self.size = size

    def open(self) -> Stream:
        return self

    def read(self, size: int, /) -> bytes:
        if not self._ahead:
            self._ahead = next(self._pieces, b"")
        data, self._ahead = self._ahead[:size], self._ahead[size:]
        return data

    def read_range(self, start: int, length: int) -> bytes:
        raise AssertionError("text is read from front to end")


def judge(data: bytes, key: str = "people/people.csv", **limits: Any) -> Verdict:
    """Return the verdict on a file with that content and key."""
    settings = Settings("processed-bucket", Limits(**limits))
    return validate(ObjectVersion("source-bucket", key), lambda: Bytes(data), settings)


def types(verdict: Verdict) -> dict[str, str]:
    """Return the columns' types by their names."""
    assert verdict.reason is None, verdict.reason
    return {column.name: column.type for column in verdict.columns}


def repeated(head: bytes, piece: bytes, size: int, tail: bytes = b"") -> Iterator[bytes]:
    """Yield a head, so many pieces that it makes about ``size`` bytes, and a tail."""
    yield head
    for _ in range(size // len(piece)):
        yield piece
    yield tail
