"""Manifests: which Parquet files are the published state of one source object.

A manifest is a text with one ``s3://`` URI in each line, which Hive's SymlinkTextInputFormat reads,
so that a table of that format shows what the manifests name and nothing else:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-athena-query.html

Where it comes from stands in the object's user metadata, so that one PutObject writes both. It is
replaced only as long as it is what the writer has seen (conditional writes):
https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict
from urllib.parse import quote, unquote

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_UNKNOWN = "-"
# S3 answers HeadObject without a body, so that its error has only the status for a code.
_MISSING = frozenset({"404", "NoSuchKey", "NotFound"})
# 412: the manifest is not what was seen. 409: another write was under way. 404: it was deleted.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-write-error-handling.html
_CHANGED = frozenset({"412", "PreconditionFailed", "409", "ConditionalRequestConflict", *_MISSING})


class _Content(TypedDict):
    Bucket: str
    Key: str
    Body: bytes
    Metadata: dict[str, str]
    ContentType: str


class ManifestChangedError(Exception):
    """Somebody else wrote the manifest since it was looked at. Look again."""


@dataclass(frozen=True)
class Provenance:
    """What a manifest's files were made of, and by whom. ``rows`` is their number of rows.

    Version and sequencer are None where the event that announced the object told none.
    """

    version_id: str | None
    sequencer: str | None
    execution_name: str
    attempt_id: str
    rows: int
    redrive_count: int = 0

    def to_metadata(self) -> dict[str, str]:
        """Return it as S3 user metadata, which takes ASCII only, 2 KB in all."""
        return {
            "source-version-id": quote(self.version_id or _UNKNOWN),
            "sequencer": quote(self.sequencer or _UNKNOWN),
            "execution-name": quote(self.execution_name),
            "attempt-id": quote(self.attempt_id),
            "rows": str(self.rows),
            "redrive-count": str(self.redrive_count),
        }

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, str]) -> "Provenance":
        """Read S3 user metadata. What somebody wrote by hand may lack parts of it."""

        def known(name: str) -> str | None:
            value = unquote(metadata.get(name, _UNKNOWN))
            return None if value == _UNKNOWN else value

        return cls(
            version_id=known("source-version-id"),
            sequencer=known("sequencer"),
            execution_name=known("execution-name") or "",
            attempt_id=known("attempt-id") or "",
            rows=_number(metadata.get("rows")),
            redrive_count=_number(metadata.get("redrive-count")),
        )


@dataclass(frozen=True)
class Published:
    """A manifest that lies in the bucket, as it was when it was looked at."""

    etag: str
    provenance: Provenance


@dataclass(frozen=True)
class Manifest:
    """The place of one source object's manifest. The methods raise botocore's errors."""

    s3: "S3Client"
    bucket: str
    key: str

    def look(self) -> Published | None:
        """Return what is published, or None."""
        try:
            head = self.s3.head_object(Bucket=self.bucket, Key=self.key)
        except ClientError as error:
            if error.response["Error"]["Code"] in _MISSING:
                return None
            raise
        return Published(head["ETag"], Provenance.from_metadata(head["Metadata"]))

    def write(self, uris: Sequence[str], provenance: Provenance, *, over: Published | None) -> None:
        """Publish the files, if what is published still is ``over`` (None: nothing).

        Raises ManifestChangedError if it is not.
        """
        content: _Content = {
            "Bucket": self.bucket,
            "Key": self.key,
            "Body": "".join(f"{uri}\n" for uri in uris).encode(),
            "Metadata": provenance.to_metadata(),
            "ContentType": "text/plain; charset=utf-8",
        }
        try:
            if over is None:
                self.s3.put_object(**content, IfNoneMatch="*")
            else:
                self.s3.put_object(**content, IfMatch=over.etag)
        except ClientError as error:
            if error.response["Error"]["Code"] in _CHANGED:
                raise ManifestChangedError(f"s3://{self.bucket}/{self.key}") from error
            raise

    def read_uris(self) -> tuple[str, ...]:
        """Return the ``s3://`` URIs of the published files; none if nothing is published."""
        try:
            body = self.s3.get_object(Bucket=self.bucket, Key=self.key)["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] in _MISSING:
                return ()
            raise
        return tuple(line for line in body.decode().splitlines() if line)


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() else 0
