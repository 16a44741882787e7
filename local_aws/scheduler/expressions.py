"""Schedule expressions: ``rate(5 minutes)``, ``cron(…)``, ``at(yyyy-mm-ddThh:mm:ss)``.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from local_aws import cron
from local_aws.cron import Cron, CronError
from local_aws.scheduler.errors import InvalidScheduleError

_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_AT = re.compile(r"at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)")


class Expression(Protocol):
    """When a schedule is due."""

    def next_fire(self, after: datetime) -> datetime | None:
        """Return the first instant after ``after``, in UTC; None if there is none left."""


@dataclass(frozen=True)
class Rate:
    """Due at ``anchor`` and then every ``period``; a day lasts 24 hours on any clock."""

    period: timedelta
    anchor: datetime

    def next_fire(self, after: datetime) -> datetime | None:
        """Return the first instant of the grid after ``after``."""
        if after < self.anchor:
            return self.anchor
        return self.anchor + ((after - self.anchor) // self.period + 1) * self.period


@dataclass(frozen=True)
class CronIn:
    """Due when the clocks of ``zone`` show a time that the fields name."""

    fields: Cron
    zone: tzinfo

    def next_fire(self, after: datetime) -> datetime | None:
        """Return the first such time after ``after``."""
        return self.fields.next_fire(after, self.zone)


@dataclass(frozen=True)
class Once:
    """Due one time."""

    when: datetime

    def next_fire(self, after: datetime) -> datetime | None:
        """Return that time, if it is after ``after``."""
        return self.when if self.when > after else None


def parse(text: str, zone: tzinfo, anchor: datetime) -> Expression:
    """Read an expression that is evaluated in ``zone``; ``anchor`` is a rate's first time.

    Raises InvalidScheduleError.
    """
    if text.startswith("cron("):
        try:
            return CronIn(cron.parse(text), zone)
        except CronError as error:
            raise InvalidScheduleError(f"Invalid Schedule Expression {text}: {error}") from None
    if match := _RATE.fullmatch(text):
        if int(match[1]) < 1:
            raise InvalidScheduleError(f"Invalid Schedule Expression {text}: a rate is positive.")
        return Rate(timedelta(**{f"{match[2]}s": int(match[1])}), anchor)
    if match := _AT.fullmatch(text):
        return Once(_moment(text, match[1], zone))
    raise InvalidScheduleError(
        f"Invalid Schedule Expression {text}: write rate(5 minutes), cron(15 12 * * ? *) "
        "or at(2026-11-20T13:00:00)."
    )


def zone_of(name: str | None) -> tzinfo:
    """Return the time zone of ``name``, UTC for none. Raises InvalidScheduleError."""
    if not name or name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidScheduleError(
            f"Invalid ScheduleExpressionTimezone {name}: write a name of the IANA database, "
            "such as Europe/Berlin."
        ) from None


def _moment(text: str, when: str, zone: tzinfo) -> datetime:
    try:
        return datetime.fromisoformat(when).replace(tzinfo=zone).astimezone(UTC)
    except ValueError as error:
        raise InvalidScheduleError(f"Invalid Schedule Expression {text}: {error}.") from None
