"""What attempts have left in the processed bucket, one source object after the other."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING

from functions.common.layout import ATTEMPTS, MANIFEST_SUFFIX, PROCESSED, SCHEMAS

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# attempts/<dataset>/<source_object>/<attempt>/…
_OBJECT_DEPTH = 3


@dataclass(frozen=True)
class Found:
    """A key below ``attempts/``, and when it was written."""

    key: str
    modified: datetime

    @property
    def object_prefix(self) -> str:
        """The prefix of its source object, without a / at the end."""
        return "/".join(self.key.split("/")[:_OBJECT_DEPTH])

    @property
    def attempt(self) -> str:
        """The folder that it belongs to: its attempt's; a schema stands for itself."""
        name = self.key.removeprefix(f"{self.object_prefix}/")
        folder = name.partition("/")[0]
        return name if folder == SCHEMAS else folder


@dataclass(frozen=True)
class SourceObject:
    """All that the attempts at one source object have left."""

    prefix: str
    found: Sequence[Found]

    @property
    def manifest_key(self) -> str:
        """The key of the manifest that may name some of it."""
        return f"{PROCESSED}{self.prefix.removeprefix(ATTEMPTS)}{MANIFEST_SUFFIX}"

    def older_than(self, moment: datetime) -> Mapping[str, Sequence[str]]:
        """Return the keys of the attempts of which nothing is younger, by attempt."""
        attempts: dict[str, list[Found]] = defaultdict(list)
        for one in self.found:
            attempts[one.attempt].append(one)
        return {
            name: [one.key for one in files]
            for name, files in attempts.items()
            if max(one.modified for one in files) < moment
        }


def source_objects(s3: "S3Client", bucket: str, after: str) -> Iterator[SourceObject]:
    """Yield the source objects behind ``after``, the last key that was dealt with, in order.

    Raises botocore's errors.
    """
    for prefix, found in groupby(_listed(s3, bucket, after), key=lambda one: one.object_prefix):
        yield SourceObject(prefix, list(found))


def _listed(s3: "S3Client", bucket: str, after: str) -> Iterator[Found]:
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, Prefix=ATTEMPTS, StartAfter=after
    )
    for page in pages:
        for item in page.get("Contents", []):
            yield Found(item["Key"], item["LastModified"])
