"""Which of two versions of one object is the newer one."""

from typing import TYPE_CHECKING

from functions.common.manifests import Provenance
from functions.common.objects import ObjectVersion

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_MAX_PAGES = 100
"""Of 1,000 versions each. A key with more between two that are compared is refused."""


def may_replace(item: ObjectVersion, published: Provenance, s3: "S3Client") -> bool:
    """Whether the output of ``item`` may stand where that of ``published`` stands.

    A version may replace its own output. Two sequencers are compared; where one is missing, the
    order in which S3 lists the object's versions decides, and a version that is gone is older than
    one that is there. Where nothing tells an order (no versions, no sequencers), the last one wins.
    """
    if item.version_id and item.version_id == published.version_id:
        return True
    if item.sequencer and published.sequencer:
        return not _is_before(item.sequencer, published.sequencer)
    if item.version_id is None or published.version_id is None:
        return True
    return _newer_of(item, published.version_id, s3) == item.version_id


def _is_before(one: str, other: str) -> bool:
    """Compare sequencers: hexadecimal, the shorter one padded with zeros on the right.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
    """
    length = max(len(one), len(other))
    return one.upper().ljust(length, "0") < other.upper().ljust(length, "0")


def _newer_of(item: ObjectVersion, published_version: str, s3: "S3Client") -> str | None:
    """Return that of the two versions which S3 lists first, for it lists the newest first.

    None if S3 has neither: then what is published stays.
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
    """
    wanted = {item.version_id, published_version}
    pages = s3.get_paginator("list_object_versions").paginate(
        Bucket=item.bucket, Prefix=item.key, PaginationConfig={"MaxItems": _MAX_PAGES * 1_000}
    )
    for page in pages:
        for version in page.get("Versions", []):
            # Keys come in order, and the shortest with this prefix is the key itself.
            if version["Key"] != item.key:
                return None
            if version["VersionId"] in wanted:
                return version["VersionId"]
    return None
