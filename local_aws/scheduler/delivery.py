"""Attempts to invoke a target, until it takes the invocation or the dead-letter queue does.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html
"""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from local_aws.host.ports import Clock
from local_aws.scheduler.errors import DeliveryError, InvalidScheduleError
from local_aws.scheduler.invocation import Invocation
from local_aws.scheduler.ports import Caller
from local_aws.scheduler.requests import Request, request_for

LOG = logging.getLogger(__name__)
# AWS does not say how far its exponential backoff goes.
_LONGEST_PAUSE = timedelta(minutes=15)


@dataclass(frozen=True)
class Backoff:
    """Pauses that double from ``first``, each drawn between its half and its whole.

    ``draw`` returns a number from 0 to 1.
    """

    first: timedelta
    draw: Callable[[], float]

    def pause(self, attempt: int) -> timedelta:
        """Return how long to wait after the failed ``attempt``, counted from 1."""
        # 2 ** 20 of any unit that makes sense is beyond the longest pause.
        whole = min(_LONGEST_PAUSE, self.first * 2 ** min(attempt - 1, 20))
        return whole * (0.5 + self.draw() / 2)


class Delivery:
    """Delivers invocations; retries wait on the clock."""

    def __init__(self, clock: Clock, caller: Caller, backoff: Backoff) -> None:
        self._clock = clock
        self._caller = caller
        self._backoff = backoff

    def begin(self, invocation: Invocation, ended: Callable[[], None]) -> None:
        """Make the first attempt; call ``ended`` when there will be no further one."""
        self._attempt(invocation, 1, ended)

    def _attempt(self, invocation: Invocation, number: int, ended: Callable[[], None]) -> None:
        try:
            request = request_for(invocation.schedule.target, invocation.payload(number))
        except InvalidScheduleError:
            # Refused when the schedule was set; nothing to call, nothing to send.
            LOG.exception("%s has a target that cannot be called", invocation.schedule.arn)
            ended()
            return
        try:
            self._caller.call(request)
        except DeliveryError as error:
            self._failed(invocation, request, number, error, ended)
        else:
            ended()

    def _failed(
        self,
        invocation: Invocation,
        request: Request,
        number: int,
        error: DeliveryError,
        ended: Callable[[], None],
    ) -> None:
        again = self._clock.now() + self._backoff.pause(number)
        policy = invocation.schedule.target.retry
        exhausted = None
        if error.retryable and number > policy.attempts:
            exhausted = "MaximumRetryAttempts"
        elif error.retryable and again > invocation.began + policy.age:
            exhausted = "MaximumEventAgeInSeconds"
        elif error.retryable:
            arn = invocation.schedule.arn
            LOG.warning("Attempt %s of %s failed, the next is at %s: %s", number, arn, again, error)
            self._clock.call_at(again, lambda: self._attempt(invocation, number + 1, ended))
            return
        self._bury(invocation, request, _attributes(invocation, number, error, exhausted))
        ended()

    def _bury(self, invocation: Invocation, request: Request, attributes: dict[str, str]) -> None:
        schedule = invocation.schedule
        what = f"{schedule.arn} did not reach {schedule.target.arn}: {attributes['ERROR_MESSAGE']}"
        queue = schedule.target.dead_letter_arn
        if queue is None:
            LOG.warning("%s. It has no dead-letter queue.", what)
            return
        try:
            self._caller.send(queue, json.dumps(dict(request.parameters)), attributes)
        except DeliveryError as error:
            LOG.warning("%s. Its dead-letter queue did not take it: %s", what, error)


def _attributes(
    invocation: Invocation, number: int, error: DeliveryError, exhausted: str | None
) -> dict[str, str]:
    attributes = {
        "ERROR_CODE": error.code,
        "ERROR_MESSAGE": error.message,
        "EXECUTION_ID": invocation.execution_id,
        "IS_PAYLOAD_TRUNCATED": "false",
        "RETRY_ATTEMPTS": str(number - 1),
        "SCHEDULED_TIME": invocation.scheduled_time,
        "SCHEDULE_ARN": invocation.schedule.arn,
        "TARGET_ARN": invocation.schedule.target.arn,
    }
    # "present if the error from the target API is a retryable error, and not a permanent error"
    return attributes | ({"EXHAUSTED_RETRY_CONDITION": exhausted} if exhausted else {})
