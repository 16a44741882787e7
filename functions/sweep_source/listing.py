"""The versions of a bucket's objects, page by page, from any place on.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from functions.common.objects import ObjectVersion

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_MAX_PAGE = 1000
# An object from before the bucket kept versions.
_NO_VERSION = "null"


@dataclass(frozen=True)
class Version:
    """An object version and when it was written."""

    item: ObjectVersion
    modified: datetime


@dataclass(frozen=True)
class Page:
    """Some versions, and the place where the next page begins; nothing after the last one.

    ``seen`` counts all that S3 listed, those left out as well.
    """

    versions: Sequence[Version]
    seen: int
    next_place: Mapping[str, str]


@dataclass(frozen=True)
class Filter:
    """Which keys: those with one of the prefixes and one of the suffixes. None means any."""

    prefixes: Sequence[str] = ()
    suffixes: Sequence[str] = ()

    def listed_prefixes(self) -> list[str]:
        """Return the prefixes to list, in order and without those inside others."""
        found: list[str] = []
        for prefix in sorted(self.prefixes or [""]):
            if not found or not prefix.startswith(found[-1]):
                found.append(prefix)
        return found

    def takes(self, key: str) -> bool:
        """Whether the trigger hears of this key: prefix and suffix may not overlap."""
        return any(
            key.startswith(prefix) and key.endswith(suffix) and len(prefix + suffix) <= len(key)
            for prefix in self.prefixes or [""]
            for suffix in self.suffixes or [""]
        )


@dataclass(frozen=True)
class Listing:
    """Lists the versions that a filter takes."""

    s3: "S3Client"
    bucket: str
    filter: Filter

    def pages(self, place: Mapping[str, str], limit: int) -> Iterator[Page]:
        """Yield pages from a place on (empty: from the beginning), ``limit`` entries in all.

        Raises botocore's errors.
        """
        prefixes = self.filter.listed_prefixes()
        if place.get("prefix") not in prefixes:
            # The filter has changed since: a new round.
            place = {"prefix": prefixes[0]}
        while place and limit > 0:
            page = self._page(place, prefixes, min(limit, _MAX_PAGE))
            yield page
            limit -= page.seen
            place = page.next_place

    def _page(self, place: Mapping[str, str], prefixes: Sequence[str], size: int) -> Page:
        markers: dict[str, Any] = {
            parameter: place[name]
            for parameter, name in (("KeyMarker", "key"), ("VersionIdMarker", "version"))
            if name in place
        }
        prefix = place["prefix"]
        answer = self.s3.list_object_versions(
            Bucket=self.bucket, Prefix=prefix, MaxKeys=size, **markers
        )
        listed = answer.get("Versions", [])
        seen = len(listed) + len(answer.get("DeleteMarkers", []))
        if answer.get("IsTruncated"):
            following = {"prefix": prefix, "key": answer["NextKeyMarker"]}
            if version := answer.get("NextVersionIdMarker"):
                following["version"] = version
        else:
            later = prefixes[prefixes.index(prefix) + 1 :]
            following = {"prefix": later[0]} if later else {}
        return Page([self._version(one) for one in listed if self._is_wanted(one)], seen, following)

    def _is_wanted(self, listed: Mapping[str, Any]) -> bool:
        is_folder = listed["Key"].endswith("/") and not listed["Size"]
        has_version = listed["VersionId"] != _NO_VERSION
        return has_version and not is_folder and self.filter.takes(listed["Key"])

    def _version(self, listed: Mapping[str, Any]) -> Version:
        modified: datetime = listed["LastModified"]
        item = ObjectVersion(
            bucket=self.bucket,
            key=listed["Key"],
            version_id=listed["VersionId"],
            size=listed["Size"],
            etag=str(listed["ETag"]).strip('"'),
            event_time=modified.isoformat(),
        )
        return Version(item, modified)
