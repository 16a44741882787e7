"""When EventBridge tries a delivery again, and when it gives up.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
"""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError

from local_aws.glue.errors import EntityNotFoundException
from local_aws.overrides.event_delivery import DeadLetter, Deliveries, Delivery, RetryPolicy
from local_aws.overrides.event_failures import Failure
from tests.unit.local_aws.glue.memory import START, FakeClock

DAY = timedelta(days=1)


def service_error(code: str, status: int) -> ClientError:
    return ClientError(
        {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}},  # type: ignore[typeddict-item]
        "Operation",
    )


def endpoint_error(status: int) -> requests.HTTPError:
    response = requests.Response()
    response.status_code = status
    return requests.HTTPError("no", response=response)


BUSY = service_error("ThrottlingException", 400)
GONE = service_error("ResourceNotFoundException", 404)


@dataclass
class Target:
    """Fails with ``error`` for the first ``failures`` attempts."""

    clock: FakeClock
    error: Exception = BUSY
    failures: int = 10_000
    attempts: list[datetime] = field(default_factory=list)
    dead: list[DeadLetter] = field(default_factory=list)

    def send(self) -> None:
        self.attempts.append(self.clock.now())
        if len(self.attempts) <= self.failures:
            raise self.error

    def deliver(self, policy: dict[str, int] | None = None, chance: float = 0.0) -> None:
        delivery = Delivery("rule", "target", RetryPolicy.of({"RetryPolicy": policy}), self.send)
        deliveries = Deliveries(self.clock, timedelta(seconds=1), lambda: chance)
        deliveries.deliver(delivery, self.dead.append)

    def seconds(self) -> list[float]:
        return [(attempt - START).total_seconds() for attempt in self.attempts]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def test_a_delivery_that_succeeds_is_made_once(clock: FakeClock) -> None:
    target = Target(clock, failures=0)
    target.deliver()
    clock.advance(DAY)
    assert (target.seconds(), target.dead) == ([0], [])


def test_pauses_grow_exponentially_until_the_target_works(clock: FakeClock) -> None:
    target = Target(clock, failures=4)
    target.deliver()
    clock.advance(DAY)
    assert (target.seconds(), target.dead) == ([0, 1, 3, 7, 15], [])


def test_pauses_differ_by_chance(clock: FakeClock) -> None:
    target = Target(clock, failures=3)
    target.deliver(chance=1.0)
    clock.advance(DAY)
    assert target.seconds() == [0, 0.5, 1.5, 3.5]


def test_the_attempts_of_the_policy_are_retries(clock: FakeClock) -> None:
    target = Target(clock)
    target.deliver({"MaximumRetryAttempts": 2})
    clock.advance(DAY)
    assert len(target.attempts) == 3
    assert target.dead[0].attributes == {
        "RULE_ARN": "rule",
        "TARGET_ARN": "target",
        "ERROR_CODE": "THROTTLING",
        "ERROR_MESSAGE": str(BUSY),
        "RETRY_ATTEMPTS": "2",
        "EXHAUSTED_RETRY_CONDITION": "MaximumRetryAttempts",
    }


def test_no_attempt_is_made_past_the_greatest_age(clock: FakeClock) -> None:
    target = Target(clock)
    target.deliver({"MaximumEventAgeInSeconds": 60})
    clock.advance(DAY)
    assert target.seconds() == [0, 1, 3, 7, 15, 31]
    assert target.dead[0].exhausted == "MaximumEventAgeInSeconds"
    assert target.dead[0].retries == 5


def test_by_default_it_gives_up_after_a_day_or_185_retries(clock: FakeClock) -> None:
    slow, quick = Target(clock), Target(clock)
    slow.deliver()
    quick.deliver(chance=0.5)
    clock.advance(2 * DAY)
    assert slow.attempts[-1] - START <= DAY
    assert slow.dead[0].exhausted == "MaximumEventAgeInSeconds"
    assert quick.dead[0].retries == 185


@pytest.mark.parametrize("retries", [0, 185])
def test_a_target_that_is_gone_is_not_tried_again(clock: FakeClock, retries: int) -> None:
    target = Target(clock, GONE)
    target.deliver({"MaximumRetryAttempts": retries})
    assert (len(target.attempts), clock.calls) == (1, [])
    attributes = target.dead[0].attributes
    assert (attributes["ERROR_CODE"], attributes["RETRY_ATTEMPTS"]) == ("NO_RESOURCE", "0")
    assert "EXHAUSTED_RETRY_CONDITION" not in attributes


def test_a_dead_letter_queue_that_fails_ends_the_delivery(clock: FakeClock) -> None:
    def fail(_: DeadLetter) -> None:
        raise BUSY

    delivery = Delivery("rule", "target", RetryPolicy(0), Target(clock).send)
    Deliveries(clock, timedelta(seconds=1)).deliver(delivery, fail)
    assert clock.calls == []


FAILURES: list[tuple[Any, str, bool]] = [
    (service_error("AccessDeniedException", 400), "NO_PERMISSIONS", False),
    (service_error("AuthorizationError", 403), "NO_PERMISSIONS", False),
    (service_error("StateMachineDoesNotExist", 400), "NO_RESOURCE", False),
    (service_error("QueueDoesNotExist", 400), "NO_RESOURCE", False),
    (EntityNotFoundException("no workflow"), "NO_RESOURCE", False),
    (service_error("ValidationException", 400), "SDK_CLIENT_ERROR", False),
    (KeyError("id"), "SDK_CLIENT_ERROR", False),
    (json.JSONDecodeError("no", "{", 1), "INVALID_JSON", False),
    (service_error("TooManyRequestsException", 429), "THROTTLING", True),
    (service_error("ServiceException", 500), "ERROR_FROM_TARGET", True),
    (ConnectTimeoutError(endpoint_url="x"), "TIMEOUT", True),
    (requests.Timeout(), "TIMEOUT", True),
    (EndpointConnectionError(endpoint_url="x"), "CONNECTION_FAILURE", True),
    (requests.ConnectionError(), "CONNECTION_FAILURE", True),
    (endpoint_error(404), "ERROR_FROM_TARGET", False),
    (endpoint_error(409), "ERROR_FROM_TARGET", True),
    (endpoint_error(429), "ERROR_FROM_TARGET", True),
    (endpoint_error(503), "ERROR_FROM_TARGET", True),
]


@pytest.mark.parametrize(("error", "code", "passing"), FAILURES)
def test_failures(error: Exception, code: str, passing: bool) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html"""
    failure = Failure.of(error)
    assert (failure.code, failure.passing) == (code, passing)
    assert failure.message
