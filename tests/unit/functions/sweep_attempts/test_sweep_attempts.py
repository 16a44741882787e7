"""What attempts left is removed when it is old and unnamed, and never otherwise."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import boto3
import pytest

from functions.common.cursor import Cursor
from functions.common.manifests import Manifest, Provenance
from functions.sweep_attempts import handler
from functions.sweep_attempts.attempts import Found, SourceObject
from functions.sweep_attempts.sweep import READERS, Sweep
from tests.unit.functions.claims import claims_table
from tests.unit.functions.conftest import Context

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BUCKET = "processed"
MIN_AGE = timedelta(days=15)


def plenty() -> float:
    return 300.0


@pytest.fixture
def s3(aws: None) -> "S3Client":
    client = boto3.client("s3")
    client.create_bucket(Bucket=BUCKET)
    client.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    return client


@pytest.fixture
def sweep(s3: "S3Client") -> Sweep:
    cursor = Cursor(claims_table(), boto3.client("dynamodb"), BUCKET)
    return Sweep(s3, BUCKET, cursor, MIN_AGE, max_objects=10_000)


def attempt(s3: "S3Client", source: str, name: str, files: int = 1) -> list[str]:
    """Write what an attempt writes; return its Parquet files' URIs."""
    keys = [f"attempts/{source}/{name}/part-{number:05}.parquet" for number in range(files)]
    for key in (*keys, f"attempts/{source}/{name}/_result.json"):
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"x")
    return [f"s3://{BUCKET}/{key}" for key in keys]


def publish(s3: "S3Client", source: str, uris: list[str]) -> None:
    """Publish as publish_output does."""
    manifest = Manifest(s3, BUCKET, f"processed/{source}.manifest")
    provenance = Provenance("v", "0A", "execution", "attempt", 1)
    manifest.write(uris, provenance, over=manifest.look())


def attempts(s3: "S3Client") -> list[str]:
    """Return the folders below attempts/ that still have something in them."""
    listed = s3.list_objects_v2(Bucket=BUCKET, Prefix="attempts/").get("Contents", [])
    return sorted({item["Key"].removeprefix("attempts/").rpartition("/")[0] for item in listed})


def later(**ago: float) -> datetime:
    return datetime.now(UTC) + timedelta(**(ago or {"days": 16}))


def test_only_what_is_named_stays(s3: "S3Client", sweep: Sweep) -> None:
    attempt(s3, "people/a", "jr_1", files=3)
    publish(s3, "people/a", attempt(s3, "people/a", "jr_2"))
    attempt(s3, "people/b", "jr_3")
    tick = sweep.tick(later(), plenty)
    assert attempts(s3) == ["people/a/jr_2"]
    assert tick.to_json() == {
        "seen": 8,
        "attempts_removed": 2,
        "objects_removed": 6,
        "objects_kept_by_errors": 0,
        "round_is_over": True,
    }


def test_nothing_goes_before_its_time(s3: "S3Client", sweep: Sweep) -> None:
    attempt(s3, "people/a", "jr_1")
    assert sweep.tick(later(days=14), plenty).attempts_removed == 0
    assert attempts(s3) == ["people/a/jr_1"]


def test_an_attempt_that_still_writes_is_young_as_a_whole() -> None:
    began = datetime(2026, 11, 1, tzinfo=UTC)
    files = [
        Found("attempts/people/a/jr_1/part-00000.parquet", began),
        Found("attempts/people/a/jr_1/part-00001.parquet", began + timedelta(hours=2)),
        Found("attempts/people/a/jr_2/part-00000.parquet", began),
    ]
    source = SourceObject("attempts/people/a", files)
    assert list(source.older_than(began + timedelta(hours=1))) == ["jr_2"]
    assert list(source.older_than(began + timedelta(hours=3))) == ["jr_1", "jr_2"]


def test_what_was_published_until_lately_may_still_be_read(s3: "S3Client", sweep: Sweep) -> None:
    for name in ("jr_1", "jr_2", "jr_3"):
        publish(s3, "people/a", attempt(s3, "people/a", name))
    hasty = replace(sweep, min_age=timedelta(hours=1))
    hasty.tick(later(hours=2), plenty)
    assert attempts(s3) == ["people/a/jr_1", "people/a/jr_2", "people/a/jr_3"]
    hasty.tick(datetime.now(UTC) + READERS + timedelta(minutes=1), plenty)
    assert attempts(s3) == ["people/a/jr_3"]


def test_what_is_published_stays_however_old_it_is(s3: "S3Client", sweep: Sweep) -> None:
    publish(s3, "people/a", attempt(s3, "people/a", "jr_1"))
    sweep.tick(later(days=4000), plenty)
    assert attempts(s3) == ["people/a/jr_1"]


def test_a_manifest_that_was_deleted_keeps_nothing(s3: "S3Client", sweep: Sweep) -> None:
    publish(s3, "people/a", attempt(s3, "people/a", "jr_1"))
    s3.delete_object(Bucket=BUCKET, Key="processed/people/a.manifest")
    sweep.tick(later(), plenty)
    assert attempts(s3) == []


def test_a_manifest_of_a_longer_name_is_another_ones(s3: "S3Client", sweep: Sweep) -> None:
    attempt(s3, "people/a", "jr_1")
    uris = attempt(s3, "people/a.manifest-b", "jr_1")
    publish(s3, "people/a.manifest-b", uris)
    sweep.tick(later(), plenty)
    assert attempts(s3) == ["people/a.manifest-b/jr_1"]


def test_schemas_go_one_by_one(s3: "S3Client", sweep: Sweep) -> None:
    publish(s3, "people/a", attempt(s3, "people/a", "jr_1"))
    for name in ("v1", "v2"):
        s3.put_object(Bucket=BUCKET, Key=f"attempts/people/a/schemas/{name}.json", Body=b"[]")
    assert sweep.tick(later(), plenty).attempts_removed == 2
    assert attempts(s3) == ["people/a/jr_1"]


@pytest.mark.parametrize("line", ["s3://processed/elsewhere/x.parquet", "nonsense"])
def test_where_a_manifest_says_something_else_all_stays(
    s3: "S3Client", sweep: Sweep, line: str
) -> None:
    attempt(s3, "people/a", "jr_1")
    publish(s3, "people/a", [line])
    attempt(s3, "people/b", "jr_1")
    tick = sweep.tick(later(), plenty)
    assert attempts(s3) == ["people/a/jr_1"]
    assert tick.round_is_over


def test_nothing_outside_attempts_is_touched(s3: "S3Client", sweep: Sweep) -> None:
    keys = ["processed/people/a.manifest", "quarantine/people/a/e/a.csv", "attempts-of-others/x"]
    for key in keys:
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"")
    sweep.tick(later(), plenty)
    listed = s3.list_objects_v2(Bucket=BUCKET)["Contents"]
    assert sorted(item["Key"] for item in listed) == sorted(keys)


def test_ticks_go_on_from_each_other_and_begin_again(s3: "S3Client", sweep: Sweep) -> None:
    for number in range(5):
        attempt(s3, f"people/{number}", "jr_1")
    short = replace(sweep, max_objects=3)
    ticks = [short.tick(later(), plenty) for _ in range(3)]
    assert [tick.attempts_removed for tick in ticks] == [2, 2, 1]
    assert [tick.round_is_over for tick in ticks] == [False, False, True]
    hurried = sweep.tick(later(days=1), lambda: 1.0)
    assert hurried.seen == 0
    assert hurried.round_is_over, "nothing is left"


def test_a_tick_ends_in_time(s3: "S3Client", sweep: Sweep) -> None:
    for number in range(3):
        attempt(s3, f"people/{number}", "jr_1")
    assert sweep.tick(later(), lambda: 1.0).attempts_removed == 1
    assert attempts(s3) == ["people/1/jr_1", "people/2/jr_1"]


def test_the_handler(sweep: Sweep, monkeypatch: pytest.MonkeyPatch, context: Context) -> None:
    attempt(sweep.s3, "people/a", "jr_1")
    monkeypatch.setenv("PROCESSED_BUCKET", BUCKET)
    monkeypatch.setenv("CLAIMS_TABLE", sweep.cursor.table)
    assert handler.handler({}, context)["seen"] == 2
    assert attempts(sweep.s3) == ["people/a/jr_1"]
