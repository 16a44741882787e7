"""The folders of tables and partitions, which a metastore makes and, of managed ones, deletes."""

import shutil
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import boto3

S3_SCHEMES = ("s3", "s3a", "s3n")


def make_folder(location: str) -> None:
    """Make sure that there is something at ``location``: Spark does not read what is not there.

    In S3 that is an empty object, as the console makes it; Spark removes it with its first file.
    """
    if (place := _in_s3(location)) is not None:
        bucket, folder = place
        client: Any = boto3.client("s3")
        if not client.list_objects_v2(Bucket=bucket, Prefix=folder, MaxKeys=1)["KeyCount"]:
            client.put_object(Bucket=bucket, Key=folder)
    elif (path := _on_disk(location)) is not None:
        path.mkdir(parents=True, exist_ok=True)


def delete_folder(location: str) -> None:
    """Delete everything below ``location``."""
    if (place := _in_s3(location)) is not None:
        bucket, folder = place
        client: Any = boto3.client("s3")
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=folder):
            found = [{"Key": one["Key"]} for one in page.get("Contents", [])]
            if found:
                client.delete_objects(Bucket=bucket, Delete={"Objects": found})
    elif (path := _on_disk(location)) is not None:
        shutil.rmtree(path, ignore_errors=True)


def _in_s3(location: str) -> tuple[str, str] | None:
    """Return bucket and prefix; None for the whole of a bucket, or what is not in S3."""
    scheme, _, rest = location.partition("://")
    bucket, _, prefix = rest.partition("/")
    prefix = prefix.strip("/")
    return (bucket, f"{prefix}/") if scheme in S3_SCHEMES and prefix else None


def _on_disk(location: str) -> Path | None:
    parts = urlsplit(location, allow_fragments=False)
    return Path(unquote(parts.path)) if parts.scheme in ("", "file") else None
