"""One invocation of a schedule's target, through all its attempts.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
"""

import json
from dataclasses import dataclass
from datetime import datetime

from local_aws.scheduler.schedule import Schedule


@dataclass(frozen=True)
class Invocation:
    """``scheduled`` is when the schedule was due, ``began`` when the first attempt was made."""

    schedule: Schedule
    scheduled: datetime
    began: datetime
    execution_id: str

    def payload(self, attempt: int) -> str:
        """Return the target's input with its context attributes filled in; attempts count from 1.

        Without an input the target gets the default notification:
        https://docs.aws.amazon.com/scheduler/latest/APIReference/API_Target.html
        """
        given = self.schedule.target.input
        if given is None:
            return self._notification()
        values = {
            "schedule-arn": self.schedule.arn,
            "scheduled-time": self.scheduled_time,
            "execution-id": self.execution_id,
            "attempt-number": str(attempt),
        }
        for name, value in values.items():
            given = given.replace(f"<aws.scheduler.{name}>", value)
        return given

    @property
    def scheduled_time(self) -> str:
        """The time at which the schedule was due, as AWS writes it: 2022-03-22T18:59:43Z."""
        return f"{self.scheduled:%Y-%m-%dT%H:%M:%SZ}"

    def _notification(self) -> str:
        _, _, _, region, account, _ = self.schedule.arn.split(":", 5)
        return json.dumps(
            {
                "version": "0",
                "id": self.execution_id,
                "detail-type": "Scheduled Event",
                "source": "aws.scheduler",
                "account": account,
                "time": self.scheduled_time,
                "region": region,
                "resources": [self.schedule.arn],
                "detail": "{}",
            }
        )
