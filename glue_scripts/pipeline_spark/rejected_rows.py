"""Rows that are put aside, each with its reason, for a person to repair."""

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO, cast

from pipeline_spark.arguments import S3Location
from pipeline_spark.contradiction import BadRow
from pipeline_spark.errors import RowCountMismatchError
from pipeline_spark.iterator_stream import IteratorStream

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def write(s3: "S3Client", target: S3Location, rows: Iterator[BadRow], expected: int) -> None:
    """Write the rows to one object of JSON Lines, in bounded memory.

    Raises RowCountMismatchError if they are not as many as ``expected``: a row would be lost.
    """
    count = 0

    def lines() -> Iterator[bytes]:
        nonlocal count
        for row in rows:
            count += 1
            yield row.json_line()

    stream = cast(BinaryIO, io.BufferedReader(IteratorStream(lines())))
    s3.upload_fileobj(stream, target.bucket, target.key)
    if count != expected:
        raise RowCountMismatchError(
            f"{target.uri()}: {count} rows were put aside, {expected} were left out"
        )
