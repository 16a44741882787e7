"""How EventBridge delivers an event to a target of a rule: attempts, then the dead-letter queue.

- A failure that may pass is tried again, with exponential backoff and jitter, until the target's
  RetryPolicy is used up; by default 185 times within 24 hours.
  https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
- A missing permission or a target that is gone is not tried again.
- What could not be delivered goes to the target's DeadLetterConfig with attributes that say why,
  or is dropped if there is none.
  https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html

AWS does not publish the steps of its backoff. Here they double from ``first_pause`` up to 512 times
that, less up to half of it by chance. With one second, 185 attempts take about a day, as on AWS.
"""

import logging
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from local_aws.host.ports import Clock
from local_aws.overrides.event_failures import Failure

LOG = logging.getLogger(__name__)
_LONGEST_PAUSE = 512
"""In units of the first pause."""


@dataclass(frozen=True)
class RetryPolicy:
    """How often, and for how long after the first attempt, a delivery is tried again."""

    maximum_attempts: int = 185
    maximum_age: timedelta = timedelta(seconds=86_400)

    @classmethod
    def of(cls, target: Mapping[str, Any]) -> "RetryPolicy":
        """Read a target of the API.

        https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_RetryPolicy.html
        """
        given = target.get("RetryPolicy") or {}
        return cls(
            given.get("MaximumRetryAttempts", cls.maximum_attempts),
            timedelta(seconds=given.get("MaximumEventAgeInSeconds", 86_400)),
        )


@dataclass(frozen=True)
class Delivery:
    """One event on its way to one target. ``send`` makes an attempt and raises if it fails."""

    rule_arn: str
    target_arn: str
    policy: RetryPolicy
    send: Callable[[], None]


@dataclass(frozen=True)
class DeadLetter:
    """Why a delivery was given up. ``exhausted`` is the limit of the policy that was reached."""

    delivery: Delivery
    failure: Failure
    retries: int
    exhausted: str | None

    @property
    def attributes(self) -> dict[str, str]:
        """The message attributes that EventBridge adds to the event in the dead-letter queue."""
        attributes = {
            "RULE_ARN": self.delivery.rule_arn,
            "TARGET_ARN": self.delivery.target_arn,
            "ERROR_CODE": self.failure.code,
            "ERROR_MESSAGE": self.failure.message,
            "RETRY_ATTEMPTS": str(self.retries),
        }
        if self.exhausted:
            attributes["EXHAUSTED_RETRY_CONDITION"] = self.exhausted
        return attributes


class Deliveries:
    """Makes deliveries. The first attempt is made on the caller's thread, others on the clock's."""

    def __init__(
        self,
        clock: Clock,
        first_pause: timedelta,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._clock = clock
        self._first_pause = first_pause
        self._chance = chance

    def deliver(self, delivery: Delivery, give_up: Callable[[DeadLetter], None]) -> None:
        """Deliver, or tell ``give_up`` of the end of all attempts. Never raises."""
        self._attempt(delivery, give_up, self._clock.now(), retries=0)

    def _attempt(
        self,
        delivery: Delivery,
        give_up: Callable[[DeadLetter], None],
        begun: datetime,
        retries: int,
    ) -> None:
        try:
            delivery.send()
        except Exception as error:
            failure = Failure.of(error)
            LOG.info("%s not delivered: %s", delivery.target_arn, failure)
        else:
            return
        due = self._clock.now() + self._pause(retries)
        exhausted = _exhausted(delivery.policy, due - begun, retries)
        if failure.passing and not exhausted:
            again = partial(self._attempt, delivery, give_up, begun, retries + 1)
            self._clock.call_at(due, again)
            return
        limit = exhausted if failure.passing else None
        try:
            give_up(DeadLetter(delivery, failure, retries, limit))
        except Exception:
            LOG.exception("the event for %s is lost", delivery.target_arn)

    def _pause(self, retries: int) -> timedelta:
        longest = self._first_pause * min(2**retries, _LONGEST_PAUSE)
        return longest * (1 - self._chance() / 2)


def _exhausted(policy: RetryPolicy, age: timedelta, retries: int) -> str | None:
    """Name the limit that forbids one more attempt, at which the event would be ``age`` old."""
    if retries >= policy.maximum_attempts:
        return "MaximumRetryAttempts"
    if age > policy.maximum_age:
        return "MaximumEventAgeInSeconds"
    return None
