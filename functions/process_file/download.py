"""The source object, brought onto the function's disk: read once, then read as often as needed."""

from pathlib import Path
from typing import TYPE_CHECKING

from functions.common.limits import MIB
from functions.common.objects import ObjectVersion
from functions.common.reasons import FileRejected
from functions.common.source import S3Source
from functions.process_file.errors import SourceGoneError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def download(s3: "S3Client", item: ObjectVersion, path: Path) -> None:
    """Write the object's content to ``path``.

    Raises SourceGoneError, ObjectChangedError and botocore's errors.
    """
    try:
        source = S3Source(s3, item)
        with path.open("wb") as file:
            while data := source.read(MIB):
                file.write(data)
    except FileRejected as gone:
        raise SourceGoneError(gone.reason.message) from gone


def read_text(s3: "S3Client", uri: str) -> str:
    """Return the text at an ``s3://`` URI. Raises botocore's errors."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
