"""When schedules are due.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from local_aws.scheduler.errors import InvalidScheduleError
from local_aws.scheduler.expressions import parse, zone_of

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


START = at("2026-11-20 22:44:08")


def fires(expression: str, zone: ZoneInfo, after: datetime, number: int) -> list[str]:
    """Return the next times of an expression, in UTC."""
    read, found = parse(expression, zone, START), []
    for _ in range(number):
        fire = read.next_fire(after)
        assert fire is not None
        found.append(f"{fire:%Y-%m-%d %H:%M}")
        after = fire
    return found


def test_a_rate_begins_at_its_anchor_and_keeps_its_grid() -> None:
    rate = parse("rate(5 minutes)", UTC, START)
    assert rate.next_fire(START - timedelta(days=1)) == START
    assert rate.next_fire(START) == START + timedelta(minutes=5)
    assert rate.next_fire(START + timedelta(minutes=12)) == START + timedelta(minutes=15)


@pytest.mark.parametrize(
    ("expression", "period"),
    [
        ("rate(1 minute)", timedelta(minutes=1)),
        ("rate(12 hours)", timedelta(hours=12)),
        ("rate(1 day)", timedelta(days=1)),
    ],
)
def test_a_rate_has_three_units(expression: str, period: timedelta) -> None:
    assert parse(expression, UTC, START).next_fire(START) == START + period


def test_a_day_of_a_rate_is_24_hours_when_the_clocks_change() -> None:
    anchor = at("2026-03-28 11:00")  # noon in Berlin, the day before summer time
    assert parse("rate(1 day)", BERLIN, anchor).next_fire(anchor) == at("2026-03-29 11:00")


def test_cron_follows_the_zones_clocks() -> None:
    """Noon in Berlin is 11:00 UTC in winter and 10:00 in summer."""
    found = fires("cron(0 12 * * ? *)", BERLIN, at("2026-03-28 00:00"), 2)
    assert found == ["2026-03-28 11:00", "2026-03-29 10:00"]


def test_cron_skips_a_time_that_the_clocks_skip() -> None:
    """On 2026-03-29 the clocks of Berlin go from 02:00 to 03:00."""
    found = fires("cron(30 2 * * ? *)", BERLIN, at("2026-03-28 00:00"), 2)
    assert found == ["2026-03-28 01:30", "2026-03-30 00:30"]


def test_cron_fires_once_when_the_clocks_show_a_time_twice() -> None:
    """On 2026-11-01 the clocks of New York go from 02:00 back to 01:00."""
    found = fires("cron(30 1 * * ? *)", NEW_YORK, at("2026-11-01 00:00"), 2)
    assert found == ["2026-11-01 05:30", "2026-11-02 06:30"]


def test_cron_may_fire_every_minute() -> None:
    found = fires("cron(* * * * ? *)", UTC, START, 2)
    assert found == ["2026-11-20 22:45", "2026-11-20 22:46"]


def test_a_zone_ahead_of_utc_is_in_its_next_day() -> None:
    found = fires("cron(0 1 21 11 ? *)", ZoneInfo("Asia/Tokyo"), at("2026-11-20 15:30"), 1)
    assert found == ["2026-11-20 16:00"]


def test_at_is_read_in_its_zone_and_fires_once() -> None:
    once = parse("at(2026-12-01T09:00:00)", NEW_YORK, START)
    assert once.next_fire(START) == at("2026-12-01 14:00")
    assert once.next_fire(at("2026-12-01 14:00")) is None


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("every day", "write rate(5 minutes)"),
        ("rate(0 minutes)", "a rate is positive"),
        ("rate(5 seconds)", "write rate(5 minutes)"),
        ("at(2026-02-30T00:00:00)", "day"),
        ("cron(0 12 * * *)", "write cron("),
        ("cron(0 25 * * ? *)", "Hours takes 0-23"),
    ],
)
def test_refuses_and_says_why(expression: str, reason: str) -> None:
    with pytest.raises(InvalidScheduleError, match="Invalid Schedule Expression") as refusal:
        parse(expression, UTC, START)
    assert reason in str(refusal.value)


@pytest.mark.parametrize("name", ["Mars/Olympus", "../etc/passwd"])
def test_refuses_an_unknown_zone(name: str) -> None:
    with pytest.raises(InvalidScheduleError, match="Europe/Berlin"):
        zone_of(name)
