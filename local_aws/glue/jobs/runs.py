"""The life of job runs: limits, queue, attempts, timeouts and ends.

https://docs.aws.amazon.com/glue/latest/dg/job-run-statuses.html
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from local_aws.glue.errors import (
    ConcurrentRunsExceededException,
    EntityNotFoundException,
    InvalidInputException,
)
from local_aws.glue.jobs import events
from local_aws.glue.jobs.execution import Execution, Workshop
from local_aws.glue.jobs.interface import JobRunListener
from local_aws.glue.jobs.run import JobRun
from local_aws.host.ports import Clock, EventSink, Timer
from local_aws.spark.process import JobResult

# https://docs.aws.amazon.com/glue/latest/dg/job-run-queuing.html
_LONGEST_WAIT = timedelta(days=15)
_WAITING = "Waiting for a run of the same job to end: its maximum of concurrent runs is reached."


@dataclass
class _Attempt:
    """A run on its way: who executes it, and why it is being ended, if it is."""

    execution: Execution
    timers: list[Timer] = field(default_factory=list)
    ending_as: str | None = None


class Runs:
    """All runs of one engine. Every method may be called from any thread.

    ``minute`` is how long a minute of the API lasts: tests shorten it.
    """

    def __init__(
        self, workshop: Workshop, clock: Clock, sink: EventSink, minute: timedelta
    ) -> None:
        self._workshop = workshop
        self._clock = clock
        self._events = sink
        self._minute = minute
        self._lock = threading.RLock()
        self._runs: dict[str, JobRun] = {}
        self._attempts: dict[str, _Attempt] = {}
        self._threads: set[threading.Thread] = set()
        self._listeners: list[JobRunListener] = []
        self._closed = False

    def on_run_ended(self, listener: JobRunListener) -> None:
        """Call ``listener`` whenever a run has ended for good."""
        self._listeners.append(listener)

    def start(self, run: JobRun) -> JobRun:
        """Take a new run in and begin it, or let it wait if it may.

        Raises ConcurrentRunsExceededException when its job has all the runs that it may have.
        """
        with self._lock:
            if self._full(run):
                if not run.queues:
                    raise ConcurrentRunsExceededException(
                        f"Concurrent runs exceeded for {run.job.name}"
                    )
                run = replace(run, state="WAITING", state_detail=_WAITING)
                self._runs[run.id] = run
                self._clock.call_at(run.started_on + _LONGEST_WAIT, lambda: self._expire(run.id))
                return run
            self._begin(run)
            return run

    def get(self, job_name: str, run_id: str) -> JobRun:
        """Return a run. Raises EntityNotFoundException."""
        with self._lock:
            run = self._runs.get(run_id)
        if run is None or run.job.name != job_name:
            raise EntityNotFoundException(f"JobRun {run_id} of job {job_name} is not found.")
        return run

    def of_job(self, job_name: str) -> list[JobRun]:
        """Return a job's runs, newest first."""
        with self._lock:
            return [run for run in reversed(self._runs.values()) if run.job.name == job_name]

    def stop(self, job_name: str, run_id: str, *, retries_too: bool = False) -> None:
        """Begin to stop a run, or with ``retries_too`` the retry that goes on in its place.

        Raises EntityNotFoundException, or InvalidInputException for a run that has ended or is
        being stopped.
        """
        with self._lock:
            run = self.get(job_name, run_id)
            if retries_too:
                run = next(other for other in self.of_job(job_name) if other.first_id == run_id)
            if run.state == "WAITING":
                ended: JobRun | None = self._put(self._ended(run, "STOPPED", None))
            elif run.state in {"STARTING", "RUNNING"}:
                ended = None
                self._put(run.moved("STOPPING", self._clock.now()))
                attempt = self._attempts[run.id]
                attempt.ending_as = "STOPPED"
            else:
                raise InvalidInputException(
                    f"JobRun {run.id} cannot be stopped: its state is {run.state}."
                )
        if ended is not None:
            self._announce(ended)
        else:
            attempt.execution.stop()

    def forget(self, job_name: str) -> None:
        """Drop the ended runs of a deleted job."""
        with self._lock:
            for run in self.of_job(job_name):
                if run.ended:
                    del self._runs[run.id]

    def close(self) -> None:
        """End every run. Nothing is announced any more."""
        with self._lock:
            self._closed = True
            attempts = list(self._attempts.values())
            threads = list(self._threads)
        for attempt in attempts:
            _cancel(attempt.timers)
            attempt.execution.stop()
        for thread in threads:
            thread.join(timeout=10)

    def _full(self, run: JobRun) -> bool:
        active = sum(1 for other in self.of_job(run.job.name) if other.active)
        return active >= run.job.max_concurrent_runs

    def _begin(self, run: JobRun) -> None:
        """Start an attempt's thread; the lock is held."""
        attempt = _Attempt(Execution(run, self._workshop))
        self._put(run)
        self._attempts[run.id] = attempt
        if run.notify_delay_after is not None:
            self._after(run.notify_delay_after, attempt, lambda: self._notify(run.id))
        thread = threading.Thread(
            target=self._perform, args=(run.id, attempt), name=run.id, daemon=True
        )
        self._threads.add(thread)
        thread.start()

    def _perform(self, run_id: str, attempt: _Attempt) -> None:
        result = attempt.execution.perform(lambda: self._running(run_id, attempt))
        try:
            self._finish(run_id, attempt, result)
        finally:
            with self._lock:
                self._threads.discard(threading.current_thread())

    def _running(self, run_id: str, attempt: _Attempt) -> None:
        with self._lock:
            run, now = self._runs[run_id], self._clock.now()
            # A run that is being stopped stays STOPPING, but has used resources from now on.
            state = "RUNNING" if run.state == "STARTING" else run.state
            self._put(run.moved(state, now, running_since=now))
            self._after(run.timeout, attempt, lambda: self._time_out(run_id, attempt))

    def _finish(self, run_id: str, attempt: _Attempt, result: JobResult) -> None:
        _cancel(attempt.timers)
        with self._lock:
            del self._attempts[run_id]
            state, message = _outcome(attempt, result)
            ended = self._put(self._ended(self._runs[run_id], state, message))
            if self._closed:
                return
            # Jobs that reach the timeout limit are not restarted:
            # https://docs.aws.amazon.com/glue/latest/dg/add-job.html
            retried = state == "FAILED" and ended.attempt < ended.job.max_retries
            if retried:
                self._begin(ended.retried(self._clock.now()))
            else:
                self._begin_waiting(ended.job.name)
        self._announce(ended, final=not retried)

    def _begin_waiting(self, job_name: str) -> None:
        for run in reversed(self.of_job(job_name)):
            if run.state == "WAITING" and not self._full(run):
                now = self._clock.now()
                self._begin(run.moved("STARTING", now, state_detail=None))

    def _expire(self, run_id: str) -> None:
        with self._lock:
            run = self._runs.get(run_id)
            if run is None or run.state != "WAITING" or self._closed:
                return
            ended = self._put(self._ended(run, "EXPIRED", None))
        self._announce(ended)

    def _time_out(self, run_id: str, attempt: _Attempt) -> None:
        with self._lock:
            if attempt.ending_as is not None or run_id not in self._attempts:
                return
            attempt.ending_as = "TIMEOUT"
        attempt.execution.stop()

    def _notify(self, run_id: str) -> None:
        with self._lock:
            run = self._runs[run_id]
        if run.active:
            self._events.put(events.RUN_STATUS, events.run_status(run))

    def _announce(self, run: JobRun, *, final: bool = True) -> None:
        detail = events.state_change(run)
        if detail is not None:
            self._events.put(events.STATE_CHANGE, detail)
        if final:
            for listener in self._listeners:
                listener(run.ending())

    def _ended(self, run: JobRun, state: str, message: str | None) -> JobRun:
        now = self._clock.now()
        return run.moved(state, now, completed_on=now, error_message=message, state_detail=None)

    def _put(self, run: JobRun) -> JobRun:
        self._runs[run.id] = run
        return run

    def _after(self, minutes: int, attempt: _Attempt, callback: Callable[[], None]) -> None:
        attempt.timers.append(
            self._clock.call_at(self._clock.now() + minutes * self._minute, callback)
        )


def _outcome(attempt: _Attempt, result: JobResult) -> tuple[str, str | None]:
    if result.succeeded:
        return "SUCCEEDED", None
    if attempt.ending_as == "TIMEOUT":
        return "TIMEOUT", "Job run timed out"
    if attempt.ending_as == "STOPPED":
        return "STOPPED", None
    return "FAILED", result.error_message or "The job's process ended without saying why."


def _cancel(timers: list[Timer]) -> None:
    for timer in timers:
        timer.cancel()
