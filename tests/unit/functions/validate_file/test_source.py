"""The object in S3: over moto, and over a server that breaks off."""

import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from functions.common.errors import InvalidInputError, MissingSettingError, ObjectChangedError
from functions.common.limits import Limits
from functions.common.objects import ObjectVersion
from functions.common.reasons import FileRejected
from functions.common.source import S3Source
from functions.validate_file.handler import answer, handler, validate_object
from functions.validate_file.settings import Settings
from tests.unit.functions.conftest import Context

SETTINGS = Settings("processed", Limits())
PEOPLE = b"id,name\n1,John\n2,Jane\n"


@pytest.fixture
def s3(aws: None) -> Any:
    client = boto3.client("s3")
    client.create_bucket(Bucket="source")
    client.put_bucket_versioning(Bucket="source", VersioningConfiguration={"Status": "Enabled"})
    return client


def test_the_named_version_is_read(s3: Any) -> None:
    old = s3.put_object(Bucket="source", Key="p/a b+c%.csv", Body=PEOPLE)["VersionId"]
    s3.put_object(Bucket="source", Key="p/a b+c%.csv", Body=b"x")
    event = {"bucket": "source", "key": "p/a b+c%.csv", "version_id": old}
    verdict = validate_object(event, s3, SETTINGS)
    assert (verdict.reason, verdict.row_count) == (None, 2)


def test_what_is_gone(s3: Any) -> None:
    version = s3.put_object(Bucket="source", Key="a.csv", Body=PEOPLE)["VersionId"]
    s3.delete_object(Bucket="source", Key="a.csv", VersionId=version)
    s3.put_object(Bucket="source", Key="b.csv", Body=PEOPLE)
    s3.delete_object(Bucket="source", Key="b.csv")
    for event in (
        {"bucket": "source", "key": "never.csv"},
        {"bucket": "source", "key": "a.csv", "version_id": version},
        {"bucket": "source", "key": "b.csv"},
    ):
        answer = validate_object(event, s3, SETTINGS).to_json()
        assert answer["valid"] is False
        assert answer["reason"]["code"] == "OBJECT_NOT_FOUND"
        assert answer["dataset"]


def test_a_long_schema_goes_by_way_of_s3(s3: Any) -> None:
    s3.create_bucket(Bucket="processed")
    names = [f"column_number_{number}" for number in range(600)]
    body = f"{','.join(names)}\n{','.join('1' for _ in names)}\n".encode()
    version = s3.put_object(Bucket="source", Key="wide/a.csv", Body=body)["VersionId"]
    item = ObjectVersion("source", "wide/a.csv", version)
    verdict = validate_object(item.to_input(), s3, SETTINGS)
    told = answer(verdict, item, s3)
    assert told["columns"] == []
    place = re.fullmatch(
        r"s3://processed/(attempts/wide/[^/]+/schemas/[^/]+\.json)", told["schema"]
    )
    assert place
    kept = json.loads(s3.get_object(Bucket="processed", Key=place[1])["Body"].read())
    assert [column["name"] for column in kept] == names
    assert len(json.dumps(told)) < 2_000


def test_a_short_schema_is_part_of_the_answer(s3: Any) -> None:
    s3.put_object(Bucket="source", Key="a.csv", Body=PEOPLE)
    item = ObjectVersion("source", "a.csv")
    told = answer(validate_object(item.to_input(), s3, SETTINGS), item, s3)
    assert json.loads(told["schema"]) == told["columns"] != []


def test_a_fault_of_the_service_is_raised(s3: Any) -> None:
    with pytest.raises(ClientError, match="NoSuchBucket"):
        validate_object({"bucket": "no-such-bucket", "key": "a.csv"}, s3, SETTINGS)


def test_ranges_come_from_the_same_content(s3: Any) -> None:
    s3.put_object(Bucket="source", Key="a", Body=b"0123456789")
    source = S3Source(s3, ObjectVersion("source", "a"))
    assert source.read_range(2, 3) == b"234"
    s3.put_object(Bucket="source", Key="a", Body=b"9876543210")
    with pytest.raises(ObjectChangedError, match="overwritten"):
        source.read_range(2, 3)


def test_the_handler(
    s3: Any,
    monkeypatch: pytest.MonkeyPatch,
    context: Context,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    s3.put_object(Bucket="source", Key="p/people.csv", Body=PEOPLE)
    s3.put_object(Bucket="source", Key="p/broken.csv", Body=b"id,name\n1\n")
    monkeypatch.setenv("PROCESSED_BUCKET", "processed")
    good = handler({"bucket": "source", "key": "p/people.csv", "version_id": None}, context)
    assert good["valid"] is True
    assert json.loads(json.dumps(good)) == good
    bad = handler({"bucket": "source", "key": "p/broken.csv"}, context)
    assert bad["reason"]["code"] == "RAGGED_ROW"
    printed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    metrics = [line for line in printed if "_aws" in line]
    assert [line.get("ValidFiles") for line in metrics] == [[1.0], None]
    assert metrics[1]["InvalidFiles"] == [1.0]
    logged = caplog.records[-1]
    assert logged.getMessage() == "file is not valid"
    assert vars(logged)["reason"]["line"] == 2
    with pytest.raises(InvalidInputError):
        handler({"bucket": "source"}, context)
    monkeypatch.delenv("PROCESSED_BUCKET")
    with pytest.raises(MissingSettingError, match="PROCESSED_BUCKET"):
        handler({"bucket": "source", "key": "p/people.csv"}, context)


class Breaking(BaseHTTPRequestHandler):
    """Serves one object and breaks off each answer after some bytes."""

    protocol_version = "HTTP/1.1"
    content = b""
    etag = '"1"'
    breaks_after = 0
    ranges: list[str | None]

    def do_GET(self) -> None:
        wanted = self.headers.get("Range")
        type(self).ranges.append(wanted)
        if self.headers.get("If-Match") not in (None, self.etag):
            self.send_response(412)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        start = int(wanted.removeprefix("bytes=").split("-")[0]) if wanted else 0
        rest = self.content[start:]
        self.send_response(206 if wanted else 200)
        self.send_header("Content-Length", str(len(rest)))
        self.send_header("ETag", self.etag)
        self.end_headers()
        self.wfile.write(rest[: self.breaks_after])
        self.close_connection = True

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    Breaking.ranges, Breaking.etag = [], '"1"'
    with ThreadingHTTPServer(("127.0.0.1", 0), Breaking) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.shutdown()


@pytest.fixture
def breaking_s3(server: ThreadingHTTPServer) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{server.server_port}",
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"}),
    )


def test_an_interrupted_download_goes_on(breaking_s3: Any) -> None:
    Breaking.content = b"id,name\n" + b"".join(b"%d,somebody\n" % n for n in range(100_000))
    Breaking.breaks_after = len(Breaking.content) // 3
    verdict = validate_object({"bucket": "b", "key": "a.csv"}, breaking_s3, SETTINGS)
    assert (verdict.reason, verdict.row_count) == (None, 100_000)
    assert Breaking.ranges[0] is None
    assert len(Breaking.ranges) > 3
    assert all(str(wanted).startswith("bytes=") for wanted in Breaking.ranges[1:])


def test_a_download_that_never_goes_on_is_given_up(breaking_s3: Any) -> None:
    Breaking.content, Breaking.breaks_after = b"id,name\n1,x\n", 0
    with pytest.raises(Exception, match=r"IncompleteRead|ended after 0 bytes"):
        validate_object({"bucket": "b", "key": "a.csv"}, breaking_s3, SETTINGS)
    assert len(Breaking.ranges) == 4


def test_an_object_overwritten_in_between(breaking_s3: Any) -> None:
    Breaking.content, Breaking.breaks_after = b"id,name\n" + b"1,x\n" * 100_000, 100_000
    source = S3Source(breaking_s3, ObjectVersion("b", "a.csv"))
    Breaking.etag = '"2"'
    with pytest.raises(ObjectChangedError):
        read_all(source)


def read_all(source: S3Source) -> None:
    while source.read(256 * 1024):
        pass


def test_an_archived_object(aws: None) -> None:
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="source")
    s3.put_object(Bucket="source", Key="a.csv", Body=PEOPLE, StorageClass="GLACIER")
    with pytest.raises(FileRejected) as caught:
        S3Source(s3, ObjectVersion("source", "a.csv"))
    assert caught.value.reason.code == "OBJECT_ARCHIVED"
