"""A multipart upload that outlives the function which began it.

The parts lie in S3; which file they are of stands in a small object beside:
``_downloads/<key>.json``. https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from functions.download_file.errors import DownloadInterruptedError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

RECORDS = "_downloads/"
MAX_PARTS = 10_000
MIN_PART_BYTES = 5 * 1024 * 1024
_MISSING = frozenset({"404", "NoSuchKey", "NoSuchUpload", "NotFound"})


@dataclass(frozen=True)
class Target:
    """The object that a download becomes."""

    bucket: str
    key: str

    @property
    def record_key(self) -> str:
        """Where it is written down which file the parts are of."""
        return f"{RECORDS}{self.key}.json"


@dataclass(frozen=True)
class Origin:
    """What file it is: a hash of its address (which may hold a key), and what tells its versions.

    ``length`` is in bytes, None where the server does not say.
    """

    url_hash: str
    validator: str | None
    length: int | None

    def to_metadata(self) -> dict[str, str]:
        """Return it as S3 metadata, which is ASCII."""
        validator = (self.validator or "").encode("ascii", "backslashreplace").decode()
        return {"source-url-hash": self.url_hash, "source-validator": validator}


@dataclass
class Upload:
    """An open upload, and what has been stored of it."""

    s3: "S3Client"
    target: Target
    origin: Origin
    upload_id: str
    part_bytes: int
    parts: "list[CompletedPartTypeDef]" = field(default_factory=list)
    size: int = 0

    @classmethod
    def begin(cls, s3: "S3Client", target: Target, origin: Origin, part_bytes: int) -> "Upload":
        """Begin a new one and write down whose it is."""
        if origin.length:
            # Rounded up, so that the last part too has a number.
            part_bytes = max(part_bytes, -(-origin.length // MAX_PARTS))
        upload_id = s3.create_multipart_upload(
            Bucket=target.bucket,
            Key=target.key,
            ChecksumAlgorithm="CRC32",
            Metadata=origin.to_metadata(),
        )["UploadId"]
        record = asdict(origin) | {"upload_id": upload_id, "part_bytes": part_bytes}
        s3.put_object(Bucket=target.bucket, Key=target.record_key, Body=json.dumps(record).encode())
        return cls(s3, target, origin, upload_id, part_bytes)

    @classmethod
    def resume(cls, s3: "S3Client", target: Target, url_hash: str) -> "Upload | None":
        """Return the upload that an earlier try left open for the same address, if there is one."""
        record = _read(s3, target)
        if record is None or record["url_hash"] != url_hash:
            return None
        origin = Origin(url_hash, record["validator"], record["length"])
        upload = cls(s3, target, origin, record["upload_id"], record["part_bytes"])
        return upload if upload._look() else None

    def add(self, data: bytes) -> None:
        """Store the next part. Raises DownloadInterruptedError if the upload is gone."""
        number = len(self.parts) + 1
        with _gone_is_interrupted(self.target):
            answer = self.s3.upload_part(
                Bucket=self.target.bucket,
                Key=self.target.key,
                UploadId=self.upload_id,
                PartNumber=number,
                Body=data,
                ChecksumAlgorithm="CRC32",
            )
        self._keep(number, answer, len(data))

    def complete(self) -> str | None:
        """Make the object of the parts; return its version. Raises as ``add`` does."""
        with _gone_is_interrupted(self.target):
            answer = self.s3.complete_multipart_upload(
                Bucket=self.target.bucket,
                Key=self.target.key,
                UploadId=self.upload_id,
                MultipartUpload={"Parts": self.parts},
            )
        self._forget()
        return answer.get("VersionId")

    def abort(self) -> None:
        """Throw the parts away."""
        try:
            self.s3.abort_multipart_upload(
                Bucket=self.target.bucket, Key=self.target.key, UploadId=self.upload_id
            )
        except ClientError as error:
            if error.response["Error"]["Code"] not in _MISSING:
                raise
        self._forget()

    def _look(self) -> bool:
        """Take over the parts from the first gap on back; return whether the upload is there."""
        pages = self.s3.get_paginator("list_parts").paginate(
            Bucket=self.target.bucket, Key=self.target.key, UploadId=self.upload_id
        )
        try:
            for page in pages:
                for part in page.get("Parts", []):
                    if part["PartNumber"] == len(self.parts) + 1:
                        self._keep(part["PartNumber"], part, part["Size"])
        except ClientError as error:
            if error.response["Error"]["Code"] in _MISSING:
                return False
            raise
        return True

    def _keep(self, number: int, answer: Mapping[str, Any], size: int) -> None:
        part: CompletedPartTypeDef = {"PartNumber": number, "ETag": answer["ETag"]}
        if checksum := answer.get("ChecksumCRC32"):
            part["ChecksumCRC32"] = checksum
        self.parts.append(part)
        self.size += size

    def _forget(self) -> None:
        self.s3.delete_object(Bucket=self.target.bucket, Key=self.target.record_key)


class _gone_is_interrupted:  # noqa: N801 - reads as a clause
    """Somebody else completed or threw away the upload: the next try looks anew."""

    def __init__(self, target: Target) -> None:
        self._target = target

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        if isinstance(error, ClientError) and error.response["Error"]["Code"] == "NoSuchUpload":
            raise DownloadInterruptedError(
                f"The upload to {self._target.key} was ended by another run of this download."
            ) from error


def _read(s3: "S3Client", target: Target) -> dict[str, Any] | None:
    try:
        body = s3.get_object(Bucket=target.bucket, Key=target.record_key)["Body"].read()
    except ClientError as error:
        if error.response["Error"]["Code"] in _MISSING:
            return None
        raise
    record: dict[str, Any] = json.loads(body)
    return record
