"""What a task of the quick way does with its piece, without Spark."""

import csv
import io
import random
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import boto3
import pyarrow.parquet as pq
import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws
from pipeline_spark import csv_piece, object_ranges
from pipeline_spark.arguments import S3Location
from pipeline_spark.csv_piece import Piece, Work, assert_plain, lines_of
from pipeline_spark.errors import NotPlainError
from pipeline_spark.object_ranges import S3Ranges

from tests.file_ranges import FileRanges

DAY = date(2026, 11, 21)


def cut(size: int, *places: int) -> list[Piece]:
    inner = sorted({place % size for place in places} - {0}) if size else []
    edges = [0, *inner, size]
    return [Piece(number, *edge) for number, edge in enumerate(pairwise(edges))]


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_piece, "_BLOCK_BYTES", 7)
    monkeypatch.setattr(csv_piece, "_TAIL_BYTES", 3)


class Bytes(FileRanges):
    """A file in memory, which nobody may read beyond."""

    def __init__(self, data: bytes) -> None:
        super().__init__(Path(), Path())
        object.__setattr__(self, "data", data)

    @property
    def size(self) -> int:
        return len(self.__dict__["data"])

    def read(self, begin: int, end: int) -> bytes:
        assert 0 <= begin < end <= self.size
        found: bytes = self.__dict__["data"][begin:end]
        return found


@given(
    st.lists(st.text("ab\n\r", max_size=30).map(str.encode), max_size=8).map(b"\n".join),
    st.lists(st.integers(0, 200), max_size=6),
)
def test_each_line_is_read_once_however_the_file_is_cut(data: bytes, places: list[int]) -> None:
    ranges = Bytes(data)
    found = [list(lines_of(ranges, piece)) for piece in cut(len(data), *places)]
    assert b"".join(b"".join(blocks) for blocks in found) == data
    ends = [block for blocks in found for block in blocks][:-1]
    assert all(block.endswith(b"\n") for block in ends)


def test_a_line_may_be_so_long_and_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_piece, "_MAX_LINE_BYTES", 20)
    fits = b"x" * 19 + b"\n"
    assert b"".join(lines_of(Bytes(fits), Piece(0, 0, 5))) == fits
    for end in (5, 30):
        with pytest.raises(NotPlainError, match="a line of more than 20 bytes"):
            list(lines_of(Bytes(b"x" * 30), Piece(0, 0, end)))


PLAIN = ["", "a,b", 'a,"b"', '"",""', '"a ""b"" c",', '"a,b",c', "a,b\r", '"a",b\r', "a,'b"]
NOT_PLAIN = ['a"b,c', '"a"b,c', '"a" ,c', ' "a",c', '"a,c', 'a,"', '"""', "a\rb", "a\0", '"a\rb",c']


@pytest.mark.parametrize("line", PLAIN)
def test_plain_lines(line: str) -> None:
    assert_plain(line.encode().removesuffix(b"\r"), ",")
    assert_plain(f"1,2\n{line}\n3,4\n".encode(), ",")
    assert_plain(f"1|2\n{line}\n".replace(",", "|").encode(), "|")


@pytest.mark.parametrize("line", NOT_PLAIN)
def test_lines_that_programs_may_read_otherwise(line: str) -> None:
    for text in (f"{line}\n", f"1,2\n{line}\n3,4\n", f"1,2\n{line}"):
        with pytest.raises(NotPlainError):
            assert_plain(text.encode(), ",")


def written(folder: Path, text: str | bytes, pieces: int, *columns: str) -> list[dict[str, Any]]:
    """Return the rows that a file becomes, in the file's order."""
    source = folder / "source.csv"
    source.write_bytes(text.encode() if isinstance(text, str) else text)
    ranges = FileRanges(source, folder / "out")
    named = [(name, type_name) for name, _, type_name in (c.partition(" ") for c in columns)]
    work = Work.of(ranges, named, ",", DAY, "arrow-")
    chance = random.Random(len(text))
    places = [chance.randrange(ranges.size) for _ in range(pieces - 1)]
    counts = [work.write(piece) for piece in cut(ranges.size, *places)]
    files = sorted(ranges.folder.glob("*.parquet"))
    assert len(files) == sum(1 for count in counts if count)
    found = [row for file in files for row in pq.read_table(file).to_pylist()]
    assert len(found) == sum(counts)
    return found


def test_a_file_in_pieces(tmp_path: Path) -> None:
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(["id", "text"])
    writer.writerows((n, f'"{n}", ü\t' if n % 3 else "") for n in range(200))
    found = written(tmp_path, "\n\r\n\ufeff" + made.getvalue(), 20, "id bigint", "text string")
    assert found == [
        {"id": n, "text": f'"{n}", ü\t' if n % 3 else None, "processing_date": DAY}
        for n in range(200)
    ]


def test_a_byte_order_mark_in_the_middle_is_text(tmp_path: Path) -> None:
    for pieces in (1, 4):
        folder = tmp_path / str(pieces)
        folder.mkdir()
        found = written(folder, "a,b\n" + "\ufeff1,x\n" * 9, pieces, "a string", "b string")
        assert [row["a"] for row in found] == ["\ufeff1"] * 9


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a,b\n1,x\n2\n", "(?s)Expected 2 columns.*got 1"),
        ("a,b\n1,x\n2,y,z\n", "Expected 2 columns"),
        ("a,b\n1,x\n02,y\n", "column a: a value is no bigint"),
        ("b,a\n1,x\n", "the header is another one"),
        ('a,"b\n1,x\n', "the header"),
        ("a,b\n1,\udcff\n".encode(errors="surrogateescape"), "invalid UTF8"),
        (b"\xff,b\n1,x\n", "the header"),
    ],
)
def test_what_is_left_to_the_exact_way(tmp_path: Path, text: str | bytes, why: str) -> None:
    with pytest.raises(NotPlainError, match=why):
        written(tmp_path, text, 1, "a bigint", "b string")


@mock_aws
def test_an_object_is_read_only_as_it_was_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3 = boto3.client("s3", region_name="us-east-1")
    monkeypatch.setattr(object_ranges, "_client", lambda: s3)
    s3.create_bucket(Bucket="source")
    s3.put_object(Bucket="source", Key="a b.csv", Body=b"0123456789")
    ranges = S3Ranges.of(s3, "s3://source/a b.csv", None, S3Location("source", "out/"))
    assert (ranges.size, ranges.read(0, 10), ranges.read(3, 5)) == (10, b"0123456789", b"34")
    (tmp_path / "file").write_bytes(b"parquet")
    ranges.put(tmp_path / "file", "arrow-0.parquet")
    assert s3.get_object(Bucket="source", Key="out/arrow-0.parquet")["Body"].read() == b"parquet"
    s3.put_object(Bucket="source", Key="a b.csv", Body=b"9876543210")
    with pytest.raises(ClientError, match="PreconditionFailed"):
        ranges.read(0, 10)


@mock_aws
def test_an_older_version_is_read_though_there_is_a_newer_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    s3 = boto3.client("s3", region_name="us-east-1")
    monkeypatch.setattr(object_ranges, "_client", lambda: s3)
    s3.create_bucket(Bucket="source")
    s3.put_bucket_versioning(Bucket="source", VersioningConfiguration={"Status": "Enabled"})
    old = s3.put_object(Bucket="source", Key="x.csv", Body=b"old")["VersionId"]
    s3.put_object(Bucket="source", Key="x.csv", Body=b"newer")
    ranges = S3Ranges.of(s3, "s3://source/x.csv", old, S3Location("source", "out/"))
    assert (ranges.size, ranges.read(0, 3)) == (3, b"old")
