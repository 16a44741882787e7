"""Schedules of triggers and crawlers: AWS's cron, in UTC, at most every five minutes.

https://docs.aws.amazon.com/glue/latest/dg/monitor-data-warehouse-schedule.html
"""

from datetime import datetime, timedelta

from local_aws import cron
from local_aws.cron import Cron, CronError
from local_aws.glue.errors import InvalidInputException

SHORTEST = timedelta(minutes=5)


def parse(expression: str) -> Cron:
    """Read a Glue schedule.

    Raises InvalidInputException that names the field at fault and says what it takes.
    """
    try:
        schedule = cron.parse(expression)
        _check_rate(schedule)
    except CronError as error:
        raise InvalidInputException(
            f"Invalid schedule expression {expression!r}: {error}"
        ) from None
    return schedule


def next_fire(expression: str, after: datetime) -> datetime | None:
    """Return when ``expression`` fires next after ``after``, in UTC; None if never again.

    Raises InvalidInputException for an expression that cannot be read.
    """
    return parse(expression).next_fire(after)


def _check_rate(schedule: Cron) -> None:
    """Refuse what fires more often than every five minutes, as the page's limits say."""
    gaps = [
        later - earlier
        for earlier, later in zip(schedule.minutes, schedule.minutes[1:], strict=False)
    ]
    if any((hour + 1) % 24 in schedule.hours for hour in schedule.hours):
        gaps.append(schedule.minutes[0] + 60 - schedule.minutes[-1])
    if gaps and timedelta(minutes=min(gaps)) < SHORTEST:
        raise CronError("a rate faster than every 5 minutes is not supported.")
