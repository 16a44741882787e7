"""What one attempt of a job wrote, as its own result file tells it and the bucket confirms it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from functions.common.errors import AttemptIncompleteError
from functions.common.layout import RESULT_FILE

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_MISSING = frozenset({"NoSuchKey", "404"})


@dataclass(frozen=True)
class Attempt:
    """A whole attempt. ``files`` maps each Parquet file's key to its size in bytes.

    ``columns`` are ``{"name", "type"}``, as they stand in the files.
    """

    bucket: str
    prefix: str
    attempt_id: str
    rows: int
    quarantined_rows: int
    files: Mapping[str, int]
    columns: tuple[Mapping[str, Any], ...]

    @property
    def path(self) -> str:
        """The attempt's folder, as an ``s3://`` URI ending in /."""
        return f"s3://{self.bucket}/{self.prefix}"

    @property
    def uris(self) -> tuple[str, ...]:
        """The files in the order of their names, as ``s3://`` URIs."""
        return tuple(f"s3://{self.bucket}/{key}" for key in sorted(self.files))

    @classmethod
    def read(cls, s3: "S3Client", bucket: str, prefix: str, attempt_id: str) -> "Attempt":
        """Read and check the result below ``prefix``. Raises AttemptIncompleteError.

        Every file must lie below the attempt's own prefix, with the size that the attempt saw.
        """
        place = f"s3://{bucket}/{prefix}{RESULT_FILE}"
        try:
            body = s3.get_object(Bucket=bucket, Key=f"{prefix}{RESULT_FILE}")["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] in _MISSING:
                raise AttemptIncompleteError(
                    f"{place} is not there: the attempt did not write to its end, or it was swept."
                ) from error
            raise
        attempt = cls._parse(body, bucket, prefix, attempt_id, place)
        attempt._assert_whole(s3)
        return attempt

    @classmethod
    def _parse(
        cls, body: bytes, bucket: str, prefix: str, attempt_id: str, place: str
    ) -> "Attempt":
        try:
            data = json.loads(body)
            attempt = cls(
                bucket,
                prefix,
                attempt_id,
                int(data["rows"]),
                int(data["quarantined_rows"]),
                {str(file["key"]): int(file["size"]) for file in data["files"]},
                tuple(data["columns"]),
            )
        except (ValueError, TypeError, KeyError) as error:
            raise AttemptIncompleteError(
                f"{place} is not of the agreed shape: {error!r}"
            ) from error
        if data.get("attempt_id") != attempt_id:
            raise AttemptIncompleteError(
                f"{place} tells of the attempt {data.get('attempt_id')!r}."
            )
        return attempt

    def _assert_whole(self, s3: "S3Client") -> None:
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self.prefix)
        found = {item["Key"]: item["Size"] for page in pages for item in page.get("Contents", [])}
        wrong = [key for key, size in sorted(self.files.items()) if found.get(key) != size]
        if wrong:
            raise AttemptIncompleteError(
                f"{self.path} lacks {len(wrong)} of its {len(self.files)} files, or they have "
                f"other sizes; the first is {wrong[0]}."
            )
