"""What StartJobRun makes of a job: a new run, with what the request sets in the job's place.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-runs.html
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from local_aws.glue.errors import InvalidInputException
from local_aws.glue.jobs import capacity as capacities
from local_aws.glue.jobs import definition
from local_aws.glue.jobs.capacity import Capacity
from local_aws.glue.jobs.definition import JobDefinition
from local_aws.glue.jobs.interface import RunOverrides
from local_aws.glue.jobs.run import JobRun, new_id
from local_aws.host.ports import Request


def overrides(request: Request) -> RunOverrides:
    """Read the overrides of a StartJobRun request."""
    return RunOverrides(
        timeout=request.get("Timeout"),
        max_capacity=request.get("MaxCapacity") or request.get("AllocatedCapacity"),
        worker_type=request.get("WorkerType"),
        number_of_workers=request.get("NumberOfWorkers"),
        execution_class=request.get("ExecutionClass"),
        security_configuration=request.get("SecurityConfiguration"),
        notify_delay_after=(request.get("NotificationProperty") or {}).get("NotifyDelayAfter"),
        job_run_queuing_enabled=request.get("JobRunQueuingEnabled"),
    )


def new_run(
    job: JobDefinition, arguments: Mapping[str, str], wanted: RunOverrides, now: datetime
) -> JobRun:
    """Return a run of ``job`` that is about to start. Raises InvalidInputException."""
    run_id = new_id()
    queues = wanted.job_run_queuing_enabled
    execution_class = wanted.execution_class or job.execution_class
    definition.check_execution_class(execution_class, job.command.name, job.glue_version)
    return JobRun(
        id=run_id,
        first_id=run_id,
        job=job,
        state="STARTING",
        started_on=now,
        last_modified_on=now,
        timeout=job.timeout if wanted.timeout is None else definition.timeout(wanted.timeout),
        capacity=_capacity(job, wanted),
        arguments=dict(arguments),
        execution_class=execution_class,
        security_configuration=wanted.security_configuration or job.security_configuration,
        notify_delay_after=wanted.notify_delay_after or job.notify_delay_after,
        queues=job.queues_runs if queues is None else queues,
    )


def retry(run: JobRun, previous: JobRun, siblings: Iterable[JobRun]) -> JobRun:
    """Return ``run`` as the next attempt of ``previous``, whose arguments it keeps by default.

    ``siblings`` are the job's runs so far. Raises InvalidInputException while ``previous`` goes on.
    """
    if not previous.ended:
        raise InvalidInputException(
            f"JobRun {previous.id} cannot be retried: its state is {previous.state}."
        )
    attempt = 1 + max(other.attempt for other in siblings if other.first_id == previous.first_id)
    return replace(
        run,
        id=f"{previous.first_id}_attempt_{attempt}",
        first_id=previous.first_id,
        attempt=attempt,
        previous_run_id=previous.id,
        arguments=run.arguments or previous.arguments,
    )


def _capacity(job: JobDefinition, wanted: RunOverrides) -> Capacity:
    given = (wanted.max_capacity, wanted.worker_type, wanted.number_of_workers)
    if given == (None, None, None):
        return job.capacity
    workers = wanted.max_capacity is None
    return capacities.resolve(
        job.command.name,
        job.glue_version,
        max_capacity=wanted.max_capacity,
        worker_type=wanted.worker_type or (job.capacity.worker_type if workers else None),
        number_of_workers=wanted.number_of_workers
        or (job.capacity.number_of_workers if workers else None),
    )
