"""The beginning of an object: bounded reads, and a compressed file's plain text.

A crawler reads the first megabyte of a file, of a JSON file up to ten if there is no whole record
in the first: https://repost.aws/knowledge-center/glue-crawler-detect-schema
"""

import bz2
import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from local_aws.glue.crawlers.objects import S3Object

MEGABYTE = 1024 * 1024
LARGEST_SAMPLE = 10 * MEGABYTE
# A zip's directory lies at its end, so the archive is read whole, up to here.
LARGEST_ARCHIVE = 64 * MEGABYTE
_PIECE = 16 * 1024

# What decompresses, by the compression's name as the ``compressionType`` parameter has it:
# https://docs.aws.amazon.com/glue/latest/dg/add-classifier.html#classifier-built-in
_MAGIC = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"PK\x03\x04": "zip",
    b"\x04\x22\x4d\x18": "lz4",
    b"\xff\x06\x00\x00sNaPpY": "snappy",
}


@dataclass(frozen=True)
class Sample:
    """The beginning of a file, decompressed.

    ``complete`` says that it is the whole file. ``consumed`` is the number of the object's bytes
    (compressed, as stored) from which ``data`` came.
    """

    data: bytes
    compression: str
    complete: bool
    consumed: int


@dataclass(frozen=True)
class _Content:
    """What came out of ``consumed`` compressed bytes; ``complete`` if the stream ended there."""

    data: bytes
    consumed: int
    complete: bool


class ObjectReader(io.RawIOBase):
    """A seekable file over ranged GETs, so that a footer costs a few kilobytes."""

    def __init__(self, s3: Any, item: S3Object) -> None:
        super().__init__()
        self._s3 = s3
        self._item = item
        self._at = 0

    def readable(self) -> bool:
        """Reading is all that it does."""
        return True

    def seekable(self) -> bool:
        """Any byte can be had by a range."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move; nothing is read."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._item.size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        """Return the place of the next read."""
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Fill ``buffer`` from one ranged GET."""
        size = min(len(buffer), self._item.size - self._at)
        if size <= 0:
            return 0
        wanted = f"bytes={self._at}-{self._at + size - 1}"
        answer = self._s3.get_object(Bucket=self._item.bucket, Key=self._item.key, Range=wanted)
        data: bytes = answer["Body"].read()
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


def open_object(s3: Any, item: S3Object) -> io.BufferedReader:
    """Open an object for random access."""
    return io.BufferedReader(ObjectReader(s3, item), buffer_size=64 * 1024)


def take(s3: Any, item: S3Object, size: int = MEGABYTE) -> Sample:
    """Read the first ``size`` bytes of a file's content, decompressed.

    An archive or stream that is broken counts as not compressed: its bytes are given as they are.
    """
    if item.size == 0:
        return Sample(b"", "none", complete=True, consumed=0)
    with ObjectReader(s3, item) as reader:
        raw = reader.read(size) or b""
    compression = _compression(item, raw)
    if compression == "zip":
        with ObjectReader(s3, item) as reader:
            raw = reader.read(LARGEST_ARCHIVE) or b""
    whole = len(raw) == item.size
    if compression != "none":
        try:
            content = _EXPAND[compression](raw, size)
        except (OSError, EOFError, ValueError, zlib.error, zipfile.BadZipFile, pa.ArrowException):
            compression = "none"
        else:
            complete = whole and content.complete
            return Sample(content.data, compression, complete, max(content.consumed, 1))
    return Sample(raw, compression, whole, len(raw))


def _compression(item: S3Object, raw: bytes) -> str:
    for magic, name in _MAGIC.items():
        if raw.startswith(magic):
            return name
    # Hadoop's Snappy blocks and raw LZ4 blocks have no magic; Hadoop goes by the name as well.
    return "snappy" if item.name.endswith(".snappy") else "none"


def _gzip(raw: bytes, size: int) -> _Content:
    return _stream(raw, size, lambda: zlib.decompressobj(wbits=31))


def _bzip2(raw: bytes, size: int) -> _Content:
    return _stream(raw, size, bz2.BZ2Decompressor)


def _stream(raw: bytes, size: int, make: Callable[[], Any]) -> _Content:
    """Expand one stream after another (a gzip file may be several joined) up to ``size`` bytes."""
    out = bytearray()
    at = 0
    engine = make()
    between = True
    while at < len(raw) and len(out) < size:
        piece = raw[at : at + _PIECE]
        at += len(piece)
        out += engine.decompress(piece, size - len(out))
        between = engine.eof
        if between:
            at -= len(engine.unused_data)
            engine = make()
    return _Content(bytes(out), at, complete=between and at == len(raw))


def _zip(raw: bytes, size: int) -> _Content:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        members = [info for info in archive.infolist() if not info.is_dir()]
        if len(members) != 1:
            raise ValueError("only archives with a single file are classified")
        with archive.open(members[0]) as member:
            data = member.read(size)
    share = len(data) / max(members[0].file_size, 1)
    return _Content(data, round(len(raw) * share), complete=len(data) == members[0].file_size)


def _lz4(raw: bytes, size: int) -> _Content:
    out = bytearray()
    source = pa.BufferReader(raw)
    with pa.CompressedInputStream(source, "lz4") as stream:
        while len(out) < size and (piece := stream.read(min(_PIECE, size - len(out)))):
            out += piece
        return _Content(bytes(out), source.tell(), complete=len(out) < size)


def _snappy(raw: bytes, size: int) -> _Content:
    blocks = _framed(raw) if raw.startswith(b"\xff\x06\x00\x00sNaPpY") else _hadoop(raw)
    out = bytearray()
    consumed = 0
    for block, end in blocks:
        out += block
        consumed = end
        if len(out) >= size:
            break
    if not out:
        raise ValueError("no whole Snappy block")
    return _Content(bytes(out[:size]), consumed, complete=consumed == len(raw))


def _framed(raw: bytes) -> list[tuple[bytes, int]]:
    """Read Snappy's framing format: chunks of a type, a 3-byte length and a checksum."""
    blocks: list[tuple[bytes, int]] = []
    at = 0
    while at + 4 <= len(raw):
        kind, length = raw[at], int.from_bytes(raw[at + 1 : at + 4], "little")
        body = raw[at + 4 : at + 4 + length]
        if len(body) < length:
            break
        at += 4 + length
        if kind == 0x00:
            blocks.append((_snappy_block(body[4:]), at))
        elif kind == 0x01:
            blocks.append((body[4:], at))
    return blocks


def _hadoop(raw: bytes) -> list[tuple[bytes, int]]:
    """Read Hadoop's blocks: the plain length, then parts of a length and Snappy data."""
    blocks: list[tuple[bytes, int]] = []
    at = 0
    while at + 8 <= len(raw):
        (plain,) = struct.unpack_from(">I", raw, at)
        at += 4
        out = b""
        while len(out) < plain and at + 4 <= len(raw):
            (length,) = struct.unpack_from(">I", raw, at)
            if at + 4 + length > len(raw):
                return blocks
            out += _snappy_block(raw[at + 4 : at + 4 + length])
            at += 4 + length
        blocks.append((out, at))
    return blocks


def _snappy_block(block: bytes) -> bytes:
    """Expand a raw Snappy block; its plain length leads it as a varint."""
    plain = shift = 0
    for byte in block:
        plain |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            break
    if plain > LARGEST_ARCHIVE:
        raise ValueError("not Snappy data")
    data: bytes = pa.Codec("snappy").decompress(block, decompressed_size=plain).to_pybytes()
    return data


_EXPAND: dict[str, Callable[[bytes, int], _Content]] = {
    "gzip": _gzip,
    "bzip2": _bzip2,
    "zip": _zip,
    "lz4": _lz4,
    "snappy": _snappy,
}
