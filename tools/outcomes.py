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

    ``kind`` is SUCCESS, SUPERSEDED, INVALID or FAILURE. ``rows`` and ``manifest_uri`` are those of
    a success, ``explanation`` says what was wrong otherwise.
    """

    kind: str
    rows: int | None = None
    manifest_uri: str | None = None
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
            # An Express workflow's log has no data; the notification says what is wrong.
            reason = validation.get("reason")
            told = f"{reason.get('code')}: {reason.get('message')}" if reason else None
            return cls(kind, explanation=told)
        publication: Mapping[str, Any] = output.get("publication") or {}
        if kind == "SUPERSEDED":
            newer = publication.get("superseded_by") or ""
            return cls(kind, explanation=f"The output of the newer version {newer} stands.")
        return cls(kind, publication.get("rows"), publication.get("manifest_uri"))


def published_files(aws: Aws, manifest_uri: str) -> list[tuple[str, str]]:
    """Return bucket and key of each file that a manifest names; none if there is no manifest."""
    bucket, key = _location(manifest_uri)
    try:
        body = aws.s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    except aws.s3.exceptions.NoSuchKey:
        return []
    return [_location(line) for line in body.splitlines() if line]


def first_rows(aws: Aws, manifest_uri: str) -> Rows | None:
    """Read the first rows of the first file that a manifest names; None if there are none to show.

    A file of more than PREVIEW_BYTES is not fetched for a glance at it.
    """
    for bucket, key in published_files(aws, manifest_uri)[:1]:
        answer = aws.s3.get_object(Bucket=bucket, Key=key)
        if answer["ContentLength"] > PREVIEW_BYTES:
            answer["Body"].close()
            return None
        table = pq.read_table(io.BytesIO(answer["Body"].read())).slice(0, PREVIEW_ROWS)
        values = tuple(tuple(map(_text, row.values())) for row in table.to_pylist())
        return Rows(tuple(table.column_names), values)
    return None


def _location(uri: str) -> tuple[str, str]:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key


def _failure(progress: Progress) -> str:
    parts = [part for part in (progress.error, _cause(progress.cause)) if part]
    return ": ".join(parts) or progress.status


def _cause(cause: str | None) -> str | None:
    """Return the sentence in a cause, which is often JSON, and JSON in JSON.

    For a Glue job it is the whole run, and the function that ends an execution wraps what it was
    told in an error of its own.
    """
    try:
        details = json.loads(cause or "")
    except ValueError:
        return cause
    if isinstance(details, dict):
        wrapped = details.get("errorMessage")
        return details.get("ErrorMessage") or (_cause(wrapped) if wrapped else cause)
    return cause


def _text(value: object) -> str:
    return "" if value is None else str(value)
