"""When scheduled rules fire.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
"""

from datetime import datetime, timedelta

import pytest

from local_aws.cron import CronError
from local_aws.overrides.event_schedules import RuleSchedules
from tests.unit.local_aws.glue.memory import START, FakeClock


class Ringing:
    """Rules on a clock that the test moves."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.schedules = RuleSchedules(self.clock)
        self.rung: list[datetime] = []
        self.alive = True

    def start(self, expression: str) -> None:
        self.schedules.start("rule", expression, self._ring)

    def _ring(self) -> bool:
        self.rung.append(self.clock.now())
        return self.alive

    def minutes(self) -> list[float]:
        return [(rung - START) / timedelta(minutes=1) for rung in self.rung]


@pytest.fixture
def ringing() -> Ringing:
    return Ringing()


@pytest.mark.parametrize(
    ("expression", "minutes"),
    [
        ("rate(1 minute)", [1, 2, 3]),
        ("rate(50 minutes)", [50, 100, 150]),
        ("rate(2 hours)", [120, 240, 360]),
        ("rate(1 day)", [1440, 2880, 4320]),
        ("cron(15 * * * ? *)", [15, 75, 135]),
    ],
)
def test_a_rule_fires_at_its_times(ringing: Ringing, expression: str, minutes: list[float]) -> None:
    ringing.start(expression)
    ringing.clock.advance(timedelta(minutes=minutes[-1]))
    assert ringing.minutes() == minutes


@pytest.mark.parametrize(
    "expression",
    ["rate(1 minutes)", "rate(2 minute)", "rate(0 minutes)", "rate(5 weeks)", "cron(* * * * *)"],
)
def test_an_expression_that_cannot_be_read(ringing: Ringing, expression: str) -> None:
    with pytest.raises(CronError, match="write"):
        ringing.start(expression)


def test_a_rule_that_is_put_again_keeps_one_schedule(ringing: Ringing) -> None:
    ringing.start("rate(1 minute)")
    ringing.start("rate(2 minutes)")
    ringing.clock.advance(timedelta(minutes=5))
    assert ringing.minutes() == [2, 4]


def test_a_rule_that_is_gone_fires_no_more(ringing: Ringing) -> None:
    ringing.start("rate(1 minute)")
    ringing.alive = False
    ringing.clock.advance(timedelta(minutes=5))
    assert ringing.minutes() == [1]


def test_a_rule_that_is_stopped_fires_no_more(ringing: Ringing) -> None:
    ringing.start("rate(1 minute)")
    ringing.schedules.stop("rule")
    ringing.clock.advance(timedelta(minutes=5))
    assert ringing.rung == []


def test_times_that_passed_in_a_laptops_sleep_are_skipped(ringing: Ringing) -> None:
    ringing.start("rate(1 minute)")
    ringing.clock.present += timedelta(hours=1)
    ringing.clock.advance(timedelta(minutes=1))
    assert ringing.minutes() == [60, 61]
