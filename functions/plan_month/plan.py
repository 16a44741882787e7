"""What there is to do for a month."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from botocore.exceptions import ClientError

from functions.common.errors import InvalidInputError, MissingSettingError
from functions.common.layout import Layout
from functions.common.settings import required
from functions.plan_month.month import Month

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_MISSING = frozenset({"404", "NoSuchKey", "NotFound"})
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True)
class Settings:
    """The function's settings. ``url`` and ``checksum_url`` hold {month} or its parts.

    ``months_back`` is how far before the scheduled time's month the month lies that it is about.
    """

    url: str
    checksum_url: str | None
    dataset: str
    source_bucket: str
    processed_bucket: str
    time_zone: str
    months_back: int

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Read the settings. Raises MissingSettingError."""
        back = environment.get("MONTHS_BACK", "1")
        if not (back.isascii() and back.isdigit()):
            raise MissingSettingError(f"MONTHS_BACK is {back!r}; use a whole number from 0 on.")
        return cls(
            url=required(environment, "URL"),
            checksum_url=environment.get("CHECKSUM_URL") or None,
            dataset=required(environment, "DATASET"),
            source_bucket=required(environment, "SOURCE_BUCKET"),
            processed_bucket=required(environment, "PROCESSED_BUCKET"),
            time_zone=environment.get("TIME_ZONE") or "UTC",
            months_back=int(back),
        )


@dataclass(frozen=True)
class Plan:
    """Where a month's file comes from, where it goes, and whether it is published already."""

    month: str
    url: str
    checksum_url: str | None
    bucket: str
    key: str
    manifest_uri: str
    published: bool

    def to_json(self) -> dict[str, Any]:
        """Return the function's answer."""
        return asdict(self)


def month_of(event: Mapping[str, Any], settings: Settings) -> Month:
    """Return the month that a run is about: named, or taken from the time it was scheduled for.

    Raises InvalidInputError.
    """
    named, scheduled = event.get("month"), event.get("scheduled_time")
    if isinstance(named, str) and scheduled is None:
        return Month.parse(named)
    if isinstance(scheduled, str) and named is None:
        return Month.of(scheduled, settings.time_zone).shifted(-settings.months_back)
    raise InvalidInputError(
        'The input names either a month, {"month": "2026-01"}, or the time of a schedule, '
        f'{{"scheduled_time": "2026-02-01T05:30:00Z"}}; it has {named!r} and {scheduled!r}.'
    )


def plan(month: Month, settings: Settings, s3: "S3Client") -> Plan:
    """Return what there is to do for ``month``. Raises botocore's errors."""
    url = month.fill(settings.url)
    key = f"{settings.dataset}/month={month}/{_file_name(url)}"
    layout = Layout.of(settings.processed_bucket, settings.source_bucket, key)
    return Plan(
        month=str(month),
        url=url,
        checksum_url=month.fill(settings.checksum_url) if settings.checksum_url else None,
        bucket=settings.source_bucket,
        key=key,
        manifest_uri=layout.manifest_uri,
        published=_exists(s3, settings.processed_bucket, layout.manifest_key),
    )


def _file_name(url: str) -> str:
    """Return the last part of a URL's path, fit for a key."""
    name = unquote(urlsplit(url).path).rpartition("/")[2]
    return _UNSAFE.sub("-", name).strip("-.") or "file"


def _exists(s3: "S3Client", bucket: str, key: str) -> bool:
    try:
        s3.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] in _MISSING:
            return False
        raise
    return True
