"""The object in S3: read once from front to end, or by ranges."""

from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    IncompleteReadError,
    ReadTimeoutError,
    ResponseStreamingError,
)
from urllib3.exceptions import HTTPError

from functions.common.errors import ObjectChangedError
from functions.common.objects import ObjectVersion
from functions.common.reasons import FileRejected, Reason, ReasonCode
from functions.common.streams import Stream

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_INTERRUPTIONS = (
    ConnectionClosedError,
    IncompleteReadError,
    ReadTimeoutError,
    ResponseStreamingError,
    HTTPError,
    ConnectionError,
)
_MAX_RESUMPTIONS = 3  # for one read; each that succeeds starts the count anew
# GetObject's answers for an object, a version or a delete marker that is not there to read.
# https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
_GONE = frozenset({"404", "NoSuchKey", "NoSuchVersion", "NotFound", "MethodNotAllowed"})
_OVERWRITTEN = frozenset({"412", "PreconditionFailed"})
_ARCHIVED = frozenset({"InvalidObjectState"})


class Source(Protocol):
    """Something of known size that can be read from front to end, or by ranges."""

    @property
    def size(self) -> int:
        """The number of bytes."""

    def open(self) -> Stream:
        """Return the bytes from the first one on. To be called once."""

    def read_range(self, start: int, length: int) -> bytes:
        """Return ``length`` bytes from ``start`` on; fewer only at the end."""


class S3Source:
    """A version of an S3 object. An interrupted download goes on where it stopped.

    Everything is read from the very content that the first answer was about. Raises FileRejected if
    the object is gone or archived, ObjectChangedError if it was overwritten, and botocore's errors.
    """

    def __init__(self, s3: "S3Client", item: ObjectVersion) -> None:
        self._s3 = s3
        self._item = item
        self._pinned: dict[str, Any] = {}
        if item.version_id:
            self._pinned["VersionId"] = item.version_id
        first = self._get()
        self.size: int = first["ContentLength"]
        self._pinned["IfMatch"] = first["ETag"]
        self._body: Any = first["Body"]
        self._position = 0

    def open(self) -> Stream:
        """Return the object's bytes from the first one on."""
        return self

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, at most ``size``; nothing at the end."""
        for _ in range(_MAX_RESUMPTIONS):
            try:
                return self._read(size)
            except _INTERRUPTIONS:
                self._resume()
        return self._read(size)

    def _read(self, size: int) -> bytes:
        data: bytes = self._body.read(size)
        if not data and self._position < self.size:
            raise ConnectionError(f"{self._item} ended after {self._position} bytes")
        self._position += len(data)
        return data

    def read_range(self, start: int, length: int) -> bytes:
        """Return ``length`` bytes from ``start`` on; fewer only at the end."""
        self.close()
        answer = self._get(Range=f"bytes={start}-{start + length - 1}")
        with answer["Body"] as body:
            data: bytes = body.read()
        return data

    def close(self) -> None:
        """Give up the rest of the download."""
        self._body.close()

    def _resume(self) -> None:
        self.close()
        self._body = self._get(Range=f"bytes={self._position}-")["Body"]

    def _get(self, **more: Any) -> Any:
        request: dict[str, Any] = {"Bucket": self._item.bucket, "Key": self._item.key}
        try:
            return self._s3.get_object(**request, **self._pinned, **more)
        except ClientError as error:
            raise self._translate(error) from error

    def _translate(self, error: ClientError) -> Exception:
        code = error.response["Error"]["Code"]
        if code in _GONE:
            message = f"{self._item} is not there any more; it was deleted after it arrived."
            return FileRejected(Reason(ReasonCode.OBJECT_NOT_FOUND, message))
        if code in _ARCHIVED:
            message = f"{self._item} is in an archive storage class and cannot be read."
            return FileRejected(Reason(ReasonCode.OBJECT_ARCHIVED, message))
        if code in _OVERWRITTEN:
            return ObjectChangedError(f"{self._item} was overwritten while it was read.")
        return error
