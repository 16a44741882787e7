"""What a run writes: Parquet, and the result file that says that it is whole.

A conversion, which refreshes a folder as a whole, writes to a place of its own first and then over
what was there before.
"""

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from pyspark.sql import DataFrame, Observation
from pyspark.sql import functions as F  # noqa: N812 - Spark's own name for it

from pipeline_spark.arguments import S3Location
from pipeline_spark.contradiction import quoted

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

STAGING_PREFIX = "_staging/"
"""Beside the data and never below a dataset's folder, so that no reader of a dataset sees it."""

RESULT_FILE = "_result.json"

BY_SPARK = "part-"
BY_ARROW = "arrow-"
"""How the names of files begin, after who writes them."""

_DELETE_LIMIT = 1_000
_COPIES_AT_ONCE = 16


@dataclass(frozen=True)
class Written:
    """What an attempt wrote: numbers of rows, and the columns as (name, Spark SQL type).

    ``prefix`` is how the names of its files begin. Tasks of the quick way that end late, after the
    exact way took the file over, leave files of other names.
    """

    rows: int
    quarantined_rows: int
    columns: tuple[tuple[str, str], ...]
    prefix: str = BY_SPARK


def staging_for(output: S3Location, execution_name: str) -> S3Location:
    """Return a folder that no other attempt, of this execution or another, writes to."""
    return S3Location(output.bucket, f"{STAGING_PREFIX}{execution_name}/{uuid4().hex}/")


def write_parquet(
    records: DataFrame, folder: str, partition_by: Sequence[str] = (), *, over: bool = False
) -> int:
    """Write the records as Parquet (zstd) into ``folder`` and return their number.

    The folder must not be there, unless the records are to take the place of what is in it. Columns
    of ``partition_by`` become folders, ``day=2026-11-20/``. The number comes from the same pass
    that writes.
    """
    seen = Observation("written")
    observed = records.observe(seen, F.count(F.lit(1)).alias("rows"))
    writer = observed.write.mode("overwrite" if over else "errorifexists").option(
        "compression", "zstd"
    )
    writer.parquet(folder, partitionBy=list(partition_by) or None)
    return int(seen.get["rows"])


def partitioned(records: DataFrame, names: Sequence[str]) -> tuple[DataFrame, list[str]]:
    """Return the records and the columns whose values are to become folders, for ``write_parquet``.

    Spark takes such columns out of the files, and who reads by a manifest sees no folders. So they
    are copies: the folders are ``by_day=2026-11-20/``, and ``day`` stays in the files. Names that
    the records lack are left out.
    """
    present = [name for name in names if name in records.columns]
    if not present:
        return records, []
    # Else each of Spark's tasks would write a small file into each folder.
    gathered = records.repartition(*map(quoted, present))
    copies = {f"by_{name}": quoted(name) for name in present}
    return gathered.withColumns(copies), list(copies)


def columns_of(records: DataFrame) -> tuple[tuple[str, str], ...]:
    """Return names and Spark SQL types of the records' columns."""
    return tuple((field.name, field.dataType.simpleString()) for field in records.schema.fields)


def write_result(s3: "S3Client", attempt: S3Location, attempt_id: str, written: Written) -> None:
    """Say what lies in the folder ``attempt``. To be called last: without it nothing counts."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=attempt.bucket, Prefix=attempt.key)
    files = [
        {"key": item["Key"], "size": item["Size"]}
        for page in pages
        for item in page.get("Contents", [])
        if _is_named(item["Key"], written.prefix)
    ]
    result = {
        "attempt_id": attempt_id,
        "rows": written.rows,
        "quarantined_rows": written.quarantined_rows,
        "files": files,
        "columns": [{"name": name, "type": kind} for name, kind in written.columns],
    }
    s3.put_object(
        Bucket=attempt.bucket,
        Key=f"{attempt.key}{RESULT_FILE}",
        Body=json.dumps(result).encode(),
        ContentType="application/json",
    )


def _is_named(key: str, prefix: str) -> bool:
    # What a task that was started twice left unfinished lies in _temporary/.
    is_whole = key.endswith(".parquet") and "/_temporary/" not in key
    return is_whole and key.rpartition("/")[2].startswith(prefix)


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
