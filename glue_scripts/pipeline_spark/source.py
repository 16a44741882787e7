"""The object that a run reads: found, pinned to its version, and named so that Spark reads it.

Spark reads an S3 object through a file system, which knows less than S3 does: it takes ``*`` and
``{`` for patterns, drops names that begin with ``_`` or ``.``, merges ``//``, knows no versions and
decides by the extension whether a file is compressed. So an object is read where it lies if its
key is a plain one, and from a copy with a plain name otherwise. The copy is made inside S3.
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from pipeline_spark.arguments import Compression, S3Location
from pipeline_spark.errors import SourceChangedError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_SEGMENT = r"[A-Za-z0-9][A-Za-z0-9._=@-]*"
_PLAIN_KEY = re.compile(rf"{_SEGMENT}(/{_SEGMENT})*\Z")
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
            if _is_missing(error):
                raise SourceChangedError(
                    f"{self.location.uri()} was deleted before it was read"
                ) from None
            raise

    def assert_unchanged(self, s3: "S3Client", uri: str) -> None:
        """Raise SourceChangedError if the object at ``uri`` may not be what Spark has read.

        A copy is ours alone and never changes.
        """
        if uri != self.location.uri():
            return
        try:
            current = self._is_current(s3)
        except ClientError as error:
            if not _is_missing(error):
                raise
            current = False
        if not current:
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
        head = s3.head_object(Bucket=self.location.bucket, Key=self.location.key)
        return self.version_id in (None, head.get("VersionId"))

    def _copy(self, s3: "S3Client", spare: S3Location) -> S3Location:
        extension = ".gz" if self.compression == "gzip" else ""
        copy = S3Location(spare.bucket, f"{spare.key}data{extension}")
        source: Any = {"Bucket": self.location.bucket, "Key": self.location.key}
        if self.version_id is not None:
            source["VersionId"] = self.version_id
        s3.copy(source, copy.bucket, copy.key)
        return copy


def _is_missing(error: ClientError) -> bool:
    return error.response["Error"]["Code"] in ("404", "NoSuchKey", "NoSuchVersion", "NotFound")
