"""Which attempts a manifest names, or named so lately that somebody may still read them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from functions.common.errors import InvalidInputError
from functions.common.layout import ATTEMPTS

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def named_attempts(s3: "S3Client", bucket: str, manifest_key: str, since: datetime) -> set[str]:
    """Return the attempts that the manifest named at any time since then.

    A query that read the manifest before it was replaced goes on reading the files named there, so
    the versions of the manifest are looked at: each was in force until the next one came.

    Raises InvalidInputError for a manifest of another kind, and botocore's errors.
    """
    named: set[str] = set()
    for version_id in _versions_since(s3, bucket, manifest_key, since):
        body = s3.get_object(Bucket=bucket, Key=manifest_key, VersionId=version_id)["Body"]
        named |= {_attempt(uri) for uri in body.read().decode().splitlines()}
    return named


def _versions_since(s3: "S3Client", bucket: str, manifest_key: str, since: datetime) -> list[str]:
    """Return the versions that were in force then or later, newest first."""
    found: list[str] = []
    oldest: datetime | None = None
    for entry in _entries(s3, bucket, manifest_key):
        if oldest is not None and entry.modified < oldest:
            break
        if entry.version_id is not None:
            found.append(entry.version_id)
        if entry.modified < since:
            if entry.is_latest:
                break
            # S3 tells whole seconds: of several in one, nobody knows which was the last.
            oldest = entry.modified
    return found


@dataclass(frozen=True)
class _Entry:
    """A version of the manifest; ``version_id`` is None for a delete marker."""

    modified: datetime
    is_latest: bool
    version_id: str | None


def _entries(s3: "S3Client", bucket: str, manifest_key: str) -> Iterator[_Entry]:
    """Yield them newest first: S3 lists versions and delete markers so, but apart."""
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=manifest_key)
    for page in pages:
        versions = [
            _Entry(one["LastModified"], one["IsLatest"], one["VersionId"])
            for one in page.get("Versions", [])
            if one["Key"] == manifest_key
        ]
        markers = [
            _Entry(one["LastModified"], one["IsLatest"], None)
            for one in page.get("DeleteMarkers", [])
            if one["Key"] == manifest_key
        ]
        entries = [*versions, *markers]
        yield from sorted(entries, key=lambda one: (one.modified, one.is_latest), reverse=True)


def _attempt(uri: str) -> str:
    """s3://bucket/attempts/<dataset>/<source_object>/<attempt>/part-0.parquet → <attempt>."""
    key = uri.removeprefix("s3://").partition("/")[2]
    parts = key.removeprefix(ATTEMPTS).split("/")
    if not key.startswith(ATTEMPTS) or len(parts) < 4:
        raise InvalidInputError(f"A manifest names {uri}, which is no file of an attempt.")
    return parts[2]
