"""What triggers and workflows see of jobs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class WorkflowRunRef:
    """The workflow run that a job run belongs to."""

    name: str
    run_id: str


@dataclass(frozen=True)
class RunOverrides:
    """What a start of a job sets in place of the job's own definition; None leaves it alone.

    ``timeout`` and ``notify_delay_after`` are in minutes.
    """

    timeout: int | None = None
    max_capacity: float | None = None
    worker_type: str | None = None
    number_of_workers: int | None = None
    execution_class: str | None = None
    security_configuration: str | None = None
    notify_delay_after: int | None = None
    job_run_queuing_enabled: bool | None = None


@dataclass(frozen=True)
class JobRunEnded:
    """A run that has ended for good: no retry follows.

    ``run_id`` is the run as it was started, ``attempt_id`` its last attempt (the same without a
    retry). ``state`` is SUCCEEDED, FAILED, TIMEOUT, STOPPED or ERROR.
    """

    job_name: str
    run_id: str
    attempt_id: str
    state: str
    trigger_name: str | None
    workflow_name: str | None
    workflow_run_id: str | None
    error_message: str | None


type JobRunListener = Callable[[JobRunEnded], None]


class Jobs(Protocol):
    """Start, stop and follow job runs. Every method may be called from any thread."""

    def exists(self, job_name: str) -> bool:
        """Say whether there is such a job."""

    def start(
        self,
        job_name: str,
        arguments: Mapping[str, str] | None = None,
        *,
        trigger_name: str | None = None,
        workflow: WorkflowRunRef | None = None,
        overrides: RunOverrides | None = None,
    ) -> str:
        """Start a run and return its id.

        Raises EntityNotFoundException, ConcurrentRunsExceededException, InvalidInputException.
        """

    def stop(self, job_name: str, run_id: str) -> None:
        """Begin to stop a run, or its retry if it is retried; its end is told to the listeners.

        Raises EntityNotFoundException, or InvalidInputException for a run that has ended for good.
        """

    def describe_run(self, job_name: str, run_id: str) -> dict[str, Any]:
        """Return one run as ``GetJobRun`` shows it.

        Raises EntityNotFoundException.
        """

    def describe_attempts(self, job_name: str, run_id: str) -> list[dict[str, Any]]:
        """Return a run and its retries, newest first, as ``GetJobRun`` shows them."""

    def on_run_ended(self, listener: JobRunListener) -> None:
        """Call ``listener`` whenever a run has ended for good, holding no lock of ours."""


def engine_path(account_id: str, region: str) -> str:
    """Return the path at the endpoint under which a site's job processes ask the engine."""
    return f"/_local_aws/glue/{account_id}/{region}"
