"""The API operations on jobs and job runs.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs.html
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from local_aws.glue.errors import AlreadyExistsException, EntityNotFoundException, GlueError
from local_aws.glue.jobs import definition
from local_aws.glue.jobs.definition import JobDefinition
from local_aws.glue.jobs.execution import Workshop
from local_aws.glue.jobs.interface import JobRunListener, RunOverrides, WorkflowRunRef
from local_aws.glue.jobs.new_run import new_run, retry
from local_aws.glue.jobs.new_run import overrides as overrides_of
from local_aws.glue.jobs.runs import Runs
from local_aws.glue.paging import page
from local_aws.glue.tags import Tags
from local_aws.host.ports import Clock, EventSink, Operation, Request, Response


class JobService:
    """Jobs of one account and region. Implements ``interface.Jobs`` and ``ports.Component``."""

    def __init__(
        self, workshop: Workshop, clock: Clock, events: EventSink, tags: Tags, minute: timedelta
    ) -> None:
        self._site = workshop.site
        self._launcher = workshop.launcher
        self._clock = clock
        self._tags = tags
        self._lock = threading.Lock()
        self._jobs: dict[str, JobDefinition] = {}
        self._runs = Runs(workshop, clock, events, minute)
        self._deletion_listeners: list[Callable[[str], None]] = []

    def operations(self) -> Mapping[str, Operation]:
        """Return the operations on jobs and runs."""
        return {
            "CreateJob": self._create_job,
            "UpdateJob": self._update_job,
            "GetJob": lambda request: {"Job": self._job(request["JobName"]).to_api()},
            "GetJobs": self._get_jobs,
            "BatchGetJobs": self._batch_get_jobs,
            "ListJobs": self._list_jobs,
            "DeleteJob": self._delete_job,
            "StartJobRun": self._start_job_run,
            "GetJobRun": self._get_job_run,
            "GetJobRuns": self._get_job_runs,
            "BatchStopJobRun": self._batch_stop_job_run,
        }

    def close(self) -> None:
        """End every run."""
        self._runs.close()

    # The interface for triggers and workflows

    def exists(self, job_name: str) -> bool:
        """Say whether there is such a job."""
        with self._lock:
            return job_name in self._jobs

    def start(
        self,
        job_name: str,
        arguments: Mapping[str, str] | None = None,
        *,
        trigger_name: str | None = None,
        workflow: WorkflowRunRef | None = None,
        overrides: RunOverrides | None = None,
    ) -> str:
        """Start a run and return its id. See ``interface.Jobs``."""
        run = new_run(
            self._job(job_name), arguments or {}, overrides or RunOverrides(), self._clock.now()
        )
        return self._runs.start(replace(run, trigger_name=trigger_name, workflow=workflow)).id

    def stop(self, job_name: str, run_id: str) -> None:
        """Begin to stop a run. See ``interface.Jobs``."""
        self._runs.stop(job_name, run_id, retries_too=True)

    def describe_run(self, job_name: str, run_id: str) -> dict[str, Any]:
        """Return one run as GetJobRun shows it."""
        return self._runs.get(job_name, run_id).to_api()

    def describe_attempts(self, job_name: str, run_id: str) -> list[dict[str, Any]]:
        """Return a run and its retries, newest first."""
        first = self._runs.get(job_name, run_id).first_id
        return [run.to_api() for run in self._runs.of_job(job_name) if run.first_id == first]

    def on_run_ended(self, listener: JobRunListener) -> None:
        """Call ``listener`` whenever a run has ended for good."""
        self._runs.on_run_ended(listener)

    def on_job_deleted(self, listener: Callable[[str], None]) -> None:
        """Call ``listener`` with the name of every job that is deleted."""
        self._deletion_listeners.append(listener)

    # Jobs

    def _create_job(self, request: Request) -> Response:
        job = definition.created(request, self._clock.now())
        with self._lock:
            if job.name in self._jobs:
                raise AlreadyExistsException(f"Job with name: {job.name} already exists.")
            self._tags.register(self._arn(job.name), request.get("Tags"))
            self._jobs[job.name] = job
        if job.command.name == "glueetl":
            # Who defines a job will run it: let Spark get ready meanwhile.
            self._launcher.warm_up()
        return {"Name": job.name}

    def _update_job(self, request: Request) -> Response:
        name = request["JobName"]
        with self._lock:
            job = self._known(name)
            self._jobs[name] = definition.updated(job, request["JobUpdate"], self._clock.now())
        return {"JobName": name}

    def _get_jobs(self, request: Request) -> Response:
        part = page(self._sorted(), request, largest=1000)
        return {"Jobs": [job.to_api() for job in part.items], **part.next_token()}

    def _batch_get_jobs(self, request: Request) -> Response:
        with self._lock:
            found = [self._jobs[name] for name in request["JobNames"] if name in self._jobs]
            missing = [name for name in request["JobNames"] if name not in self._jobs]
        return {"Jobs": [job.to_api() for job in found], "JobsNotFound": missing}

    def _list_jobs(self, request: Request) -> Response:
        wanted = request.get("Tags")
        names = [
            job.name for job in self._sorted() if self._tags.matches(self._arn(job.name), wanted)
        ]
        part = page(names, request, largest=1000)
        return {"JobNames": list(part.items), **part.next_token()}

    def _delete_job(self, request: Request) -> Response:
        """Delete a job. If it is not found, no exception is thrown."""
        name = request["JobName"]
        with self._lock:
            if self._jobs.pop(name, None) is not None:
                self._tags.forget(self._arn(name))
        self._runs.forget(name)
        for listener in self._deletion_listeners:
            listener(name)
        return {"JobName": name}

    # Runs

    def _start_job_run(self, request: Request) -> Response:
        job = self._job(request["JobName"])
        arguments = request.get("Arguments") or {}
        run = new_run(job, arguments, overrides_of(request), self._clock.now())
        if request.get("JobRunId"):
            previous = self._runs.get(job.name, request["JobRunId"])
            run = retry(run, previous, self._runs.of_job(job.name))
        return {"JobRunId": self._runs.start(run).id}

    def _get_job_run(self, request: Request) -> Response:
        self._job(request["JobName"])
        return {"JobRun": self.describe_run(request["JobName"], request["RunId"])}

    def _get_job_runs(self, request: Request) -> Response:
        self._job(request["JobName"])
        part = page(self._runs.of_job(request["JobName"]), request, largest=200)
        return {"JobRuns": [run.to_api() for run in part.items], **part.next_token()}

    def _batch_stop_job_run(self, request: Request) -> Response:
        name = request["JobName"]
        submitted: list[dict[str, str]] = []
        errors: list[dict[str, Any]] = []
        for run_id in request["JobRunIds"]:
            entry = {"JobName": name, "JobRunId": run_id}
            try:
                self._runs.stop(name, run_id)
                submitted.append(entry)
            except GlueError as error:
                detail = {"ErrorCode": error.code, "ErrorMessage": error.message}
                errors.append({**entry, "ErrorDetail": detail})
        return {"SuccessfulSubmissions": submitted, "Errors": errors}

    # Lookups

    def _arn(self, name: str) -> str:
        return self._site.arn("glue", f"job/{name}")

    def _job(self, name: str) -> JobDefinition:
        with self._lock:
            return self._known(name)

    def _known(self, name: str) -> JobDefinition:
        if name not in self._jobs:
            raise EntityNotFoundException(f"Entity Not Found: job {name}")
        return self._jobs[name]

    def _sorted(self) -> list[JobDefinition]:
        with self._lock:
            return sorted(self._jobs.values(), key=lambda job: job.name)
