"""Publishing: whole attempts only, one conditional write, and never over a newer version."""

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from functions.common.errors import (
    AttemptIncompleteError,
    InvalidInputError,
    PublishConflictError,
)
from functions.common.layout import Layout
from functions.common.manifests import Manifest, ManifestChangedError, Provenance
from functions.common.objects import ObjectVersion
from functions.publish_output import handler as handler_module
from functions.publish_output.handler import handler
from functions.publish_output.order import may_replace
from functions.publish_output.publication import MAX_TRIES, Outlet, Publication, Request, publish
from tests.unit.functions.conftest import Context

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

KEY = "people/people.csv"
LAYOUT = Layout.of("out", "source", KEY)


@pytest.fixture
def s3(aws: None) -> "S3Client":
    client = boto3.client("s3")
    for bucket in ("out", "source"):
        client.create_bucket(Bucket=bucket)
    client.put_bucket_versioning(Bucket="source", VersioningConfiguration={"Status": "Enabled"})
    return client


def write_attempt(s3: "S3Client", attempt_id: str, changes: Mapping[str, Any] | None = None) -> str:
    """Write what a job writes; ``changes`` are made to its result file."""
    prefix = LAYOUT.attempt_key(attempt_id)
    keys = [f"{prefix}part-{number}.parquet" for number in range(2)]
    for key in keys:
        s3.put_object(Bucket="out", Key=key, Body=b"1234")
    result = {
        "attempt_id": attempt_id,
        "rows": 5,
        "quarantined_rows": 0,
        "files": [{"key": key, "size": 4} for key in keys],
        "columns": [{"name": "id", "type": "bigint"}],
    } | dict(changes or {})
    s3.put_object(Bucket="out", Key=f"{prefix}_result.json", Body=json.dumps(result).encode())
    return prefix


def request(
    attempt_id: str, version: str | None = "v1", sequencer: str | None = None, redrive: int = 0
) -> Request:
    item = ObjectVersion("source", KEY, version, sequencer=sequencer)
    return Request(item, attempt_id, f"run-{attempt_id}", redrive)


def outlet(s3: "S3Client") -> Outlet:
    return Outlet(s3, "out")


def manifest(s3: "S3Client") -> Manifest:
    return Manifest(s3, "out", LAYOUT.manifest_key)


def published_by(s3: "S3Client") -> Provenance | None:
    found = manifest(s3).look()
    return found.provenance if found else None


def test_the_manifest_names_the_attempts_files_and_where_they_come_from(s3: "S3Client") -> None:
    prefix = write_attempt(s3, "jr_1")
    s3.put_object(Bucket="out", Key=f"{prefix}stray.parquet", Body=b"x")
    answer = publish(request("jr_1", "v1", "0A", redrive=1), outlet(s3))
    assert answer == Publication(
        published=True,
        manifest_uri=LAYOUT.manifest_uri,
        attempt_path=f"s3://out/{prefix}",
        rows=5,
        quarantined_rows=0,
        files=2,
        bytes=8,
        superseded_by=None,
    )
    assert manifest(s3).read_uris() == (
        f"s3://out/{prefix}part-0.parquet",
        f"s3://out/{prefix}part-1.parquet",
    )
    assert published_by(s3) == Provenance("v1", "0A", "run-jr_1", "jr_1", 5, 1)


def test_to_publish_again_is_no_error_and_changes_nothing(s3: "S3Client") -> None:
    write_attempt(s3, "jr_1")
    first = publish(request("jr_1"), outlet(s3))
    etag = s3.head_object(Bucket="out", Key=LAYOUT.manifest_key)["LastModified"]
    assert publish(request("jr_1"), outlet(s3)) == first
    assert s3.head_object(Bucket="out", Key=LAYOUT.manifest_key)["LastModified"] == etag


def test_a_version_may_replace_its_own_output(s3: "S3Client") -> None:
    for attempt in ("jr_1", "jr_2"):
        write_attempt(s3, attempt)
        assert publish(request(attempt, "v1", "0A"), outlet(s3)).published
    found = published_by(s3)
    assert found
    assert found.attempt_id == "jr_2"


def test_an_older_version_does_not_overwrite_a_newer_ones_output(s3: "S3Client") -> None:
    for attempt in ("jr_1", "jr_2"):
        write_attempt(s3, attempt)
    assert publish(request("jr_2", "v2", "0B"), outlet(s3)).published
    late = publish(request("jr_1", "v1", "0A"), outlet(s3))
    assert (late.published, late.superseded_by) == (False, "v2")
    found = published_by(s3)
    assert found
    assert found.attempt_id == "jr_2"


@pytest.mark.parametrize(
    ("ours", "theirs", "wins"),
    [
        ("0055AED6DCD90281E5", "0055AED6DCD90281E6", False),
        ("0055AED6DCD90281E6", "0055AED6DCD90281E5", True),
        # The shorter one is padded with zeros on the right, so it is the older one here.
        ("0055AE", "0055AED6", False),
        ("0055AF", "0055AED6", True),
        ("0055af", "0055AED6", True),
        ("00", "000", True),
    ],
)
def test_sequencers_are_compared_as_s3_says(
    s3: "S3Client", ours: str, theirs: str, wins: bool
) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html"""
    item = ObjectVersion("source", KEY, "v1", sequencer=ours)
    assert may_replace(item, Provenance("v2", theirs, "e", "jr", 1), s3) is wins


def test_without_sequencers_the_order_of_the_versions_decides(s3: "S3Client") -> None:
    s3.put_object(Bucket="source", Key=f"{KEY}.neighbour", Body=b"x")
    old, new, newest = (
        s3.put_object(Bucket="source", Key=KEY, Body=body)["VersionId"]
        for body in (b"1", b"2", b"3")
    )

    def wins(ours: str, theirs: str) -> bool:
        item = ObjectVersion("source", KEY, ours)
        return may_replace(item, Provenance(theirs, None, "e", "jr", 1), s3)

    assert wins(new, old)
    assert not wins(old, new)
    assert wins(newest, new)
    s3.delete_object(Bucket="source", Key=KEY)
    assert wins(newest, new), "a delete marker is no version"
    s3.delete_object(Bucket="source", Key=KEY, VersionId=newest)
    assert wins(old, newest), "a version that is gone is older than one that is there"
    assert not wins(newest, old)
    s3.delete_object(Bucket="source", Key=KEY, VersionId=old)
    assert not wins(old, newest), "where S3 has neither, what is published stays"


def test_without_versions_and_sequencers_the_last_one_wins(s3: "S3Client") -> None:
    for attempt in ("jr_1", "jr_2"):
        write_attempt(s3, attempt)
        assert publish(request(attempt, None), outlet(s3)).published


def test_an_attempt_that_did_not_end_is_not_published(s3: "S3Client") -> None:
    s3.put_object(Bucket="out", Key=f"{LAYOUT.attempt_key('jr_1')}part-0.parquet", Body=b"1234")
    with pytest.raises(AttemptIncompleteError, match="did not write to its end"):
        publish(request("jr_1"), outlet(s3))
    assert published_by(s3) is None


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"attempt_id": "jr_2"}, "tells of the attempt 'jr_2'"),
        ({"files": [{"key": "attempts/other/x.parquet", "size": 4}]}, "lacks 1 of its 1 files"),
        ({"rows": None}, "not of the agreed shape"),
        ({"files": [{"key": "x"}]}, "not of the agreed shape"),
    ],
)
def test_a_result_that_is_wrong_is_not_published(
    s3: "S3Client", changes: dict[str, Any], says: str
) -> None:
    s3.put_object(Bucket="out", Key="attempts/other/x.parquet", Body=b"1234")
    write_attempt(s3, "jr_1", changes)
    with pytest.raises(AttemptIncompleteError, match=says):
        publish(request("jr_1"), outlet(s3))
    assert published_by(s3) is None


def test_a_file_that_is_cut_or_gone_is_not_published(s3: "S3Client") -> None:
    prefix = write_attempt(s3, "jr_1")
    s3.put_object(Bucket="out", Key=f"{prefix}part-1.parquet", Body=b"12")
    with pytest.raises(AttemptIncompleteError, match=r"lacks 1 of its 2 files.*part-1\.parquet"):
        publish(request("jr_1"), outlet(s3))


class Racing:
    """An S3 client between whose look and write somebody else does something, at most so often."""

    def __init__(self, s3: "S3Client", between: Callable[[], None], times: int) -> None:
        self._s3, self._between, self._left = s3, between, times

    def __getattr__(self, name: str) -> Any:
        return getattr(self._s3, name)

    def put_object(self, **call: Any) -> Any:
        if self._left:
            self._left -= 1
            self._between()
        return self._s3.put_object(**call)


def test_a_newer_version_published_in_between_stands(s3: "S3Client") -> None:
    for attempt in ("jr_1", "jr_2"):
        write_attempt(s3, attempt)

    def meanwhile() -> None:
        publish(request("jr_2", "v2", "0B"), outlet(s3))

    racing: Any = Racing(s3, meanwhile, 1)
    assert publish(request("jr_1", "v1", "0A"), outlet(racing)).superseded_by == "v2"


def test_an_older_version_published_in_between_is_replaced(s3: "S3Client") -> None:
    for attempt in ("jr_1", "jr_2"):
        write_attempt(s3, attempt)

    def meanwhile() -> None:
        publish(request("jr_1", "v1", "0A"), outlet(s3))

    racing: Any = Racing(s3, meanwhile, 1)
    assert publish(request("jr_2", "v2", "0B"), outlet(racing)).published
    found = published_by(s3)
    assert found
    assert found.version_id == "v2"


def test_it_gives_up_after_some_tries(s3: "S3Client") -> None:
    write_attempt(s3, "jr_1")
    tries: list[int] = []

    def meanwhile() -> None:
        tries.append(len(tries))
        body = f"s3://out/{len(tries)}\n".encode()
        s3.put_object(Bucket="out", Key=LAYOUT.manifest_key, Body=body)

    racing: Any = Racing(s3, meanwhile, 99)
    with pytest.raises(PublishConflictError, match="written by others"):
        publish(request("jr_1", None), outlet(racing))
    assert len(tries) == MAX_TRIES


def test_a_manifest_that_was_removed_in_between_has_changed(s3: "S3Client") -> None:
    write_attempt(s3, "jr_1")
    publish(request("jr_1"), outlet(s3))
    seen = manifest(s3).look()
    assert seen
    s3.delete_object(Bucket="out", Key=LAYOUT.manifest_key)
    with pytest.raises(ManifestChangedError):
        manifest(s3).write((), seen.provenance, over=seen)


def test_metadata_is_ascii_whatever_the_execution_is_called() -> None:
    ours = Provenance("v", None, "größer, von Hand", "jr_1", 1)
    metadata = ours.to_metadata()
    assert all(value.isascii() for value in metadata.values())
    assert Provenance.from_metadata(metadata) == ours


@pytest.mark.parametrize("job", [None, {}, {"attempt_id": ""}, {"attempt_id": "../jr_1"}])
def test_an_input_must_name_the_attempt(job: Any) -> None:
    with pytest.raises(InvalidInputError, match=r"job\.attempt_id"):
        Request.from_input({"bucket": "source", "key": KEY, "job": job})


def test_the_function(s3: "S3Client", context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    write_attempt(s3, "jr_1")
    monkeypatch.setenv("PROCESSED_BUCKET", "out")
    handler_module._s3.cache_clear()
    event = {
        "bucket": "source",
        "key": KEY,
        "version_id": "v1",
        "sequencer": None,
        "execution_name": "e",
        "redrive_count": 0,
        "job": {"engine": "glue", "attempt_id": "jr_1"},
    }
    answer: Any = handler(event, context)  # type: ignore[arg-type]
    assert (answer["published"], answer["rows"], answer["warnings"]) == (True, 5, [])
