"""Where a run's Parquet goes: first to a place of its own, then over what was there before."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from uuid import uuid4

from pyspark.sql import DataFrame, Observation
from pyspark.sql import functions as F  # noqa: N812 - Spark's own name for it

from pipeline_spark.arguments import S3Location

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

STAGING_PREFIX = "_staging/"
"""Beside the data and never below a dataset's folder, so that no reader of a dataset sees it."""

_DELETE_LIMIT = 1_000
_COPIES_AT_ONCE = 16


def staging_for(output: S3Location, execution_name: str) -> S3Location:
    """Return a folder that no other attempt, of this execution or another, writes to."""
    return S3Location(output.bucket, f"{STAGING_PREFIX}{execution_name}/{uuid4().hex}/")


def write_parquet(records: DataFrame, folder: str, partition_by: Sequence[str] = ()) -> int:
    """Write the records as Parquet (zstd) into an empty ``folder`` and return their number.

    Columns of ``partition_by`` become folders, ``day=2026-11-20/``. The number comes from the same
    pass that writes.
    """
    seen = Observation("written")
    observed = records.observe(seen, F.count(F.lit(1)).alias("rows"))
    writer = observed.write.mode("errorifexists").option("compression", "zstd")
    writer.parquet(folder, partitionBy=list(partition_by) or None)
    return int(seen.get["rows"])


def replace(s3: "S3Client", staged: S3Location, output: S3Location) -> None:
    """Make the Parquet files below ``staged`` the only objects below ``output``.

    The new files come first and the old ones go after: a reader in between may see both, never
    neither. A run that dies in between is mended by the next run of the same object.
    """
    former = list(_keys(s3, output))
    files = [key for key in _keys(s3, staged) if key.endswith(".parquet")]
    targets = [output.key + key.removeprefix(staged.key) for key in files]

    def copy(file_and_target: tuple[str, str]) -> None:
        file, target = file_and_target
        s3.copy({"Bucket": staged.bucket, "Key": file}, output.bucket, target)

    with ThreadPoolExecutor(_COPIES_AT_ONCE) as pool:
        list(pool.map(copy, zip(files, targets, strict=True)))
    _delete(s3, output.bucket, [key for key in former if key not in frozenset(targets)])


def remove(s3: "S3Client", folder: S3Location) -> None:
    """Delete every object below ``folder``."""
    _delete(s3, folder.bucket, list(_keys(s3, folder)))


def _keys(s3: "S3Client", folder: S3Location) -> Iterator[str]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=folder.bucket, Prefix=folder.key)
    for page in pages:
        for item in page.get("Contents", []):
            yield item["Key"]


def _delete(s3: "S3Client", bucket: str, keys: Sequence[str]) -> None:
    for start in range(0, len(keys), _DELETE_LIMIT):
        some = keys[start : start + _DELETE_LIMIT]
        answer = s3.delete_objects(
            Bucket=bucket, Delete={"Objects": [{"Key": key} for key in some], "Quiet": True}
        )
        # A delete of many reports its failures in the answer and raises nothing.
        for failure in answer.get("Errors", []):
            raise OSError(f"s3://{bucket}/{failure.get('Key')}: {failure.get('Message')}")
