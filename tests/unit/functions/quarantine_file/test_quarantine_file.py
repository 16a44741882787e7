"""Quarantine: a copy, tagged, and the reason beside it; the source stays as it is."""

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.common.errors import InvalidInputError
from functions.common.layout import Layout
from functions.quarantine_file import handler as handler_module
from functions.quarantine_file.handler import handler
from functions.quarantine_file.quarantine import Kept, Rejected, file_name, keep
from tests.unit.functions.conftest import Context

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

REASON = {"code": "RAGGED_ROW", "message": "Line 4 has 3 fields.", "line": 4, "byte": 70}
BROKEN = b"id,name\n1\n"


@pytest.fixture
def s3(aws: None) -> "S3Client":
    client = boto3.client("s3")
    for bucket in ("out", "source"):
        client.create_bucket(Bucket=bucket)
    client.put_bucket_versioning(Bucket="source", VersioningConfiguration={"Status": "Enabled"})
    return client


def event(key: str, version: str | None, **changes: Any) -> dict[str, Any]:
    return {
        "bucket": "source",
        "key": key,
        "version_id": version,
        "size": 10,
        "execution_name": "people-1",
        "started_at": "2026-11-21T10:00:00.000Z",
        "validation": {"valid": False, "reason": REASON},
    } | changes


def kept(s3: "S3Client", key: str, version: str | None) -> tuple[Kept, dict[str, Any]]:
    """Put an object aside; return where it lies, and what is told of it."""
    answer = keep(Rejected.from_input(event(key, version)), "out", s3)
    place = answer.reason_uri.removeprefix("s3://out/")
    return answer, json.loads(s3.get_object(Bucket="out", Key=place)["Body"].read())


def tags(s3: "S3Client", bucket: str, key: str) -> dict[str, str]:
    found = s3.get_object_tagging(Bucket=bucket, Key=key)["TagSet"]
    return {tag["Key"]: tag["Value"] for tag in found}


@pytest.mark.parametrize(
    "key",
    ["people/bad.csv", "odd ünï/100%+{a}*?#/_x %20 😀.csv", "a/../b.csv", "x", "f/reason.json"],
)
def test_the_very_version_is_copied_and_the_reason_told(s3: "S3Client", key: str) -> None:
    version = s3.put_object(Bucket="source", Key=key, Body=BROKEN, Tagging="theirs=1")["VersionId"]
    s3.put_object(Bucket="source", Key=key, Body=b"newer")
    answer, told = kept(s3, key, version)
    prefix = Layout.of("out", "source", key).quarantine_key("people-1")
    assert answer.quarantine_path == f"s3://out/{prefix}"
    assert answer.copy_uri == f"s3://out/{prefix}{file_name(key)}"
    copy = answer.copy_uri.removeprefix("s3://out/")
    assert s3.get_object(Bucket="out", Key=copy)["Body"].read() == BROKEN
    for place in (copy, f"{prefix}reason.json"):
        assert tags(s3, "out", place) == {"status": "quarantined", "reason": "RAGGED_ROW"}
    assert told["source"]["key"] == key
    assert told["source"]["version_id"] == version
    assert told["reason"] == REASON
    assert "as many fields as the header" in told["what_to_do"]
    assert told["copy"] == answer.copy_uri


def test_the_source_stays_as_it_is(s3: "S3Client") -> None:
    version = s3.put_object(Bucket="source", Key="a.csv", Body=BROKEN, Tagging="theirs=1")
    kept(s3, "a.csv", version["VersionId"])
    assert tags(s3, "source", "a.csv") == {"theirs": "1"}
    assert s3.get_object(Bucket="source", Key="a.csv")["VersionId"] == version["VersionId"]


def test_again_writes_the_same_once_more(s3: "S3Client") -> None:
    version = s3.put_object(Bucket="source", Key="a.csv", Body=BROKEN)["VersionId"]
    assert kept(s3, "a.csv", version) == kept(s3, "a.csv", version)
    assert s3.list_objects_v2(Bucket="out")["KeyCount"] == 2


def test_a_file_that_is_gone_leaves_its_reason(s3: "S3Client") -> None:
    version = s3.put_object(Bucket="source", Key="a.csv", Body=BROKEN)["VersionId"]
    s3.delete_object(Bucket="source", Key="a.csv", VersionId=version)
    for given_version in (version, None):
        answer, told = kept(s3, "a.csv", given_version)
        assert answer.copy_uri is None
        assert (told["copy"], told["reason"]) == (None, REASON)


@given(st.text(min_size=1).filter(lambda key: len(key.encode("utf-8", "ignore")) <= 1_024))
def test_no_name_makes_a_key_that_is_too_long_or_leads_elsewhere(key: str) -> None:
    encodable = key.encode("utf-8", "ignore").decode()
    name = file_name(encodable)
    assert name not in ("", ".", "..", "reason.json")
    assert "/" not in name
    assert len(name.encode()) <= 540
    prefix = Layout.of("out", "source", encodable or "x").quarantine_key("e" * 80)
    assert len(f"{prefix}{name}".encode()) <= 1_024


def test_long_names_with_the_same_end_stay_apart() -> None:
    assert file_name("a" * 900 + ".csv") != file_name("a" * 901 + ".csv")
    assert file_name("a" * 900 + ".csv").endswith("aaa.csv")


@pytest.mark.parametrize("changes", [{"execution_name": ""}, {"validation": None}])
def test_an_input_must_say_why(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError, match=r"validation\.reason"):
        Rejected.from_input(event("a.csv", None, **changes))


def test_the_function(s3: "S3Client", context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    version = s3.put_object(Bucket="source", Key="a.csv", Body=BROKEN)["VersionId"]
    monkeypatch.setenv("PROCESSED_BUCKET", "out")
    handler_module._s3.cache_clear()
    answer: Any = handler(event("a.csv", version), context)  # type: ignore[arg-type]
    assert set(answer) == {"quarantine_path", "copy_uri", "reason_uri"}
