"""The quick way for large CSV files makes what the exact way makes, or leaves the file to it."""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto import mock_aws
from pipeline_spark import output
from pipeline_spark.arguments import JobArguments, S3Location
from pipeline_spark.columns import Column
from pipeline_spark.contradiction import FITS, refuse
from pipeline_spark.csv_piece import Piece, Work
from pipeline_spark.csv_pieces import CsvPieces
from pipeline_spark.csv_records import CsvRecords, read_csv
from pipeline_spark.errors import (
    NotPlainError,
    ProcessingError,
    ReservedColumnError,
    RowCountMismatchError,
    SchemaContradictionError,
)
from pipeline_spark.processing import process
from pipeline_spark.text_values import judged
from pyspark.sql import SparkSession
from pyspark.sql import functions as F  # noqa: N812 - Spark's own name for it

from functions.common.arrow_columns import arrow_type
from functions.common.arrow_texts import typed
from tests.file_ranges import FileRanges

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

pytestmark = pytest.mark.spark

Make = Callable[..., JobArguments]
KEY = "people.csv"
DAY = date(2026, 11, 21)
COLUMNS = ("id bigint", "amount double", "day date", "note string")
TYPES = ("bigint", "double", "decimal(38,18)", "decimal(5,2)", "boolean", "date", "timestamp")


# What takes the quick way at all.


@pytest.mark.parametrize(
    ("others", "takes"),
    [
        ({}, True),
        ({"partition_by": ("of another file",)}, True),
        ({"partition_by": ("day",)}, False),
        ({"multi_line": True}, False),
        ({"compression": "gzip"}, False),
        ({"delimiter": None, "json_shape": "lines"}, False),
        ({"delimiter": "§"}, False),
        ({"columns": (Column("id", "array<string>"),)}, False),
    ],
)
def test_the_quick_way_is_for_plain_files_alone(
    make_arguments: Make, others: dict[str, Any], takes: bool
) -> None:
    arguments = replace(make_arguments(*COLUMNS, multi_line=False), **others)
    assert CsvPieces().takes(arguments, 2**30) is takes


def test_a_small_file_is_not_worth_it(make_arguments: Make) -> None:
    arguments = make_arguments(*COLUMNS, multi_line=False)
    assert [CsvPieces().takes(arguments, size) for size in (1, 2**25 - 1, 2**25)] == [
        False,
        False,
        True,
    ]


@pytest.mark.parametrize(("version", "takes"), [("16.1.0", False), ("17.0.0", True)])
def test_an_older_arrow_is_not_used(
    make_arguments: Make, monkeypatch: pytest.MonkeyPatch, version: str, takes: bool
) -> None:
    monkeypatch.setattr(pa, "__version__", version)
    assert CsvPieces().takes(make_arguments(*COLUMNS, multi_line=False), 2**30) is takes


@pytest.mark.parametrize(
    ("size", "cores", "lengths"),
    [(100, 2, [50, 50]), (100, 1, [60, 40]), (30, 4, [20, 10]), (1, 4, [1]), (601, 2, [60] * 10)],
)
def test_pieces_are_as_large_as_those_of_spark(size: int, cores: int, lengths: list[int]) -> None:
    pieces = CsvPieces(piece_bytes=60, smallest_piece_bytes=20)._pieces(size, cores)
    assert [piece.end - piece.begin for piece in pieces][: len(lengths)] == lengths
    assert [piece.begin for piece in pieces] == [0, *(piece.end for piece in pieces)][:-1]
    assert pieces[-1].end == size


# What it makes.


ODD = [
    *(
        "0",
        "-0",
        "00",
        "1.0",
        "1.50",
        "1.",
        ".5",
        "+1",
        "1e5",
        "1E-400",
        "1e400",
        "-1e309",
        "\u0661",
        "1_0",
    ),
    *("9223372036854775807", "9223372036854775808", "-9223372036854775808", "0x1F", "1d", "NaN"),
    *(
        "true",
        "TRUE",
        "tRuE",
        "fal\u017fe",
        "false ",
        "yes",
        "t",
        "1",
        "Infinity",
        "null",
        "\x00",
        " ",
    ),
    *(
        "2026-02-29",
        "2024-02-29",
        "0000-01-01",
        "0000-02-29",
        "1582-10-10",
        "9999-12-31",
        "2026-1-1",
    ),
    *(
        "2026-02-28T24:00:00",
        "2026-02-28T23:59:60",
        "2026-02-28 23:59:59.9999999",
        "2026-02-28T1:2:3",
    ),
    *("2026-02-28T00:00:00Z", "2026-02-28T00:00:00+18:00", "2026-02-28T00:00:00+18:01"),
    *("2026-02-28T00:00:00-00:60", "0000-01-01T00:00:00+18:00", "9999-12-31T23:59:59.999999-18:00"),
    *("2026-02-28T00:00:00.", "2026-02-28T00:00:00,5", "2026-02-28t00:00:00z", "12:30:00", "2026"),
    *("99999999999999999999.999999999999999999", "0.0000000000000000001", "999.99", "999.999"),
    *("4.9e-324", "1.7976931348623157e308", "1.7976931348623159e308", "0.1", "1\n", "\ufeff1"),
]


def _random_texts(type_name: str) -> list[str]:
    """Return texts that are nearly of the type."""
    chance = random.Random(type_name)
    seeds = {
        "boolean": ["true", "False"],
        "date": ["2026-02-28", "0001-01-01", "1900-02-29"],
        "timestamp": [
            "2026-02-28T23:59:59",
            "2026-12-31 00:00:00.123+05:30",
            "1890-06-07T08:09:10Z",
        ],
    }.get(type_name, ["-123", "7.25", "12345678901234567.5", "1e10", "0.000123"])
    found = []
    for _ in range(1500):
        text = list(chance.choice(seeds))
        for _ in range(chance.randrange(4)):
            place = chance.randrange(len(text))
            text[place : place + chance.randrange(2)] = chance.choice("0123456789-+.:eETZ ")
        found.append("".join(text))
    return found


@pytest.mark.parametrize("type_name", TYPES)
def test_a_value_of_the_quick_way_is_that_of_the_exact_one(
    spark: SparkSession, tmp_path: Path, type_name: str
) -> None:
    texts = sorted({*ODD, *_random_texts(type_name)})
    frame = spark.createDataFrame(list(enumerate(texts)), "number int, x string")
    checked = judged(frame, [Column("x", type_name)], F.lit(True), keep=["number"])
    checked.write.parquet(str(tmp_path / "exact"))
    exact = pq.read_table(tmp_path / "exact").sort_by("number")
    values, mask = typed(pa.array(texts), arrow_type(type_name))
    fits = pa.array([True] * len(texts)) if mask is None else mask
    laxer = pc.and_not(fits, exact[FITS].combine_chunks())
    assert pa.array(texts).filter(laxer).to_pylist() == []
    assert values.filter(fits).equals(exact["x"].combine_chunks().filter(fits))
    assert pc.sum(fits).as_py() >= 3


FIELDS = st.sampled_from(
    [
        "",
        "1",
        "-2",
        "03",
        "1.5",
        "2026-01-02",
        "true",
        "x",
        " ",
        '"x"',
        '"x,y"',
        '"a ""b"""',
        '""',
        'x"y',
        '"x"y',
        '"',
        "\\",
        "ü😀",
        "'",
        "a;b",
        "\ufeff",
        "\x0b",
        "x\ry",
        "\u2028",
    ]
)
ENDS = st.sampled_from(["\n", "\n", "\r\n", "\n\n", "\r\n\r\n"])
LINES = st.tuples(st.lists(FIELDS, min_size=2, max_size=2).map(",".join), ENDS).map("".join)


@settings(
    max_examples=settings().max_examples * 2 // 5,
    suppress_health_check=[
        *settings().suppress_health_check,
        HealthCheck.function_scoped_fixture,
    ],
)
@given(
    lines=st.lists(LINES, min_size=1, max_size=5),
    last=st.sampled_from(["", "7,z", '"7",""', "7", "7,8,9"]),
    types=st.tuples(st.sampled_from(["string", "bigint"]), st.sampled_from(["string", "double"])),
    place=st.integers(1, 60),
)
def test_a_random_file(  # noqa: PLR0917 - fixtures
    spark: SparkSession,
    tmp_path: Path,
    lines: list[str],
    last: str,
    types: tuple[str, str],
    place: int,
) -> None:
    source = tmp_path / "random.csv"
    source.write_bytes(("a,b\n" + "".join(lines) + last).encode())
    quick = _by_arrow(source, types, place)
    if quick is not None:
        columns = (Column("a", types[0]), Column("b", types[1]))
        exact = refuse(CsvRecords(spark, str(source), columns, multi_line=False).judged())
        assert [tuple(row.values()) for row in quick] == [tuple(row) for row in exact.collect()]


def _by_arrow(source: Path, types: tuple[str, str], place: int) -> list[dict[str, Any]] | None:
    folder = source.parent / "quick"
    for file in folder.glob("*"):
        file.unlink()
    ranges = FileRanges(source, folder)
    work = Work.of(ranges, [("a", types[0]), ("b", types[1])], ",", DAY, "arrow-")
    middle = min(place, ranges.size)
    try:
        for piece in (Piece(0, 0, middle), Piece(1, middle, ranges.size)):
            work.write(piece)
    except NotPlainError:
        return None
    tables = [pq.read_table(file) for file in sorted(folder.glob("*.parquet"))]
    return [row for table in tables for row in table.drop_columns("processing_date").to_pylist()]


# A whole run of the job.


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator["S3Client"]:
    """A fake S3. Spark here knows none, so what it reads and writes lies in ``tmp_path``."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setattr(S3Location, "uri", lambda self: f"{tmp_path}/{self.bucket}/{self.key}")
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        for bucket in ("source", "out"):
            client.create_bucket(Bucket=bucket)
        yield client


class Job:
    """The job process_csv_data, by both ways, with files on local disks."""

    def __init__(self, spark: SparkSession, s3: "S3Client", folder: Path) -> None:
        self._spark = spark
        self._s3 = s3
        self._folder = folder

    def run(self, arguments: JobArguments, data: bytes, pieces: int | None) -> list[dict[str, Any]]:
        """Run the job and return the rows of its attempt; ``pieces`` None is the exact way."""
        source = self._folder / "source" / KEY
        source.parent.mkdir(exist_ok=True)
        source.write_bytes(data)
        self._s3.put_object(Bucket="source", Key=KEY, Body=data)
        attempt = self._folder / "out" / arguments.attempt.key
        length = -(-len(data) // (pieces or 1))
        quick = CsvPieces(0, length, length, FileRanges(source, attempt).opened)
        process(self._spark, self._s3, arguments, read_csv, quick if pieces else None)
        files = sorted(file.name for file in attempt.glob("*.parquet"))
        # A task of the quick way may end after the exact way took the file over: see Written.
        by_spark = [name for name in files if name.startswith(output.BY_SPARK)]
        self.files = by_spark or files
        tables = [pq.read_table(attempt / name) for name in self.files]
        self.schema = tables[0].schema.remove_metadata()
        return [row for table in tables for row in table.to_pylist()]

    def rejected(self) -> list[str]:
        pages = self._s3.list_objects_v2(Bucket="out", Prefix="quarantine/")
        keys = [item["Key"] for item in pages.get("Contents", [])]
        bodies = [self._s3.get_object(Bucket="out", Key=key)["Body"].read() for key in keys]
        return [line.decode() for body in bodies for line in body.splitlines()]


@pytest.fixture
def job(spark: SparkSession, s3: "S3Client", tmp_path: Path) -> Job:
    return Job(spark, s3, tmp_path)


def a_file(rows: int, last: str = "") -> bytes:
    lines = [f"{n},{n / 4},2026-01-{n % 28 + 1:02},note {n}\n" for n in range(rows)]
    return ("id,amount,day,note\n" + "".join(lines) + last).encode()


def test_both_ways_make_the_same(job: Job, make_arguments: Make) -> None:
    base = make_arguments(*COLUMNS, multi_line=False, expected_rows=500)
    found, schemas = [], []
    for number, pieces in enumerate((None, 1, 5)):
        attempt = S3Location("out", f"attempts/people/x/jr_{number}/")
        found.append(job.run(replace(base, attempt=attempt), a_file(500), pieces))
        assert len(job.files) == (pieces or 1)
        prefix = output.BY_ARROW if pieces else output.BY_SPARK
        assert all(name.startswith(prefix) for name in job.files)
        schemas.append(job.schema)
    assert schemas[0] == schemas[1] == schemas[2]
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize("last", ["x,1,2026-01-01,\n", "1,2\n", "1,2,2026-01-01,a,b\n", '1,2,"\n'])
def test_a_contradiction_in_the_last_line(job: Job, make_arguments: Make, last: str) -> None:
    base = make_arguments(*COLUMNS, multi_line=False, expected_rows=201)
    data = a_file(200, last)
    said = []
    for number, pieces in enumerate((None, 3)):
        attempt = S3Location("out", f"attempts/people/x/fail_{number}/")
        with pytest.raises(SchemaContradictionError) as caught:
            job.run(replace(base, attempt=attempt), data, pieces)
        said.append(str(caught.value))
    assert said[0] == said[1]
    assert "row 201 (line 202)" in said[0]


@pytest.mark.parametrize("policy", ["widen", "quarantine_rows"])
def test_the_exact_way_treats_a_contradiction_as_it_would_alone(
    job: Job, make_arguments: Make, policy: str
) -> None:
    base = make_arguments(*COLUMNS, multi_line=False, expected_rows=201, on_contradiction=policy)
    rows, schemas, rejected = [], [], []
    for number, pieces in enumerate((None, 3)):
        attempt = S3Location("out", f"attempts/people/x/{policy}_{number}/")
        arguments = replace(base, attempt=attempt, execution_name=f"people-{number}")
        rows.append(job.run(arguments, a_file(200, "x,1,2026-01-01,\n"), pieces))
        schemas.append(job.schema)
        rejected.append(job.rejected())
        assert job.files[0].startswith(output.BY_SPARK)
    assert rows[0] == rows[1]
    assert schemas[0] == schemas[1]
    assert len(rows[0]) == (201 if policy == "widen" else 200)
    assert rejected[1] == rejected[0] * 2
    assert len(rejected[0]) == (0 if policy == "widen" else 1)


def test_a_wrong_number_of_rows_is_told_by_the_exact_way(job: Job, make_arguments: Make) -> None:
    arguments = make_arguments(*COLUMNS, multi_line=False, expected_rows=9)
    with pytest.raises(RowCountMismatchError, match="validation counted 9 rows, the job read 10"):
        job.run(arguments, a_file(10), 2)


def test_a_reserved_name_is_refused_by_both_ways(job: Job, make_arguments: Make) -> None:
    arguments = make_arguments("id bigint", "Processing_Date date", multi_line=False)
    for pieces in (None, 1):
        with pytest.raises(ReservedColumnError, match="a column 'Processing_Date'"):
            job.run(arguments, b"id,Processing_Date\n1,2026-01-01\n", pieces)


def test_the_log_says_why_the_quick_way_was_left(
    job: Job, make_arguments: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = make_arguments("id bigint", multi_line=False, expected_rows=2)
    with pytest.raises(ProcessingError):
        job.run(arguments, b"id\n1\n02\n", 1)
    assert "because NotPlainError: column id: a value is no bigint" in capsys.readouterr().out
