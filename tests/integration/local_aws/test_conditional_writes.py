"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html."""

import threading
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.integration.local_aws.own_server import REGION, OwnServer

AT_ONCE = 8
ROUNDS = 5


@pytest.fixture(scope="module")
def s3(local_aws: OwnServer) -> Any:
    """A client that takes an answer as it is, and makes many calls at once."""
    once = Config(max_pool_connections=AT_ONCE, retries={"total_max_attempts": 1})
    return local_aws.client("s3", once)


@pytest.fixture(params=["Suspended", "Enabled"])
def bucket(s3: Any, request: pytest.FixtureRequest) -> str:
    name = f"conditional-{uuid4().hex[:8]}"
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    if request.param == "Enabled":
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return name


def refusal(call: Callable[..., Any], **members: Any) -> tuple[int, str]:
    with pytest.raises(ClientError) as caught:
        call(**members)
    answer = caught.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]


def read(s3: Any, bucket: str, key: str = "key") -> bytes:
    body: bytes = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    return body


def test_only_a_key_that_does_not_exist_is_created(s3: Any, bucket: str) -> None:
    members = {"Bucket": bucket, "Key": "key", "IfNoneMatch": "*"}
    s3.put_object(**members, Body=b"first")
    assert refusal(s3.put_object, **members, Body=b"second") == (412, "PreconditionFailed")
    assert read(s3, bucket) == b"first"
    # A deleted object does not exist, whatever versions there are of it.
    s3.delete_object(Bucket=bucket, Key="key")
    s3.put_object(**members, Body=b"third")
    assert read(s3, bucket) == b"third"


def test_only_the_object_that_was_read_is_replaced(s3: Any, bucket: str) -> None:
    members = {"Bucket": bucket, "Key": "key"}
    first = s3.put_object(**members, Body=b"first")["ETag"]
    second = s3.put_object(**members, Body=b"second", IfMatch=first)["ETag"]
    stale = refusal(s3.put_object, **members, Body=b"third", IfMatch=first)
    assert stale == (412, "PreconditionFailed")
    assert read(s3, bucket) == b"second"
    s3.delete_object(**members)
    gone = refusal(s3.put_object, **members, Body=b"fourth", IfMatch=second)
    assert gone == (404, "NoSuchKey")


@pytest.mark.parametrize("replaces", [False, True], ids=["create", "replace"])
def test_of_many_at_once_one_succeeds(s3: Any, bucket: str, replaces: bool) -> None:
    for number in range(ROUNDS):
        key = f"key-{number}"
        condition = {"IfNoneMatch": "*"}
        if replaces:
            condition = {"IfMatch": s3.put_object(Bucket=bucket, Key=key, Body=b"old")["ETag"]}
        won, lost = race(
            lambda body, key=key, condition=condition: s3.put_object(
                Bucket=bucket, Key=key, Body=body, **condition
            )
        )
        assert len(won) == 1
        # "409 Conflict … in the case of concurrent requests"
        assert set(lost) <= {"PreconditionFailed", "ConditionalRequestConflict"}
        assert read(s3, bucket, key) == won[0]


def race(write: Callable[[bytes], Any]) -> tuple[list[bytes], list[str]]:
    """Let writers begin together; return what was written, and the others' error codes."""
    gate = threading.Barrier(AT_ONCE)
    won: list[bytes] = []
    lost: list[str] = []

    def run(number: int) -> None:
        body = f"writer {number}".encode()
        gate.wait()
        try:
            write(body)
        except ClientError as error:
            lost.append(error.response["Error"]["Code"])
        else:
            won.append(body)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) + len(lost) == AT_ONCE
    return won, lost


class Upload:
    """A multipart upload with one part."""

    def __init__(self, s3: Any, bucket: str, key: str, body: bytes) -> None:
        self._s3 = s3
        self._named = {"Bucket": bucket, "Key": key}
        self._named["UploadId"] = s3.create_multipart_upload(**self._named)["UploadId"]
        self._etag = s3.upload_part(**self._named, PartNumber=1, Body=body)["ETag"]

    def complete(self, **condition: str) -> Any:
        parts = {"Parts": [{"PartNumber": 1, "ETag": self._etag}]}
        return self._s3.complete_multipart_upload(**self._named, MultipartUpload=parts, **condition)


def test_a_multipart_upload_creates_only_a_new_key(s3: Any, bucket: str) -> None:
    first, second = (Upload(s3, bucket, "key", body) for body in (b"first", b"second"))
    first.complete(IfNoneMatch="*")
    assert refusal(second.complete, IfNoneMatch="*") == (412, "PreconditionFailed")
    assert read(s3, bucket) == b"first"


def test_a_multipart_upload_replaces_only_what_was_read(s3: Any, bucket: str) -> None:
    etag = s3.put_object(Bucket=bucket, Key="key", Body=b"first")["ETag"]
    upload, stale = (Upload(s3, bucket, "key", body) for body in (b"second", b"third"))
    upload.complete(IfMatch=etag)
    assert refusal(stale.complete, IfMatch=etag) == (412, "PreconditionFailed")
    s3.delete_object(Bucket=bucket, Key="key")
    assert refusal(stale.complete, IfMatch=etag) == (404, "NoSuchKey")


def test_of_many_multipart_uploads_at_once_one_succeeds(s3: Any, bucket: str) -> None:
    for number in range(ROUNDS):
        key = f"key-{number}"
        uploads = {
            body: Upload(s3, bucket, key, body)
            for body in (f"writer {one}".encode() for one in range(AT_ONCE))
        }
        won, lost = race(lambda body, uploads=uploads: uploads[body].complete(IfNoneMatch="*"))
        assert len(won) == 1
        assert set(lost) <= {"PreconditionFailed", "ConditionalRequestConflict"}
        assert read(s3, bucket, key) == won[0]


def test_a_delete_during_an_upload_is_a_conflict(s3: Any, bucket: str) -> None:
    """ "409 Conflict … if a delete request to an object succeeds before a conditional write
    operation on that object completes."
    """
    s3.put_object(Bucket=bucket, Key="key", Body=b"first")
    upload = Upload(s3, bucket, "key", b"second")
    s3.delete_object(Bucket=bucket, Key="key")
    assert refusal(upload.complete, IfNoneMatch="*") == (409, "ConditionalRequestConflict")


def test_a_copy_takes_or_replaces_tags(s3: Any, bucket: str) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html"""
    s3.put_object(Bucket=bucket, Key="key", Body=b"", Tagging="a=1&b=2")

    def copied(**members: str) -> dict[str, str]:
        source = {"Bucket": bucket, "Key": "key"}
        s3.copy_object(Bucket=bucket, Key="copy", CopySource=source, **members)
        tags = s3.get_object_tagging(Bucket=bucket, Key="copy")["TagSet"]
        return {tag["Key"]: tag["Value"] for tag in tags}

    assert copied() == {"a": "1", "b": "2"}
    assert copied(TaggingDirective="COPY") == {"a": "1", "b": "2"}
    assert copied(TaggingDirective="REPLACE", Tagging="c=3") == {"c": "3"}
    assert copied(TaggingDirective="REPLACE") == {}
