"""A job run: its states and what GetJobRun shows of it.

https://docs.aws.amazon.com/glue/latest/dg/job-run-statuses.html
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from local_aws.glue.jobs.capacity import WORKER_DPU, Capacity
from local_aws.glue.jobs.definition import JobDefinition
from local_aws.glue.jobs.interface import JobRunEnded, WorkflowRunRef
from local_aws.host.ports import Response

ENDED = frozenset({"SUCCEEDED", "FAILED", "TIMEOUT", "STOPPED", "ERROR", "EXPIRED"})
# A waiting run holds no place among a job's concurrent runs.
ACTIVE = frozenset({"STARTING", "RUNNING", "STOPPING"})


@dataclass(frozen=True)
class JobRun:
    """One attempt at running a job, with the job's definition as it was at the start.

    ``arguments`` are those of the run alone, as GetJobRun shows them; ``timeout`` is in minutes.
    ``first_id`` is the run as somebody started it, which its retries share.
    """

    id: str
    first_id: str
    job: JobDefinition
    state: str
    started_on: datetime
    last_modified_on: datetime
    timeout: int
    capacity: Capacity
    arguments: Mapping[str, str] = field(default_factory=dict)
    attempt: int = 0
    previous_run_id: str | None = None
    trigger_name: str | None = None
    workflow: WorkflowRunRef | None = None
    execution_class: str | None = None
    security_configuration: str | None = None
    notify_delay_after: int | None = None
    queues: bool = False
    state_detail: str | None = None
    running_since: datetime | None = None
    completed_on: datetime | None = None
    error_message: str | None = None

    @property
    def ended(self) -> bool:
        """Whether the run is over."""
        return self.state in ENDED

    @property
    def active(self) -> bool:
        """Whether the run holds a place among its job's concurrent runs."""
        return self.state in ACTIVE

    @property
    def execution_time(self) -> int:
        """Seconds during which the run used resources; zero until it has ended."""
        if self.running_since is None or self.completed_on is None:
            return 0
        return max(0, round((self.completed_on - self.running_since).total_seconds()))

    @property
    def log_group(self) -> str:
        """The log groups' common prefix.

        With a security configuration the service writes to groups of the role's and the
        configuration's own (``JobRun.LogGroupName``).
        """
        kind = "python-jobs" if self.job.command.name == "pythonshell" else "jobs"
        if self.security_configuration is None:
            return f"/aws-glue/{kind}"
        return f"/aws-glue/{kind}-{self.job.role.split('/')[-1]}-{self.security_configuration}"

    def effective_arguments(self) -> dict[str, str]:
        """Return the arguments that the script gets.

        The job's defaults, over them the run's, over those the job's non-overridable ones:
        https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-job.html
        """
        job = self.job
        return {**job.default_arguments, **self.arguments, **job.non_overridable_arguments}

    def moved(self, state: str, now: datetime, **changes: Any) -> "JobRun":
        """Return the run in another state."""
        return replace(self, state=state, last_modified_on=now, **changes)

    def retried(self, now: datetime) -> "JobRun":
        """Return the next attempt, starting now."""
        return replace(
            self,
            id=f"{self.first_id}_attempt_{self.attempt + 1}",
            attempt=self.attempt + 1,
            previous_run_id=self.id,
            state="STARTING",
            started_on=now,
            last_modified_on=now,
            running_since=None,
            completed_on=None,
            error_message=None,
            state_detail=None,
        )

    def ending(self) -> JobRunEnded:
        """Return what the listeners hear of this run's end."""
        return JobRunEnded(
            job_name=self.job.name,
            run_id=self.first_id,
            attempt_id=self.id,
            state=self.state,
            trigger_name=self.trigger_name,
            workflow_name=self.workflow.name if self.workflow else None,
            workflow_run_id=self.workflow.run_id if self.workflow else None,
            error_message=self.error_message,
        )

    def to_api(self) -> Response:
        """Return the API's ``JobRun``."""
        run: Response = {
            "Id": self.id,
            "Attempt": self.attempt,
            "JobName": self.job.name,
            "JobMode": self.job.mode,
            "JobRunQueuingEnabled": self.queues,
            "StartedOn": self.started_on,
            "LastModifiedOn": self.last_modified_on,
            "JobRunState": self.state,
            "PredecessorRuns": [],
            "ExecutionTime": self.execution_time,
            "Timeout": self.timeout,
            "LogGroupName": self.log_group,
            "GlueVersion": self.job.glue_version,
            **self.capacity.to_api(),
        }
        if self.arguments:
            run["Arguments"] = dict(self.arguments)
        if self.notify_delay_after is not None:
            run["NotificationProperty"] = {"NotifyDelayAfter": self.notify_delay_after}
        optional = {
            "PreviousRunId": self.previous_run_id,
            "TriggerName": self.trigger_name,
            "CompletedOn": self.completed_on,
            "ErrorMessage": self.error_message,
            "SecurityConfiguration": self.security_configuration,
            "ExecutionClass": self.execution_class,
            "StateDetail": self.state_detail,
            "MaintenanceWindow": self.job.plain.get("MaintenanceWindow"),
            "DPUSeconds": self._dpu_seconds(),
        }
        return run | {name: value for name, value in optional.items() if value is not None}

    def _dpu_seconds(self) -> float | None:
        """Return what a Flex or auto-scaled run used; other runs do not show it.

        All workers count for the whole time, as nothing here scales them.
        """
        scaled = self.effective_arguments().get("--enable-auto-scaling", "").lower() == "true"
        if not self.ended or not (scaled or self.execution_class == "FLEX"):
            return None
        factor = WORKER_DPU.get(self.capacity.worker_type or "", 1.0)
        workers = self.capacity.number_of_workers or int(self.capacity.max_capacity)
        return float(self.execution_time * workers * factor)


def new_id() -> str:
    """Return an id for a run: ``jr_`` and 64 hexadecimal digits."""
    return "jr_" + hashlib.sha256(secrets.token_bytes(32)).hexdigest()
