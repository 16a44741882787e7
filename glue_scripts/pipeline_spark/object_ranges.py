"""An object read by ranges of its bytes, by many tasks, and a folder that they write files to."""

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import boto3

from pipeline_spark.arguments import S3Location

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class Ranges(Protocol):
    """A file of ``size`` bytes and a folder. Tasks get copies, so it must be picklable."""

    @property
    def size(self) -> int:
        """The file's length in bytes."""

    def read(self, begin: int, end: int) -> bytes:
        """Return the file's bytes from ``begin`` up to and without ``end``."""

    def put(self, path: Path, name: str) -> None:
        """Put a local file into the folder, in place of one of that name."""


@dataclass(frozen=True)
class S3Ranges:
    """An object and a folder in S3. ``etag`` is what the object must still have when it is read."""

    location: S3Location
    version_id: str | None
    etag: str
    size: int
    folder: S3Location

    @classmethod
    def of(cls, s3: "S3Client", uri: str, version_id: str | None, folder: S3Location) -> "S3Ranges":
        """Look the object up. Raises botocore's ClientError if it is not there."""
        location = S3Location.parse(uri)
        found = s3.head_object(**_named(location, version_id))
        return cls(location, version_id, found["ETag"], found["ContentLength"], folder)

    def read(self, begin: int, end: int) -> bytes:
        """Return the bytes; raises ClientError if the object is no longer the same.

        Ranges as https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html has them.
        """
        named = _named(self.location, self.version_id)
        answer = _client().get_object(**named, Range=f"bytes={begin}-{end - 1}", IfMatch=self.etag)
        return answer["Body"].read()

    def put(self, path: Path, name: str) -> None:
        """Upload the file, in parts if it is a large one."""
        _client().upload_file(str(path), self.folder.bucket, self.folder.key + name)


def _named(location: S3Location, version_id: str | None) -> Any:
    named = {"Bucket": location.bucket, "Key": location.key}
    return named if version_id is None else {**named, "VersionId": version_id}


@functools.cache
def _client() -> "S3Client":
    """One for all tasks of a process: to make one takes longer than a call."""
    return boto3.client("s3")
