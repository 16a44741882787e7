"""Bytes in order, a piece at a time."""

from typing import Protocol


class Stream(Protocol):
    """A source of bytes."""

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, at most ``size``, at least one; nothing at the end."""


class PeekableStream:
    """A stream whose beginning can be looked at before it is read.

    ``offset`` is the number of bytes read so far.
    """

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._ahead = b""
        self._ended = False
        self.offset = 0

    def peek(self, size: int) -> bytes:
        """Return the next ``size`` bytes, fewer at the end, and leave them to be read."""
        while len(self._ahead) < size and not self._ended:
            more = self._stream.read(size - len(self._ahead))
            self._ended = not more
            self._ahead += more
        return self._ahead[:size]

    def read(self, size: int) -> bytes:
        """Return the next bytes, at most ``size``; nothing at the end."""
        if self._ahead:
            data, self._ahead = self._ahead[:size], self._ahead[size:]
        else:
            data = self._stream.read(size)
        self.offset += len(data)
        return data
