"""What became of a file, put together from the execution, the bucket and the topic."""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow.parquet as pq

from tools.aws import Aws
from tools.executions import Progress

PREVIEW_ROWS = 5
PREVIEW_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True)
class Rows:
    """Some rows of a table, as text, under the table's columns."""

    columns: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Outcome:
    """How one file's execution ended.

    ``kind`` is SUCCESS, INVALID or FAILURE. ``rows`` and ``output_path`` are those of a success,
    ``explanation`` says what was wrong otherwise.
    """

    kind: str
    rows: int | None = None
    output_path: str | None = None
    explanation: str | None = None

    @classmethod
    def of(cls, progress: Progress) -> "Outcome":
        """Read the outcome from an execution that is over."""
        if progress.status != "SUCCEEDED":
            return cls("FAILURE", explanation=_failure(progress))
        output = progress.output or {}
        validation: Mapping[str, Any] = output.get("validation") or {}
        kind = str(output.get("outcome", "SUCCESS"))
        if kind == "INVALID":
            reason = validation.get("reason") or {}
            return cls(kind, explanation=f"{reason.get('code')}: {reason.get('message')}")
        return cls(kind, validation.get("row_count"), validation.get("output_path"))


def first_rows(aws: Aws, output_path: str) -> Rows | None:
    """Read the first rows of the Parquet below an ``s3://`` folder; None if there is none to show.

    A file of more than PREVIEW_BYTES is not fetched for a glance at it.
    """
    bucket, _, prefix = output_path.removeprefix("s3://").partition("/")
    listed = aws.s3.list_objects_v2(Bucket=bucket, Prefix=prefix, MaxKeys=100)
    for item in listed.get("Contents", []):
        if item["Key"].endswith(".parquet") and item["Size"] <= PREVIEW_BYTES:
            body = aws.s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read()
            table = pq.read_table(io.BytesIO(body)).slice(0, PREVIEW_ROWS)
            values = tuple(tuple(map(_text, row.values())) for row in table.to_pylist())
            return Rows(tuple(table.column_names), values)
    return None


def _failure(progress: Progress) -> str:
    parts = [part for part in (progress.error, _cause(progress.cause)) if part]
    return ": ".join(parts) or progress.status


def _cause(cause: str | None) -> str | None:
    """Return the sentence in a cause, which for a Glue job is the whole run as JSON."""
    try:
        details = json.loads(cause or "")
    except ValueError:
        return cause
    if isinstance(details, dict):
        return details.get("ErrorMessage") or details.get("errorMessage") or cause
    return cause


def _text(value: object) -> str:
    return "" if value is None else str(value)
