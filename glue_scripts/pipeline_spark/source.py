"""The object that a run reads: found, pinned to its version, and named so that Spark reads it.

Spark reads an S3 object through a file system, which knows less than S3 does: it takes ``*`` and
``{`` for patterns, drops names that begin with ``_`` or ``.``, merges ``//``, knows no versions and
decides by the extension whether a file is compressed. So an object is read where it lies if its
key is a plain one, and from a copy with a plain name otherwise. The copy is made inside S3.
"""

import gzip
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError

from pipeline_spark.arguments import Compression, S3Location
from pipeline_spark.errors import SourceChangedError
from pipeline_spark.iterator_stream import IteratorStream
from pipeline_spark.json_lines import json_lines

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_SEGMENT = r"[A-Za-z0-9][A-Za-z0-9._=@-]*"
_PLAIN_KEY = re.compile(rf"{_SEGMENT}(/{_SEGMENT})*\Z")
# 10,000 parts at most, so this is what bounds the size: 640 GB.
_UPLOAD = TransferConfig(multipart_chunksize=64 * 1024 * 1024, max_concurrency=2)
# Spark's own list, org.apache.hadoop.io.compress; a name ending so is decompressed on reading.
_CODEC_EXTENSION = re.compile(r"\.(gz|gzip|bz2|deflate|lz4|snappy|zst|zstd)\Z", re.IGNORECASE)


@dataclass(frozen=True)
class Source:
    """One version of one object. ``version_id`` is None where the bucket keeps no versions."""

    location: S3Location
    version_id: str | None
    compression: Compression

    def readable_uri(self, s3: "S3Client", spare: S3Location) -> str:
        """Return a URI that Spark reads as this very version, making a copy if it must.

        ``spare`` is the folder for a copy. Raises SourceChangedError if the version is gone.
        """
        try:
            if self._is_plain() and self._is_current(s3):
                return self.location.uri()
            return self._copy(s3, spare).uri()
        except ClientError as error:
            raise self._explained(error) from error

    def size(self, s3: "S3Client") -> int:
        """Return the number of bytes of the object as it lies in S3, compressed if it is.

        Raises SourceChangedError if the version is gone.
        """
        try:
            return s3.head_object(**self._version())["ContentLength"]
        except ClientError as error:
            raise self._explained(error) from error

    def as_json_lines(self, s3: "S3Client", spare: S3Location) -> str:
        """Write the array or object as JSON Lines into the folder ``spare``; return the URI.

        Raises SourceChangedError if the version is gone.
        """
        target = S3Location(spare.bucket, f"{spare.key}data.jsonl")
        try:
            body = s3.get_object(**self._version())["Body"]
        except ClientError as error:
            raise self._explained(error) from error
        stream: Any = gzip.GzipFile(fileobj=body) if self.compression == "gzip" else body
        lines = cast(BinaryIO, io.BufferedReader(IteratorStream(json_lines(stream))))
        s3.upload_fileobj(lines, target.bucket, target.key, Config=_UPLOAD)
        return target.uri()

    def assert_unchanged(self, s3: "S3Client", uri: str) -> None:
        """Raise SourceChangedError if the object at ``uri`` may not be what Spark has read.

        A copy is ours alone and never changes.
        """
        if uri != self.location.uri():
            return
        if not self._is_current(s3):
            raise SourceChangedError(
                f"{uri} was replaced or deleted while it was read; nothing was published. "
                "A newer version has an execution of its own."
            )

    def _is_plain(self) -> bool:
        name_is_gzip = self.location.key.endswith(".gz")
        name_is_compressed = _CODEC_EXTENSION.search(self.location.key) is not None
        fits = name_is_gzip if self.compression == "gzip" else not name_is_compressed
        return fits and _PLAIN_KEY.match(self.location.key) is not None

    def _is_current(self, s3: "S3Client") -> bool:
        """Whether the key shows this version: not a newer one, and no delete marker."""
        try:
            head = s3.head_object(Bucket=self.location.bucket, Key=self.location.key)
        except ClientError as error:
            if not _is_missing(error):
                raise
            return False
        return self.version_id in (None, head.get("VersionId"))

    def _copy(self, s3: "S3Client", spare: S3Location) -> S3Location:
        extension = ".gz" if self.compression == "gzip" else ""
        copy = S3Location(spare.bucket, f"{spare.key}data{extension}")
        # Without its tags: a job may neither read nor write tags, and S3 refuses a copy for them.
        s3.copy(self._version(), copy.bucket, copy.key, {"TaggingDirective": "REPLACE"})
        return copy

    def _version(self) -> Any:
        version = {"Bucket": self.location.bucket, "Key": self.location.key}
        return version if self.version_id is None else {**version, "VersionId": self.version_id}

    def _explained(self, error: ClientError) -> Exception:
        if _is_missing(error):
            return SourceChangedError(f"{self.location.uri()} was deleted before it was read")
        return error


def _is_missing(error: ClientError) -> bool:
    return error.response["Error"]["Code"] in ("404", "NoSuchKey", "NoSuchVersion", "NotFound")
