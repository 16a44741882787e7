"""Glue's cron.

https://docs.aws.amazon.com/glue/latest/dg/monitor-data-warehouse-schedule.html
"""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from croniter import croniter
from hypothesis import given
from hypothesis import strategies as st

from local_aws.glue.errors import InvalidInputException
from local_aws.glue.schedules import next_fire

FRIDAY = datetime(2026, 11, 20, 22, 44, 8, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        # The page's own examples.
        ("cron(0 10 * * ? *)", "2026-11-21 10:00"),
        ("cron(15 12 * * ? *)", "2026-11-21 12:15"),
        ("cron(0 18 ? * MON-FRI *)", "2026-11-23 18:00"),
        ("cron(0 8 1 * ? *)", "2026-12-01 08:00"),
        ("cron(0/15 * * * ? *)", "2026-11-20 22:45"),
        ("cron(0/10 * ? * MON-FRI *)", "2026-11-20 22:50"),
        ("cron(0/5 8-17 ? * MON-FRI *)", "2026-11-23 08:00"),
        # Wildcards.
        ("cron(1/10 * * * ? *)", "2026-11-20 22:51"),
        ("cron(0 0 L * ? *)", "2026-11-30 00:00"),
        ("cron(0 0 L FEB ? 2028)", "2028-02-29 00:00"),
        ("cron(0 0 31 * ? *)", "2026-12-31 00:00"),
        ("cron(0 0 15W * ? *)", "2026-12-15 00:00"),
        ("cron(0 0 21W NOV ? *)", "2027-11-22 00:00"),  # the 21st is a Sunday then
        ("cron(0 0 1W AUG ? 2026-2027)", "2027-08-02 00:00"),  # a Sunday: not back into July
        ("cron(0 0 31W * ? *)", "2026-12-31 00:00"),
        ("cron(0 0 LW * ? 2027)", "2027-01-29 00:00"),  # the 31st is a Sunday
        ("cron(0 0 ? * L *)", "2026-11-21 00:00"),  # Saturday ends the week
        ("cron(0 0 ? * 6L *)", "2026-11-27 00:00"),
        ("cron(0 0 ? * FRIL *)", "2026-11-27 00:00"),
        ("cron(0 0 ? * 2#1 *)", "2026-12-07 00:00"),
        ("cron(0 0 ? * 1 *)", "2026-11-22 00:00"),  # 1 is Sunday
        ("cron(0 0 ? * FRI-MON *)", "2026-11-21 00:00"),
        ("cron(0 0 ? JAN,MAR SUN,WED *)", "2027-01-03 00:00"),
        ("cron(0 22-2 * * ? *)", "2026-11-20 23:00"),
        ("cron(0 0 1 1 ? 2199)", "2199-01-01 00:00"),
    ],
)
def test_fires_next(expression: str, expected: str) -> None:
    assert next_fire(expression, FRIDAY) == at(expected)


def test_is_over_after_its_last_year() -> None:
    assert next_fire("cron(0 0 1 1 ? 2026)", FRIDAY) is None


def test_never_fires_on_a_day_that_no_month_has() -> None:
    assert next_fire("cron(0 0 30 2 ? *)", FRIDAY) is None


def test_fires_strictly_after_the_moment() -> None:
    noon = at("2026-11-20 12:00")
    assert next_fire("cron(0 12 * * ? *)", noon) == noon + timedelta(days=1)


def test_counts_in_utc_whatever_zone_it_is_asked_in() -> None:
    tokyo = timezone(timedelta(hours=9))
    asked = datetime(2026, 11, 21, 8, 0, tzinfo=tokyo)  # 23:00 UTC, the day before
    assert next_fire("cron(30 23 * * ? *)", asked) == at("2026-11-20 23:30")


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("rate(5 minutes)", "write cron("),
        ("cron(0 12 * * ?)", "write cron("),
        ("cron(0 12 * * * *)", "cannot both have a value"),
        ("cron(0 12 ? * ? *)", "not both a ?"),
        ("cron(60 12 * * ? *)", "Minutes takes 0-59"),
        ("cron(0 24 * * ? *)", "Hours takes 0-23"),
        ("cron(0 0 32 * ? *)", "Day-of-month takes 1-31"),
        ("cron(0 0 1 JANUARY ? *)", "Month takes 1-12 or JAN-DEC"),
        ("cron(0 0 ? * 0 *)", "Day-of-week takes 1-7 or SUN-SAT"),
        ("cron(0 0 1 1 ? 2200)", "Year takes 1970-2199"),
        ("cron(0/0 0 1 1 ? *)", "Minutes takes 1-60"),
        ("cron(* * * * ? *)", "faster than every 5 minutes"),
        ("cron(0/4 * * * ? *)", "faster than every 5 minutes"),
        ("cron(0,58 * * * ? *)", "faster than every 5 minutes"),
    ],
)
def test_refuses_and_says_why(expression: str, reason: str) -> None:
    with pytest.raises(InvalidInputException) as refusal:
        next_fire(expression, FRIDAY)
    assert reason in refusal.value.message


def test_allows_a_short_gap_that_the_hours_never_close() -> None:
    assert next_fire("cron(0,58 12 * * ? *)", FRIDAY) == at("2026-11-21 12:00")


steps = st.sampled_from([5, 10, 15, 20, 30])
minutes = st.one_of(st.integers(0, 59).map(str), steps.map(lambda step: f"*/{step}"))
hours = st.one_of(st.just("*"), st.integers(0, 23).map(str), st.just("8-17"), st.just("*/6"))
month_days = st.one_of(st.just("*"), st.integers(1, 28).map(str), st.just("L"), st.just("1-7"))
months = st.one_of(st.just("*"), st.integers(1, 12).map(str), st.just("JAN-MAR"))


@given(minutes, hours, month_days, months, st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)))
def test_agrees_with_croniter_where_both_know_the_syntax(
    minute: str, hour: str, day: str, month: str, after: datetime
) -> None:
    moment = after.replace(microsecond=0, tzinfo=UTC)
    expected = croniter(f"{minute} {hour} {day} {month} *", moment).get_next(datetime)
    assert next_fire(f"cron({minute} {hour} {day} {month} ? *)", moment) == expected
