"""A schedule as the engine follows it.

https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from local_aws.scheduler.errors import InvalidScheduleError
from local_aws.scheduler.expressions import Expression, Once, parse, zone_of

_INSTANT = timedelta(microseconds=1)
# https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html
_MOST_ATTEMPTS = 185
_LONGEST_AGE_SECONDS = 86400


@dataclass(frozen=True)
class RetryPolicy:
    """How long a failed invocation is tried again."""

    attempts: int
    age: timedelta


@dataclass(frozen=True)
class Target:
    """What is invoked; ``members`` is the API's ``Target``."""

    arn: str
    input: str | None
    retry: RetryPolicy
    dead_letter_arn: str | None
    members: Mapping[str, Any]


@dataclass(frozen=True)
class Schedule:
    """A schedule; times in UTC. ``window`` is zero when the time window is off."""

    arn: str
    group: str
    name: str
    expression: Expression
    target: Target
    enabled: bool
    set_at: datetime
    start: datetime
    end: datetime | None
    window: timedelta
    deletes_itself: bool

    def first_fire(self) -> datetime | None:
        """Return the first time at which it is due since it was set; that moment counts."""
        return self.next_fire(self.set_at - _INSTANT)

    def next_fire(self, after: datetime) -> datetime | None:
        """Return the first time after ``after`` at which it is due; None if never again."""
        if isinstance(self.expression, Once):
            # "EventBridge Scheduler ignores StartDate for one-time schedules", and EndDate.
            return self.expression.next_fire(after)
        due = self.expression.next_fire(max(after, self.start - _INSTANT))
        return None if due is None or (self.end is not None and due > self.end) else due


def read(described: Mapping[str, Any], now: datetime) -> Schedule:
    """Read a schedule of the API's shape (dates in seconds) that is set ``now``.

    Raises InvalidScheduleError.
    """
    start = _date(described.get("StartDate")) or now
    zone = zone_of(described.get("ScheduleExpressionTimezone"))
    return Schedule(
        arn=described["Arn"],
        group=described["GroupName"],
        name=described["Name"],
        expression=parse(described["ScheduleExpression"], zone, start),
        target=_target(described["Target"]),
        enabled=(described.get("State") or "ENABLED") == "ENABLED",
        set_at=now,
        start=start,
        end=_date(described.get("EndDate")),
        window=_window(described["FlexibleTimeWindow"]),
        deletes_itself=described.get("ActionAfterCompletion") == "DELETE",
    )


def _target(members: Mapping[str, Any]) -> Target:
    policy = members.get("RetryPolicy") or {}
    age = policy.get("MaximumEventAgeInSeconds", _LONGEST_AGE_SECONDS)
    return Target(
        arn=members["Arn"],
        input=members.get("Input"),
        retry=RetryPolicy(
            attempts=policy.get("MaximumRetryAttempts", _MOST_ATTEMPTS), age=timedelta(seconds=age)
        ),
        dead_letter_arn=(members.get("DeadLetterConfig") or {}).get("Arn"),
        members=members,
    )


def _window(members: Mapping[str, Any]) -> timedelta:
    """https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-flexible-time-windows.html"""
    minutes = members.get("MaximumWindowInMinutes")
    if members["Mode"] == "OFF":
        return timedelta()
    if not minutes:
        raise InvalidScheduleError("A flexible time window needs MaximumWindowInMinutes, 1-1440.")
    return timedelta(minutes=minutes)


def _date(value: float | datetime | None) -> datetime | None:
    if value is None:
        return None
    return (
        value.astimezone(UTC) if isinstance(value, datetime) else datetime.fromtimestamp(value, UTC)
    )
