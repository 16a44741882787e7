"""What lies in S3 below an include path: objects, and the folders that their keys suggest."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from local_aws.glue.crawlers.exclusions import Exclusions
from local_aws.glue.errors import InvalidInputException

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
_BUCKET = re.compile(r"[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]")


@dataclass(frozen=True)
class S3Path:
    """A bucket and a prefix. ``prefix`` is empty, or ends with "/", or names an object."""

    bucket: str
    prefix: str

    @property
    def uri(self) -> str:
        """The path as ``s3://bucket/prefix``."""
        return f"s3://{self.bucket}/{self.prefix}"

    @property
    def parts(self) -> tuple[str, ...]:
        """The bucket and the folders; the bucket is level 1 of the data set."""
        return (self.bucket, *(part for part in self.prefix.split("/") if part))


@dataclass(frozen=True)
class S3Object:
    """An object with data. ``size`` in bytes."""

    bucket: str
    key: str
    size: int

    @property
    def uri(self) -> str:
        """The object's address."""
        return f"s3://{self.bucket}/{self.key}"

    @property
    def name(self) -> str:
        """The last part of the key."""
        return self.key.rpartition("/")[2]


@dataclass
class Folder:
    """A folder with its own files and its folders by name, in the order of the listing."""

    path: S3Path
    files: list[S3Object] = field(default_factory=list)
    folders: dict[str, "Folder"] = field(default_factory=dict)

    def walk(self) -> Iterator["Folder"]:
        """Yield this folder and all below it."""
        yield self
        for folder in self.folders.values():
            yield from folder.walk()

    def at_level(self, level: int) -> Iterator["Folder"]:
        """Yield the folders below (or this one) at an absolute level; the bucket is level 1."""
        if len(self.path.parts) == level:
            yield self
        elif len(self.path.parts) < level:
            for folder in self.folders.values():
                yield from folder.at_level(level)


def parse_path(text: str) -> S3Path:
    """Read an include path: ``s3://bucket/folder`` or, as the console takes it, ``bucket/folder``.

    Raises InvalidInputException.
    """
    bucket, _, prefix = text.removeprefix("s3://").partition("/")
    if not _BUCKET.fullmatch(bucket):
        raise InvalidInputException(
            f"S3 target path {text!r} is not valid: write s3://bucket/folder."
        )
    return S3Path(bucket, prefix)


def list_folder(s3: Any, path: S3Path, exclusions: Exclusions) -> Folder:
    """List everything under ``path`` and arrange it as a tree.

    ``s3`` is a boto3 client. A path without a final slash is a folder if there is one of that name,
    else an object. Raises botocore's ClientError (such as NoSuchBucket).
    """
    prefix = path.prefix
    if prefix and not prefix.endswith("/"):
        found = [item for item in _keys(s3, path.bucket, prefix) if item.key == prefix]
        if found and not _is_hidden(found[0].name):
            return Folder(S3Path(path.bucket, prefix.rpartition("/")[0] + "/"), files=found)
        prefix += "/"
    root = Folder(S3Path(path.bucket, prefix))
    for item in _keys(s3, path.bucket, prefix):
        relative = item.key[len(prefix) :]
        if relative and not relative.endswith("/") and not exclusions.match(relative):
            _insert(root, relative, item)
    return root


def _keys(s3: Any, bucket: str, prefix: str) -> Iterator[S3Object]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    for page in pages:
        for entry in page.get("Contents", []):
            yield S3Object(bucket, entry["Key"], entry["Size"])


def _insert(root: Folder, relative: str, item: S3Object) -> None:
    *names, file_name = relative.split("/")
    if any(_is_hidden(name) for name in (*names, file_name)):
        return
    folder = root
    for name in names:
        below = S3Path(folder.path.bucket, f"{folder.path.prefix}{name}/")
        folder = folder.folders.setdefault(name, Folder(below))
    folder.files.append(item)


def _is_hidden(name: str) -> bool:
    # The crawler's pages do not say so, but a table that counted Spark's _SUCCESS and .crc files as
    # data could not be read: Athena and Hive skip these names
    # (https://docs.aws.amazon.com/athena/latest/ug/tables-location-format.html).
    return name.startswith(("_", "."))
