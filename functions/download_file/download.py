"""One download, or as much of it as there is time for."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from botocore.exceptions import ClientError

from functions.common.errors import InvalidInputError
from functions.download_file.checksum import MAX_FILE_BYTES, Checksum
from functions.download_file.errors import ChecksumMismatchError, DownloadInterruptedError
from functions.download_file.remote import CHUNK_BYTES, Answer, RemoteFile, Retry
from functions.download_file.stream import FileReplacedError, RemoteStream
from functions.download_file.upload import MIN_PART_BYTES, Origin, Target, Upload

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_MISSING = frozenset({"404", "NoSuchKey", "NotFound"})


@dataclass(frozen=True)
class Request:
    """Where a file comes from and goes to. ``checksum_url`` is that of a file with its checksum."""

    url: str
    target: Target
    checksum_url: str | None = None

    @classmethod
    def from_input(cls, data: Mapping[str, Any]) -> "Request":
        """Read the function's input. Raises InvalidInputError."""
        url, bucket, key = (data.get(name) for name in ("url", "bucket", "key"))
        if not (isinstance(url, str) and isinstance(bucket, str) and isinstance(key, str)):
            raise InvalidInputError(
                'The input is {"url": "https://…", "bucket": "…", "key": "…", "checksum_url": …}.'
            )
        beside = data.get("checksum_url")
        return cls(url, Target(bucket, key), beside if isinstance(beside, str) else None)

    @property
    def url_hash(self) -> str:
        """What tells addresses apart without showing them."""
        return sha256(self.url.encode()).hexdigest()

    @property
    def file_name(self) -> str:
        """The last part of the address's path."""
        return unquote(urlsplit(self.url).path).rpartition("/")[2]


@dataclass(frozen=True)
class Outcome:
    """What has been done. Unless ``complete``, ``size`` bytes are kept and the rest is missing.

    ``checksum`` is the announced one that the content fits, None where none was announced.
    ``resumed_at`` is the number of bytes that were there already.
    """

    complete: bool
    bucket: str
    key: str
    size: int
    resumed_at: int
    version_id: str | None = None
    etag: str | None = None
    checksum: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the function's answer."""
        return asdict(self)


@dataclass(frozen=True)
class Downloader:
    """Brings files into S3. ``open_file`` makes a remote file of an address.

    ``has_time`` is asked after each part whether there is time for another.
    """

    s3: "S3Client"
    open_file: Callable[[str], RemoteFile]
    has_time: Callable[[], bool]
    retry: Retry = Retry()  # noqa: RUF009 - frozen
    part_bytes: int = 16 * 1024 * 1024

    def run(self, request: Request) -> Outcome:
        """Go on with the download of an earlier try, or begin.

        Raises the errors of this package, and botocore's.
        """
        try:
            return self._run(request, self._open_upload(request))
        except FileReplacedError:
            if stale := self._open_upload(request):
                stale.abort()
        try:
            return self._run(request, None)
        except FileReplacedError as error:
            raise DownloadInterruptedError("The file was replaced while it was read.") from error

    def _open_upload(self, request: Request) -> Upload | None:
        return Upload.resume(self.s3, request.target, request.url_hash)

    def _run(self, request: Request, upload: Upload | None) -> Outcome:
        validator = upload.origin.validator if upload else None
        resumed_at = upload.size if upload else 0
        stream = RemoteStream(self.open_file(request.url), self.retry, resumed_at, validator)
        if upload and upload.origin.length == upload.size:
            # Everything is there but the last word.
            expected = self._expected(request, None)
            return self._finish(request, upload, expected, None, resumed_at)
        answer = stream.open()
        try:
            expected = self._expected(request, answer)
            origin = Origin(request.url_hash, answer.validator, answer.length)
            if not upload and (found := self._found(request.target, origin, expected)):
                return found
            part_bytes = max(self.part_bytes, MIN_PART_BYTES)
            upload = upload or Upload.begin(self.s3, request.target, origin, part_bytes)
            return self._transfer(request, stream, upload, expected)
        finally:
            stream.close()

    def _transfer(
        self, request: Request, stream: RemoteStream, upload: Upload, expected: Checksum | None
    ) -> Outcome:
        resumed_at = upload.size
        # Of a file whose beginning came earlier, only S3 can tell the checksum.
        running = expected.start() if expected and not resumed_at else None
        while True:
            data = stream.read(upload.part_bytes)
            if data or not upload.parts:
                upload.add(data)
            if running:
                running.update(data)
            if len(data) < upload.part_bytes:
                break
            if not self.has_time():
                return Outcome(False, *_place(request), upload.size, resumed_at)
        if expected and running and not expected.equals(running):
            upload.abort()
            raise _mismatch(request, expected)
        return self._finish(request, upload, expected, running, resumed_at)

    def _finish(
        self,
        request: Request,
        upload: Upload,
        expected: Checksum | None,
        checked: object,
        resumed_at: int,
    ) -> Outcome:
        """Make the object of its parts, and read it once more if nobody has read it whole."""
        version = upload.complete()
        outcome = Outcome(True, *_place(request), upload.size, resumed_at, version)
        if expected and not checked and not expected.fits(self._stored(outcome)):
            self._remove(outcome)
            raise _mismatch(request, expected)
        etag = self.s3.head_object(Bucket=outcome.bucket, Key=outcome.key)["ETag"].strip('"')
        return replace(outcome, etag=etag, checksum=str(expected) if expected else None)

    def _found(self, target: Target, origin: Origin, expected: Checksum | None) -> Outcome | None:
        """Return the object that an earlier run made of the very same file, if it is sound."""
        try:
            head = self.s3.head_object(Bucket=target.bucket, Key=target.key)
        except ClientError as error:
            if error.response["Error"]["Code"] in _MISSING:
                return None
            raise
        size = head["ContentLength"]
        same = head["Metadata"] == origin.to_metadata() and origin.length in (None, size)
        if not same or origin.validator is None:
            return None
        found = Outcome(
            True,
            target.bucket,
            target.key,
            size,
            size,
            head.get("VersionId"),
            head["ETag"].strip('"'),
        )
        if expected is None:
            return found
        if expected.fits(self._stored(found)):
            return replace(found, checksum=str(expected))
        self._remove(found)
        return None

    def _expected(self, request: Request, answer: Answer | None) -> Checksum | None:
        if request.checksum_url:
            stream = RemoteStream(self.open_file(request.checksum_url), self.retry)
            try:
                text = stream.read(MAX_FILE_BYTES).decode("utf-8", "replace")
            finally:
                stream.close()
            return Checksum.in_file(text, request.file_name)
        return Checksum.in_headers(answer.headers) if answer else None

    def _stored(self, outcome: Outcome) -> Iterator[bytes]:
        answer = self.s3.get_object(**_version(outcome))
        yield from answer["Body"].iter_chunks(CHUNK_BYTES)

    def _remove(self, outcome: Outcome) -> None:
        self.s3.delete_object(**_version(outcome))


def _place(request: Request) -> tuple[str, str]:
    return request.target.bucket, request.target.key


def _version(outcome: Outcome) -> dict[str, Any]:
    """Return the parameters that name the very version."""
    version = {"VersionId": outcome.version_id} if outcome.version_id else {}
    return {"Bucket": outcome.bucket, "Key": outcome.key, **version}


def _mismatch(request: Request, expected: Checksum) -> ChecksumMismatchError:
    return ChecksumMismatchError(
        f"What came as {request.file_name} is not what {expected} was announced of. It was thrown "
        "away; if this stays so, ask the publisher."
    )
