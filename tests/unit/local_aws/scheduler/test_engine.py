"""Schedules fire by the clock, are tried again, and end in a queue.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule.html
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from local_aws.scheduler.delivery import Backoff
from local_aws.scheduler.engine import Engine, Surroundings
from local_aws.scheduler.errors import DeliveryError, InvalidScheduleError
from local_aws.scheduler.requests import Request
from tests.unit.local_aws.glue.memory import START, FakeClock

QUEUE = "arn:aws:sqs:eu-central-1:000000000000:jobs"
DEAD = "arn:aws:sqs:eu-central-1:000000000000:dead"
ARN = "arn:aws:scheduler:eu-central-1:000000000000:schedule/default/tick"
MINUTE = timedelta(minutes=1)
THROTTLED = DeliveryError("ThrottlingException", "Rate exceeded", retryable=True)
GONE = DeliveryError("AWS.SimpleQueueService.NonExistentQueue", "No queue.", retryable=False)


@dataclass
class World:
    """An engine whose calls are kept; ``refusals`` are raised by the next calls, in turn."""

    draw: float = 1.0
    clock: FakeClock = field(default_factory=FakeClock)
    calls: list[tuple[float, Request]] = field(default_factory=list)
    buried: list[tuple[str, str, Mapping[str, str]]] = field(default_factory=list)
    deleted: list[tuple[str, str]] = field(default_factory=list)
    refusals: list[DeliveryError] = field(default_factory=list)

    def __post_init__(self) -> None:
        backoff = Backoff(timedelta(seconds=10), lambda: self.draw)
        delete = lambda group, name: self.deleted.append((group, name))  # noqa: E731
        self.engine = Engine(Surroundings(self.clock, self, backoff, delete))

    def call(self, request: Request) -> None:
        self.calls.append(((self.clock.now() - START).total_seconds(), request))
        if self.refusals:
            raise self.refusals.pop(0)

    def send(self, queue_arn: str, body: str, attributes: Mapping[str, str]) -> None:
        self.buried.append((queue_arn, body, attributes))

    def schedule(self, expression: str, **members: Any) -> None:
        target = {"Arn": QUEUE, "RoleArn": "role", "Input": "{}"} | members.pop("Target", {})
        described = {
            "Arn": ARN,
            "GroupName": "default",
            "Name": "tick",
            "ScheduleExpression": expression,
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "Target": target,
        } | members
        self.engine.check(described)
        self.engine.set(described)

    @property
    def times(self) -> list[float]:
        """When calls were made, in seconds after START."""
        return [when for when, _ in self.calls]


@pytest.fixture
def world() -> World:
    return World()


def seconds(number: float) -> float:
    """Return a date of the API, ``number`` seconds after START."""
    return START.timestamp() + number


def test_a_rate_fires_at_once_and_then_at_its_rate(world: World) -> None:
    """https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html"""
    world.schedule("rate(1 minute)")
    world.clock.advance(2 * MINUTE)
    assert world.times == [0, 60, 120]


def test_start_and_end_bound_a_recurring_schedule(world: World) -> None:
    """https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html"""
    world.schedule("rate(1 minute)", StartDate=seconds(90), EndDate=seconds(211))
    world.clock.advance(10 * MINUTE)
    assert world.times == [90, 150, 210]


def test_a_start_in_the_past_gives_the_grid_and_no_invocation(world: World) -> None:
    """https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html"""
    world.schedule("rate(1 minute)", StartDate=seconds(-90))
    world.clock.advance(2 * MINUTE)
    assert world.times == [30, 90]


def test_a_one_time_schedule_ignores_start_and_end(world: World) -> None:
    """https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html"""
    when = START.replace(microsecond=0) + 5 * MINUTE
    expression = f"at({when:%Y-%m-%dT%H:%M:%S})"
    world.schedule(expression, StartDate=seconds(900), EndDate=seconds(60))
    world.clock.advance(10 * MINUTE)
    assert len(world.calls) == 1


def test_a_disabled_schedule_waits_until_it_is_enabled(world: World) -> None:
    """https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-state.html"""
    world.schedule("rate(1 minute)", State="DISABLED")
    world.clock.advance(5 * MINUTE)
    assert world.times == []
    world.schedule("rate(1 minute)", State="ENABLED", StartDate=seconds(360))
    world.clock.advance(MINUTE)
    world.schedule("rate(1 minute)", State="DISABLED")
    world.clock.advance(5 * MINUTE)
    assert world.times == [360]


def test_a_deleted_schedule_and_a_deleted_group_fire_no_more(world: World) -> None:
    world.schedule("rate(1 minute)", StartDate=seconds(60))
    world.engine.remove(ARN)
    world.schedule("rate(1 minute)", Arn=ARN.replace("default", "other"), StartDate=seconds(60))
    world.engine.remove_group(ARN.replace("default/tick", "other/"))
    world.clock.advance(5 * MINUTE)
    assert world.times == []


def test_a_flexible_window_delays_the_call_and_not_the_scheduled_time() -> None:
    """https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-flexible-time-windows.html"""
    world = World(draw=0.5)
    window = {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 4}
    target = {"Input": "<aws.scheduler.scheduled-time>"}
    world.schedule("rate(1 minute)", FlexibleTimeWindow=window, Target=target)
    world.clock.advance(3 * MINUTE)
    assert world.times == [120, 180]
    bodies = [request.parameters["MessageBody"] for _, request in world.calls]
    assert bodies == [f"{START + n * MINUTE:%Y-%m-%dT%H:%M:%SZ}" for n in range(2)]


def test_a_schedule_deletes_itself_after_its_last_invocation_ended(world: World) -> None:
    """https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-delete.html"""
    world.refusals = [THROTTLED]
    world.schedule("rate(1 minute)", EndDate=seconds(30), ActionAfterCompletion="DELETE")
    world.clock.advance(timedelta(seconds=9))
    assert world.deleted == []
    world.clock.advance(timedelta(seconds=1))
    assert world.deleted == [("default", "tick")]


def test_a_schedule_stays_when_it_is_not_to_delete_itself(world: World) -> None:
    world.schedule("rate(1 minute)", EndDate=seconds(30), ActionAfterCompletion="NONE")
    world.clock.advance(5 * MINUTE)
    assert (world.times, world.deleted) == ([0], [])


def test_context_attributes_are_filled_in(world: World) -> None:
    """https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html"""
    names = ("schedule-arn", "scheduled-time", "execution-id", "attempt-number")
    given = json.dumps({name: f"<aws.scheduler.{name}>" for name in names})
    world.refusals = [THROTTLED]
    world.schedule("rate(1 day)", Target={"Input": given})
    world.clock.advance(MINUTE)
    first, second = (json.loads(request.parameters["MessageBody"]) for _, request in world.calls)
    assert first["schedule-arn"] == ARN
    assert first["scheduled-time"] == f"{START:%Y-%m-%dT%H:%M:%SZ}"
    assert first["execution-id"]
    assert (first["attempt-number"], second["attempt-number"]) == ("1", "2")
    assert {**second, "attempt-number": "1"} == first


def test_without_an_input_a_default_notification_is_sent(world: World) -> None:
    """https://docs.aws.amazon.com/scheduler/latest/APIReference/API_Target.html"""
    world.schedule("rate(1 day)", Target={"Input": None})
    world.clock.advance(timedelta())
    ((_, request),) = world.calls
    sent = json.loads(request.parameters["MessageBody"])
    assert (sent["source"], sent["resources"]) == ("aws.scheduler", [ARN])


def test_retries_back_off_until_the_attempts_are_exhausted(world: World) -> None:
    """https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html"""
    world.refusals = [THROTTLED] * 5
    retry = {"MaximumRetryAttempts": 3}
    target = {"RetryPolicy": retry, "DeadLetterConfig": {"Arn": DEAD}, "Input": "hello"}
    world.schedule("rate(1 day)", Target=target)
    world.clock.advance(60 * MINUTE)
    assert world.times == [0, 10, 30, 70]
    ((queue, body, attributes),) = world.buried
    assert queue == DEAD
    assert json.loads(body)["MessageBody"] == "hello"
    assert attributes.pop("EXECUTION_ID")  # type: ignore[attr-defined]
    assert attributes == {
        "ERROR_CODE": "ThrottlingException",
        "ERROR_MESSAGE": "Rate exceeded",
        "EXHAUSTED_RETRY_CONDITION": "MaximumRetryAttempts",
        "IS_PAYLOAD_TRUNCATED": "false",
        "RETRY_ATTEMPTS": "3",
        "SCHEDULED_TIME": f"{START:%Y-%m-%dT%H:%M:%SZ}",
        "SCHEDULE_ARN": ARN,
        "TARGET_ARN": QUEUE,
    }


def test_retries_end_with_the_age_of_the_event(world: World) -> None:
    """https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html"""
    world.refusals = [THROTTLED] * 9
    retry = {"MaximumRetryAttempts": 185, "MaximumEventAgeInSeconds": 60}
    target = {"RetryPolicy": retry, "DeadLetterConfig": {"Arn": DEAD}}
    world.schedule("rate(1 day)", Target=target)
    world.clock.advance(60 * MINUTE)
    assert world.times == [0, 10, 30]
    ((_, _, attributes),) = world.buried
    assert attributes["EXHAUSTED_RETRY_CONDITION"] == "MaximumEventAgeInSeconds"


def test_a_permanent_error_is_not_tried_again(world: World) -> None:
    """https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html"""
    world.refusals = [GONE]
    world.schedule("rate(1 day)", Target={"DeadLetterConfig": {"Arn": DEAD}})
    world.clock.advance(60 * MINUTE)
    assert world.times == [0]
    ((_, _, attributes),) = world.buried
    assert attributes["ERROR_CODE"] == "AWS.SimpleQueueService.NonExistentQueue"
    assert attributes["RETRY_ATTEMPTS"] == "0"
    assert "EXHAUSTED_RETRY_CONDITION" not in attributes


def test_what_a_sleeping_machine_missed_is_not_made_up_for(world: World) -> None:
    world.schedule("rate(1 minute)", StartDate=seconds(60))
    world.clock.present += timedelta(hours=1)
    world.clock.advance(MINUTE)
    assert world.times == [3600, 3660]


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ({"Arn": "arn:aws:ecs:eu-central-1:000000000000:cluster/x"}, "no templated target"),
        ({"Arn": "queue"}, "not in correct format"),
        ({"Arn": "arn:aws:scheduler:::aws-sdk:sqs:getQueueUrl"}, "not a supported target"),
        (
            {"Arn": "arn:aws:scheduler:::aws-sdk:sqs:sendMessage", "Input": "[]"},
            "not a JSON object",
        ),
        ({"Arn": "arn:aws:lambda:eu-central-1:0:function:f", "Input": "{"}, "well-formed JSON"),
        ({"Arn": "arn:aws:events:eu-central-1:0:event-bus/b"}, "EventBridgeParameters"),
    ],
)
def test_refuses_a_target_that_cannot_be_called(
    world: World, target: dict[str, str], reason: str
) -> None:
    """https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html"""
    with pytest.raises(InvalidScheduleError, match=reason):
        world.schedule("rate(1 day)", Target=target)
