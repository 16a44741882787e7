"""The scheduler of one account and region: its timetable and its deliveries."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from local_aws.host.ports import Clock
from local_aws.scheduler import schedule as schedules
from local_aws.scheduler.delivery import Backoff, Delivery
from local_aws.scheduler.invocation import Invocation
from local_aws.scheduler.ports import Caller
from local_aws.scheduler.requests import request_for
from local_aws.scheduler.schedule import Schedule
from local_aws.scheduler.timetable import Ended, Timetable


@dataclass(frozen=True)
class Surroundings:
    """What the engine works with. ``delete`` takes the group and name of a completed schedule."""

    clock: Clock
    caller: Caller
    backoff: Backoff
    delete: Callable[[str, str], None]


class Engine:
    """Fires schedules. ``described`` is always a schedule as GetSchedule describes it."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._around = surroundings
        self._delivery = Delivery(surroundings.clock, surroundings.caller, surroundings.backoff)
        self._timetable = Timetable(
            surroundings.clock, self._invoke, self._complete, surroundings.backoff.draw
        )

    def check(self, described: Mapping[str, Any]) -> None:
        """Raise InvalidScheduleError unless the schedule can be followed."""
        schedule = schedules.read(described, self._around.clock.now())
        # The time does not matter: a payload is as well-formed at any.
        example = self._invocation(schedule, schedule.start)
        request_for(schedule.target, schedule.target.input or example.payload(1))

    def set(self, described: Mapping[str, Any]) -> None:
        """Follow a schedule that was created or changed. Raises InvalidScheduleError."""
        self._timetable.set(schedules.read(described, self._around.clock.now()))

    def remove(self, arn: str) -> None:
        """Forget a schedule that was deleted."""
        self._timetable.remove(arn)

    def remove_group(self, prefix: str) -> None:
        """Forget the schedules of a group; their ARNs begin with ``prefix``."""
        self._timetable.remove_group(prefix)

    def close(self) -> None:
        """Fire nothing any more."""
        self._timetable.close()

    def _invoke(self, schedule: Schedule, due: datetime, ended: Ended) -> None:
        self._delivery.begin(self._invocation(schedule, due), ended)

    def _invocation(self, schedule: Schedule, due: datetime) -> Invocation:
        return Invocation(schedule, due, self._around.clock.now(), secrets.token_hex(8))

    def _complete(self, schedule: Schedule) -> None:
        self._timetable.remove(schedule.arn)
        self._around.delete(schedule.group, schedule.name)
