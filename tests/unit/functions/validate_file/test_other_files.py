"""Compression, and files that are neither CSV nor JSON."""

import gzip
import io
import tarfile
import zipfile

import pytest

from tests.unit.functions.validate_file.files import judge

CSV = b"id,name\n" + b"".join(b"%d,somebody\n" % number for number in range(5000))


def test_gzip_of_each_text_format() -> None:
    for data, key in (
        (CSV, "x/a.csv.gz"),
        (b'{"a": 1}\n' * 10, "x/a.jsonl.gz"),
        (b'[{"a": 1}]', "x/a.json.gz"),
    ):
        verdict = judge(gzip.compress(data), key)
        assert (verdict.reason, verdict.compression) == (None, "gzip")
        assert verdict.size_bytes == len(gzip.compress(data))


def test_gzip_with_several_members() -> None:
    data = gzip.compress(CSV[:1000]) + gzip.compress(CSV[1000:])
    verdict = judge(data, "x/a.csv.gz", chunk_bytes=100)
    assert (verdict.reason, verdict.row_count) == (None, 5000)


@pytest.mark.parametrize("cut", [1, 8, 9, 100])
def test_gzip_that_ends_too_soon(cut: int) -> None:
    reason = judge(gzip.compress(CSV)[:-cut], "x/a.csv.gz").reason
    assert reason
    assert reason.code == "GZIP_TRUNCATED"


def test_gzip_that_is_damaged() -> None:
    data = bytearray(gzip.compress(CSV))
    data[10] ^= 0xFF  # the first block's header
    reason = judge(bytes(data), "x/a.csv.gz").reason
    assert reason
    assert reason.code == "GZIP_CORRUPT"
    wrong_checksum = gzip.compress(CSV)[:-8] + b"\0\0\0\0" + gzip.compress(CSV)[-4:]
    reason = judge(wrong_checksum, "x/a.csv.gz").reason
    assert reason
    assert reason.code == "GZIP_CORRUPT"


def test_gzip_followed_by_something_else() -> None:
    reason = judge(gzip.compress(CSV) + b"garbage", "x/a.csv.gz").reason
    assert reason
    assert reason.code == "GZIP_CORRUPT"


def test_gzip_of_nothing() -> None:
    reason = judge(gzip.compress(b""), "x/a.csv.gz").reason
    assert reason
    assert reason.code == "EMPTY"


def test_gzip_bombs() -> None:
    bomb = gzip.compress(b"id,name\n" + b"1,xxxxxxxxxxxxxxxxxxxxx\n" * 4_000_000, 9)
    by_ratio = judge(bomb, "x/a.csv.gz", max_gzip_ratio=100).reason
    assert by_ratio
    assert by_ratio.code == "GZIP_BOMB"
    by_size = judge(gzip.compress(CSV), "x/a.csv.gz", max_uncompressed_bytes=1000).reason
    assert by_size
    assert by_size.code == "GZIP_BOMB"


def _zip(name: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, "x")
    return buffer.getvalue()


def _tar() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("data.csv"))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (_zip("data.csv"), "a zip archive"),
        (_zip("xl/workbook.xml"), "an Excel workbook"),
        (_tar(), "a tar archive"),
        (b"BZh91AY&SY", "a bzip2 archive"),
        (b"\xfd7zXZ\x00\x00", "an xz archive"),
        (b"\x28\xb5\x2f\xfd\x00", "a Zstandard archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "an old Microsoft Office document"),
        (b"Obj\x01\x04\x14avro.codec", "an Avro file"),
        (b"ORC\x08\x03", "an ORC file"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"<?xml version='1.0'?><a/>", "XML or HTML"),
        (b"PARE" + bytes(100) + b"PARE", "encrypted footer"),
        (gzip.compress(gzip.compress(CSV)), "gzip inside gzip"),
    ],
)
def test_formats_that_are_named(data: bytes, named: str) -> None:
    reason = judge(data, "x/data.csv").reason
    assert reason
    assert reason.code == "UNSUPPORTED_TYPE"
    assert named in reason.message
