"""Valid files of every kind become the Parquet they should, by real Spark."""

import gzip
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.integration import files
from tests.integration.pipeline import Ended, Pipeline
from tools.executions import Upload

PEOPLE_TYPES = {"id": "int64", "name": "string", "age": "int64", "city": "string"}


@dataclass(frozen=True)
class Case:
    """A file and what must come of it."""

    key: str
    body: bytes
    state: str
    rows: list[dict[str, Any]]
    types: dict[str, str]


def people(key: str, body: bytes, state: str) -> Case:
    return Case(key, body, state, files.PEOPLE, PEOPLE_TYPES)


TYPED_CSV = (
    b"\xef\xbb\xbfwhole;real;day;at;flag;text;code\r\n"
    b'1;1.5;2026-11-20;2026-11-20T10:11:12Z;true;"a;\r\nb";007\r\n'
    b";;;;;;\r\n"
    b"-3;1e3;1969-12-31;2026-11-20 10:11:12.5+02:00;FALSE;;010\r\n"
)
TYPED_ROWS = [
    {
        "whole": 1,
        "real": 1.5,
        "day": date(2026, 11, 20),
        "at": datetime(2026, 11, 20, 10, 11, 12, tzinfo=UTC),
        "flag": True,
        "text": "a;\nb",
        "code": "007",
    },
    dict.fromkeys(("whole", "real", "day", "at", "flag", "text", "code")),
    {
        "whole": -3,
        "real": 1000.0,
        "day": date(1969, 12, 31),
        "at": datetime(2026, 11, 20, 8, 11, 12, 500_000, tzinfo=UTC),
        "flag": False,
        "text": None,
        "code": "010",
    },
]
TYPED_TYPES = {
    "whole": "int64",
    "real": "double",
    "day": "date32[day]",
    "at": "timestamp[us, tz=UTC]",
    "flag": "bool",
    "text": "string",
    "code": "string",
}


CASES = {
    "csv": people("people/people.csv", files.CSV, "ProcessCsvData"),
    "json array": people("people/people.json", files.JSON, "ProcessJsonData"),
    "json object": Case(
        "people/one.json",
        json.dumps(files.PEOPLE[0], indent=4).encode(),
        "ProcessJsonData",
        files.PEOPLE[:1],
        PEOPLE_TYPES,
    ),
    "json lines": people("people/people.jsonl", files.json_lines(files.PEOPLE), "ProcessJsonData"),
    "parquet": people(
        "people/people.parquet",
        files.parquet(pa.Table.from_pylist(files.PEOPLE)),
        "ProcessParquetData",
    ),
    "gzip": people("people/people.csv.gz", gzip.compress(files.CSV), "ProcessCsvData"),
    "gzip without the extension": people(
        "people/unnamed.json", gzip.compress(files.JSON), "ProcessJsonData"
    ),
    "types": Case("typed/all.csv", TYPED_CSV, "ProcessCsvData", TYPED_ROWS, TYPED_TYPES),
    "nested": Case(
        "nested/records.json",
        b'[{"id": 1, "a": {"zip": "02134", "tags": ["x", null]},'
        b' "n": 12345678901234567890.123456789},\n {"id": 2, "a": null}]',
        "ProcessJsonData",
        [
            {
                "id": 1,
                "a": {"zip": "02134", "tags": ["x", None]},
                "n": Decimal("12345678901234567890.123456789000000000"),
            },
            {"id": 2, "a": None, "n": None},
        ],
        {
            "id": "int64",
            "a": "struct<zip: string, tags: list<element: string>>",
            "n": "decimal128(38, 18)",
        },
    ),
    "odd key": people(
        "odd ünï/100%+{a,b}[1]*?#/_hidden %20 file 😀.csv", files.CSV, "ProcessCsvData"
    ),
}


@pytest.fixture(scope="module")
def uploads(pipeline: Pipeline) -> dict[str, Upload]:
    """All of them at once, so that their executions go on while each test waits for its own."""
    return {name: pipeline.upload(case.key, case.body) for name, case in CASES.items()}


@pytest.mark.parametrize("name", CASES)
def test_a_file_becomes_parquet(pipeline: Pipeline, uploads: dict[str, Upload], name: str) -> None:
    case, ended = CASES[name], pipeline.ended(uploads[name])
    assert ended.outcome.kind == "SUCCESS", ended
    assert case.state in ended.states
    assert ended.states[-4:] == ["PublishOutput", "IsPublished", "NotifySuccess", "Succeeded"]
    assert_holds(pipeline, ended, case.rows, case.types)


def codec(part: pq.ParquetFile) -> str:
    name: str = part.metadata.row_group(0).column(0).compression
    return name


def assert_holds(
    pipeline: Pipeline, ended: Ended, rows: list[dict[str, Any]], types: dict[str, str]
) -> None:
    assert ended.outcome.rows == len(rows)
    parts = pipeline.parquet_files(ended.outcome.manifest_uri)
    assert {codec(part) for part in parts} == {"ZSTD"}
    table = pa.concat_tables([part.read() for part in parts])
    found = {field.name: str(field.type) for field in table.schema}
    assert found == {**types, "processing_date": "date32[day]"}
    started = ended.progress.started.astimezone(UTC).date()
    expected = [{**row, "processing_date": started} for row in rows]
    assert table.to_pylist() == expected


def test_a_rerun_replaces_its_own_output_and_no_other(pipeline: Pipeline) -> None:
    first = pipeline.upload("rerun/a/data.csv", files.CSV)
    other = pipeline.upload("rerun/b/data.csv", files.CSV)
    before, neighbour = pipeline.ended(first), pipeline.ended(other)
    assert before.outcome.manifest_uri != neighbour.outcome.manifest_uri
    first_files = pipeline.published(before.outcome.manifest_uri)
    other_files = pipeline.published(neighbour.outcome.manifest_uri)

    shorter = files.CSV.splitlines(keepends=True)[:3]
    after = pipeline.run("rerun/a/data.csv", b"".join(shorter))
    assert after.outcome.manifest_uri == before.outcome.manifest_uri
    assert_holds(pipeline, after, files.PEOPLE[:2], PEOPLE_TYPES)
    assert not set(pipeline.published(after.outcome.manifest_uri)) & set(first_files)
    assert pipeline.published(neighbour.outcome.manifest_uri) == other_files


def test_a_late_contradiction_fails_the_job_and_reaches_the_topic(pipeline: Pipeline) -> None:
    bad = files.contradicted_csv()
    ended = pipeline.run("zips/late.csv", bad.body)
    assert ended.progress.status == "FAILED", ended
    assert ended.states[-3:] == ["NotifyFailure", "RememberFailure", "FailUnlessRedriven"]
    note = pipeline.notification(ended)
    assert note.attributes["outcome"] == "FAILURE"
    assert "late.csv" in note.subject + note.body
    told = f"Column zip: '02134' is no bigint. Record begins: {bad.bad_row}, 02134"
    assert told in note.body


def test_a_failed_rerun_leaves_the_output_as_it_was(pipeline: Pipeline) -> None:
    good = b"id,zip\n" + b"1,10001\n" * 3
    before = pipeline.run("kept/zips.csv", good)
    published = pipeline.published(before.outcome.manifest_uri)
    after = pipeline.run("kept/zips.csv", files.contradicted_csv().body)
    assert after.outcome.kind == "FAILURE", after
    assert published
    assert pipeline.published(before.outcome.manifest_uri) == published


def test_an_attempt_holds_its_files_and_result_and_nothing_else(
    pipeline: Pipeline, uploads: dict[str, Upload]
) -> None:
    """Copies that a job reads from are gone, and so is what Spark writes on the way."""
    for name in ("json array", "odd key", "csv"):
        ended = pipeline.ended(uploads[name])
        attempts = str(ended.validation["attempts_path"])
        prefix = attempts.removeprefix(f"s3://{pipeline.deployment.processed_bucket}/")
        job = (ended.progress.output or {})["job"]
        names = {key.removeprefix(prefix) for key in pipeline.below(attempts)}
        # Other tests may have sent other versions of the file, each with an attempt of its own.
        assert not [key for key in names if "-input/" in key]
        of_it = {key for key in names if key.startswith(f"{job['attempt_id']}/")}
        files_of_it = {key.partition("/")[2] for key in of_it}
        assert "_result.json" in files_of_it
        assert all(file.endswith(".parquet") for file in files_of_it - {"_result.json", "_SUCCESS"})


def test_only_manifests_lie_below_processed(pipeline: Pipeline, uploads: dict[str, Upload]) -> None:
    for upload in uploads.values():
        pipeline.ended(upload)
    keys = pipeline.below(f"s3://{pipeline.deployment.processed_bucket}/processed/")
    assert keys
    assert all(key.endswith(".manifest") for key in keys), keys
