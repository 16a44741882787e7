"""gzip, undone as a stream, with bounds on what comes out."""

import zlib

from functions.common.limits import MIB, Limits
from functions.common.reasons import FileRejected, Reason, ReasonCode
from functions.common.streams import Stream

MAGIC = b"\x1f\x8b"
_GZIP_CONTAINER = 31
_RATIO_COUNTS_FROM = 64 * MIB


class GzipStream:
    """The uncompressed bytes of a gzip file, which may have several members (RFC 1952).

    Raises FileRejected where the file is cut, damaged or uncompresses beyond the limits.
    """

    def __init__(self, compressed: Stream, limits: Limits) -> None:
        self._compressed = compressed
        self._limits = limits
        self._member = zlib.decompressobj(_GZIP_CONTAINER)
        self._waiting = b""
        self._bytes_in = 0
        self._bytes_out = 0

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, at most ``size``; nothing at the end."""
        while True:
            if self._member.eof and not self._next_member():
                return b""
            data = self._waiting or self._read_raw()
            out = self._decompress(data, size)
            if out:
                self._count(len(out))
                return out
            # Without input, zlib still hands out what it holds back: so only now is it the end.
            if not data and not self._member.eof:
                raise self._rejected(
                    ReasonCode.GZIP_TRUNCATED,
                    f"The gzip file ends in the middle, after {self._bytes_in} compressed bytes.",
                )

    def _next_member(self) -> bool:
        self._waiting = self._member.unused_data or self._read_raw()
        if not self._waiting:
            return False
        self._member = zlib.decompressobj(_GZIP_CONTAINER)
        return True

    def _read_raw(self) -> bytes:
        data = self._compressed.read(self._limits.chunk_bytes)
        self._bytes_in += len(data)
        return data

    def _decompress(self, data: bytes, size: int) -> bytes:
        try:
            out = self._member.decompress(data, size)
        except zlib.error as error:
            raise self._rejected(
                ReasonCode.GZIP_CORRUPT,
                f"The gzip file is damaged, near compressed byte {self._bytes_in}: {error}.",
            ) from error
        self._waiting = self._member.unconsumed_tail
        return out

    def _count(self, size: int) -> None:
        self._bytes_out += size
        if self._bytes_out > self._limits.max_uncompressed_bytes:
            raise self._rejected(
                ReasonCode.GZIP_BOMB,
                "The gzip file uncompresses to more than "
                f"{self._limits.max_uncompressed_bytes} bytes.",
            )
        ratio = self._bytes_out / max(1, self._bytes_in)
        if self._bytes_out > _RATIO_COUNTS_FROM and ratio > self._limits.max_gzip_ratio:
            raise self._rejected(
                ReasonCode.GZIP_BOMB,
                f"The gzip file uncompresses to more than {self._limits.max_gzip_ratio} times its "
                f"size: {self._bytes_out} bytes out of the first {self._bytes_in}.",
            )

    def _rejected(self, code: ReasonCode, message: str) -> FileRejected:
        return FileRejected(Reason(code, message, byte=self._bytes_out))
