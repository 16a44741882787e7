"""When EventBridge's scheduled rules fire: ``rate(5 minutes)`` and ``cron(0 10 * * ? *)``, in UTC.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
"""

import re
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from local_aws import cron
from local_aws.cron import CronError
from local_aws.host.ports import Clock, Timer

_RATE = re.compile(r"rate\((?P<value>[1-9]\d*) (?P<unit>minute|hour|day)(?P<plural>s?)\)")

type Next = Callable[[datetime], datetime | None]


def parse(expression: str) -> Next:
    """Return what tells the next time after a given one, or None if there is none left.

    Raises CronError that says what to write instead.
    """
    if not expression.startswith("rate"):
        return cron.parse(expression).next_fire
    match = _RATE.fullmatch(expression)
    if not match or (match["value"] == "1") == bool(match["plural"]):
        raise CronError("write rate(1 minute) or rate(5 minutes); also hour(s) and day(s).")
    period = timedelta(**{f"{match['unit']}s": int(match["value"])})
    return lambda after: after + period


class RuleSchedules:
    """The scheduled rules, by ARN. Each has one time of its own, however often it is put."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._timers: dict[str, Timer] = {}

    def start(self, rule_arn: str, expression: str, ring: Callable[[], bool]) -> None:
        """Call ``ring`` at the times of ``expression`` until it returns False. Raises CronError.

        A rate counts from now on.
        """
        times = parse(expression)
        self.stop(rule_arn)
        self._wait(rule_arn, times, ring, self._clock.now())

    def stop(self, rule_arn: str) -> None:
        """Ring no more for a rule."""
        with self._lock:
            if timer := self._timers.pop(rule_arn, None):
                timer.cancel()

    def _wait(self, arn: str, times: Next, ring: Callable[[], bool], last: datetime) -> None:
        due = times(last)
        if due and due < self._clock.now():
            # A laptop slept: what it missed is not made up for.
            due = times(self._clock.now())
        if due:
            with self._lock:
                self._timers[arn] = self._clock.call_at(
                    due, partial(self._ring, arn, times, ring, due)
                )

    def _ring(self, arn: str, times: Next, ring: Callable[[], bool], due: datetime) -> None:
        if ring():
            self._wait(arn, times, ring, due)
