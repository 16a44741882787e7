"""Which objects are read in place, which from a copy, and that the version is the right one."""

import gzip
from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws
from pipeline_spark.arguments import Compression, S3Location
from pipeline_spark.errors import SourceChangedError
from pipeline_spark.source import Source

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

SPARE = S3Location("out", "_staging/e/input/")


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator["S3Client"]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        for bucket in ("source", "out"):
            client.create_bucket(Bucket=bucket)
        client.put_bucket_versioning(Bucket="source", VersioningConfiguration={"Status": "Enabled"})
        yield client


def put(s3: "S3Client", key: str, body: bytes = b"x") -> str:
    return s3.put_object(Bucket="source", Key=key, Body=body)["VersionId"]


def source(key: str, version: str | None, compression: Compression = "none") -> Source:
    return Source(S3Location("source", key), version, compression)


@pytest.mark.parametrize(
    ("key", "compression"),
    [
        ("people.csv", "none"),
        ("a/b-c/year=2026/p_1@x.json", "none"),
        ("people.csv.gz", "gzip"),
        ("noextension", "none"),
    ],
)
def test_a_plain_key_is_read_in_place(s3: "S3Client", key: str, compression: Compression) -> None:
    version = put(s3, key)
    assert source(key, version, compression).readable_uri(s3, SPARE) == f"s3://source/{key}"
    assert "Contents" not in s3.list_objects_v2(Bucket="out")


@pytest.mark.parametrize(
    ("key", "compression", "name"),
    [
        ("a b.csv", "none", "data"),
        ("100%+1.csv", "none", "data"),
        ("a%20b.csv", "none", "data"),
        ("{a,b}[1]*?.csv", "none", "data"),
        ("back\\slash.csv", "none", "data"),
        ("ünï/😀.csv", "none", "data"),
        ("a//b.csv", "none", "data"),
        ("a/../b.csv", "none", "data"),
        ("_hidden.csv", "none", "data"),
        (".hidden.csv", "none", "data"),
        ("x:y#z.csv", "none", "data"),
        ("people.csv", "gzip", "data.gz"),
        ("people.csv.gz", "none", "data"),
        ("people.csv.zst", "none", "data"),
        ("people.csv\n", "none", "data"),
    ],
)
def test_any_other_is_copied_to_a_plain_name(
    s3: "S3Client", key: str, compression: Compression, name: str
) -> None:
    version = put(s3, key, b"content")
    uri = source(key, version, compression).readable_uri(s3, SPARE)
    assert uri == f"s3://out/_staging/e/input/{name}"
    copy = s3.get_object(Bucket="out", Key=f"_staging/e/input/{name}")
    assert copy["Body"].read() == b"content"


def test_an_older_version_is_copied(s3: "S3Client") -> None:
    version = put(s3, "people.csv", b"first")
    put(s3, "people.csv", b"second")
    uri = source("people.csv", version).readable_uri(s3, SPARE)
    copy = s3.get_object(Bucket="out", Key=S3Location.parse(uri).key)
    assert copy["Body"].read() == b"first"


def test_tags_stay_behind_as_a_job_has_no_right_to_them(s3: "S3Client") -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html"""
    version = s3.put_object(Bucket="source", Key="a b.csv", Body=b"x", Tagging="owner=me")
    uri = source("a b.csv", version["VersionId"]).readable_uri(s3, SPARE)
    copy = S3Location.parse(uri)
    assert s3.get_object_tagging(Bucket=copy.bucket, Key=copy.key)["TagSet"] == []


def test_a_version_below_a_delete_marker_is_copied(s3: "S3Client") -> None:
    version = put(s3, "people.csv", b"content")
    s3.delete_object(Bucket="source", Key="people.csv")
    copied = source("people.csv", version).readable_uri(s3, SPARE)
    body = s3.get_object(Bucket="out", Key=copied.removeprefix("s3://out/"))["Body"].read()
    assert body == b"content"


def test_a_version_that_is_gone(s3: "S3Client") -> None:
    version = put(s3, "people.csv")
    s3.delete_object(Bucket="source", Key="people.csv", VersionId=version)
    with pytest.raises(SourceChangedError, match=r"s3://source/people.csv was deleted"):
        source("people.csv", version).readable_uri(s3, SPARE)


def test_a_change_while_reading_is_noticed(s3: "S3Client") -> None:
    version = put(s3, "people.csv")
    one = source("people.csv", version)
    uri = one.readable_uri(s3, SPARE)
    one.assert_unchanged(s3, uri)
    put(s3, "people.csv")
    with pytest.raises(SourceChangedError, match="replaced or deleted"):
        one.assert_unchanged(s3, uri)
    s3.delete_object(Bucket="source", Key="people.csv")
    with pytest.raises(SourceChangedError, match="replaced or deleted"):
        one.assert_unchanged(s3, uri)


def test_a_copy_does_not_change(s3: "S3Client") -> None:
    one = source("a b.csv", put(s3, "a b.csv"))
    uri = one.readable_uri(s3, SPARE)
    put(s3, "a b.csv")
    one.assert_unchanged(s3, uri)


@pytest.mark.parametrize("compression", ["none", "gzip"])
def test_an_array_is_rewritten_as_lines_of_that_version(
    s3: "S3Client", compression: Compression
) -> None:
    text = b'[{"id": 1},\n {"id": 2}]'
    version = put(s3, "odd %.json", gzip.compress(text) if compression == "gzip" else text)
    put(s3, "odd %.json", b"[]")
    uri = source("odd %.json", version, compression).as_json_lines(s3, SPARE)
    assert uri == "s3://out/_staging/e/input/data.jsonl"
    written = s3.get_object(Bucket="out", Key="_staging/e/input/data.jsonl")["Body"].read()
    assert written == b'{"id": 1}\n{"id": 2}\n'


def test_an_array_that_is_gone(s3: "S3Client") -> None:
    version = put(s3, "people.json", b"[]")
    s3.delete_object(Bucket="source", Key="people.json", VersionId=version)
    with pytest.raises(SourceChangedError, match=r"s3://source/people.json was deleted"):
        source("people.json", version).as_json_lines(s3, SPARE)
