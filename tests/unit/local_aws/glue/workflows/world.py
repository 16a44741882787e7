"""A world in memory for triggers and workflows: time, jobs and crawlers that a test drives."""

import heapq
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from local_aws.glue import constraints
from local_aws.glue.crawlers.interface import CrawlEnded, CrawlListener
from local_aws.glue.crawlers.interface import WorkflowRunRef as CrawlRunRef
from local_aws.glue.errors import (
    ConcurrentRunsExceededException,
    CrawlerRunningException,
    EntityNotFoundException,
)
from local_aws.glue.jobs.interface import JobRunEnded, JobRunListener, RunOverrides, WorkflowRunRef
from local_aws.glue.tags import Tags
from local_aws.glue.workflows.component import Workflows
from local_aws.host.ports import Site

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@dataclass(order=True)
class Alarm:
    when: datetime
    number: int
    callback: Callable[[], None] = field(compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        self.cancelled = True


class FakeClock:
    """Time that stands still until ``advance``."""

    def __init__(self) -> None:
        self._now = START
        self._alarms: list[Alarm] = []
        self._numbers = itertools.count()

    def now(self) -> datetime:
        return self._now

    def call_at(self, when: datetime, callback: Callable[[], None]) -> Alarm:
        alarm = Alarm(when, next(self._numbers), callback)
        heapq.heappush(self._alarms, alarm)
        return alarm

    def advance(self, **duration: float) -> None:
        end = self._now + timedelta(**duration)
        while self._alarms and self._alarms[0].when <= end:
            alarm = heapq.heappop(self._alarms)
            self._now = max(self._now, alarm.when)
            if not alarm.cancelled:
                alarm.callback()
        self._now = end

    def pending(self) -> int:
        return sum(not alarm.cancelled for alarm in self._alarms)


@dataclass
class Started:
    """A job run or a crawl that was started."""

    name: str
    run_id: str
    trigger: str | None
    workflow_run_id: str | None
    started_on: datetime
    workflow_name: str | None = None
    arguments: Mapping[str, str] = field(default_factory=dict)
    overrides: RunOverrides | None = None
    state: str = "RUNNING"
    stop_asked: bool = False


class FakeJobs:
    def __init__(self, clock: FakeClock, names: tuple[str, ...]) -> None:
        self.names = set(names)
        self.started: list[Started] = []
        self.refused: set[str] = set()
        self.fail_at_once: set[str] = set()
        self._clock = clock
        self._listeners: list[JobRunListener] = []

    def exists(self, job_name: str) -> bool:
        return job_name in self.names

    def start(
        self,
        job_name: str,
        arguments: Mapping[str, str] | None = None,
        *,
        trigger_name: str | None = None,
        workflow: WorkflowRunRef | None = None,
        overrides: RunOverrides | None = None,
    ) -> str:
        if job_name in self.refused:
            raise ConcurrentRunsExceededException(f"Concurrent runs exceeded for {job_name}")
        run = Started(
            job_name,
            f"jr_{len(self.started)}",
            trigger_name,
            workflow.run_id if workflow else None,
            self._clock.now(),
            workflow.name if workflow else None,
            dict(arguments or {}),
            overrides,
        )
        self.started.append(run)
        if job_name in self.fail_at_once:
            self.end(job_name, "FAILED")
        return run.run_id

    def stop(self, job_name: str, run_id: str) -> None:
        self._find(run_id).stop_asked = True

    def describe_attempts(self, job_name: str, run_id: str) -> list[dict[str, Any]]:
        run = self._find(run_id)
        return [
            {
                "Id": run_id,
                "JobName": job_name,
                "JobRunState": run.state,
                "StartedOn": run.started_on,
            }
        ]

    def on_run_ended(self, listener: JobRunListener) -> None:
        self._listeners.append(listener)

    def end(self, job_name: str, state: str = "SUCCEEDED") -> None:
        """End the running run of a job that started first."""
        run = next(one for one in self.started if one.name == job_name and one.state == "RUNNING")
        run.state = state
        ended = JobRunEnded(
            job_name=job_name,
            run_id=run.run_id,
            attempt_id=run.run_id,
            state=state,
            trigger_name=run.trigger,
            workflow_name=run.workflow_name,
            workflow_run_id=run.workflow_run_id,
            error_message=None,
        )
        for listener in self._listeners:
            listener(ended)

    def names_started(self) -> list[str]:
        return [run.name for run in self.started]

    def _find(self, run_id: str) -> Started:
        for run in self.started:
            if run.run_id == run_id:
                return run
        raise EntityNotFoundException(run_id)


class FakeCrawlers:
    def __init__(self, clock: FakeClock, names: tuple[str, ...]) -> None:
        self.names = set(names)
        self.started: list[Started] = []
        self._clock = clock
        self._listeners: list[CrawlListener] = []

    def exists(self, name: str) -> bool:
        return name in self.names

    def start(
        self, name: str, *, trigger_name: str | None = None, workflow: CrawlRunRef | None = None
    ) -> str:
        if any(crawl.name == name and crawl.state == "RUNNING" for crawl in self.started):
            raise CrawlerRunningException(f"Crawler with name {name} has already started")
        crawl_id = f"crawl_{len(self.started)}"
        run_id = workflow.run_id if workflow else None
        self.started.append(Started(name, crawl_id, trigger_name, run_id, self._clock.now()))
        return crawl_id

    def stop(self, name: str) -> None:
        next(crawl for crawl in self.started if crawl.state == "RUNNING").stop_asked = True

    def describe_crawl(self, crawl_id: str) -> dict[str, Any]:
        crawl = next(crawl for crawl in self.started if crawl.run_id == crawl_id)
        return {"State": crawl.state, "StartedOn": crawl.started_on}

    def on_crawl_ended(self, listener: CrawlListener) -> None:
        self._listeners.append(listener)

    def end(self, name: str, state: Any = "SUCCEEDED") -> None:
        crawl = next(one for one in self.started if one.name == name and one.state == "RUNNING")
        crawl.state = state
        for listener in self._listeners:
            listener(
                CrawlEnded(name, crawl.run_id, state, None, crawl.trigger, crawl.workflow_run_id)
            )


class World:
    """The component under test among fakes; ``call`` checks requests as the engine does."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.jobs = FakeJobs(self.clock, ("a", "b", "c", "d", "e"))
        self.crawlers = FakeCrawlers(self.clock, ("crawl-1", "crawl-2", "crawl-3"))
        self.tags = Tags()
        site = Site("000000000000", "eu-west-1", "http://localhost:4566")
        self.workflows = Workflows(site, self.clock, self.tags, self.jobs, self.crawlers)

    def call(self, operation: str, **request: Any) -> dict[str, Any]:
        constraints.check(operation, request)
        return self.workflows.operations()[operation](request)

    def trigger(self, name: str, kind: str, *actions: str, **more: Any) -> None:
        """Create a trigger that starts jobs, active if it can be."""
        active = kind in ("SCHEDULED", "CONDITIONAL")
        request = {"StartOnCreation": active, "Actions": [action(name) for name in actions]} | more
        self.call("CreateTrigger", Name=name, Type=kind, **request)

    def workflow(self, name: str = "flow", **more: Any) -> None:
        self.call("CreateWorkflow", Name=name, **more)

    def run(self, run_id: str, name: str = "flow") -> dict[str, Any]:
        return self.call("GetWorkflowRun", Name=name, RunId=run_id, IncludeGraph=True)["Run"]

    def start(self, name: str = "flow", **more: Any) -> str:
        return self.call("StartWorkflowRun", Name=name, **more)["RunId"]


def action(name: str) -> dict[str, Any]:
    return {"CrawlerName": name} if name.startswith("crawl-") else {"JobName": name}


def when(logical: str = "AND", **states: str) -> dict[str, Any]:
    """Return a predicate: ``when("ANY", a="SUCCEEDED", crawl_1="FAILED")``."""
    conditions = [condition(name.replace("_", "-"), state) for name, state in states.items()]
    return {"Logical": logical, "Conditions": conditions}


def condition(name: str, state: str) -> dict[str, Any]:
    member = "CrawlState" if name.startswith("crawl-") else "State"
    return {"LogicalOperator": "EQUALS", **action(name), member: state}


def node(run: dict[str, Any], name: str) -> dict[str, Any]:
    return next(node for node in run["Graph"]["Nodes"] if node["Name"] == name)
