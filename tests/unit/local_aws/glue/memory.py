"""The Glue model's surroundings in memory, driven by the test."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from local_aws.glue.engine import Engine, Surroundings
from local_aws.glue.jobs.ports import StorageError
from local_aws.host.ports import Site
from local_aws.spark.process import JobResult, JobSpec
from tests.wait import wait_until

SITE = Site("123456789012", "eu-central-1", "http://localhost:1")
START = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@dataclass
class FakeCall:
    when: datetime
    callback: Callable[[], None]
    cancelled: bool = False

    def cancel(self) -> None:
        self.cancelled = True


@dataclass
class FakeClock:
    """Stands still until the test moves it."""

    present: datetime = START
    calls: list[FakeCall] = field(default_factory=list)

    def now(self) -> datetime:
        return self.present

    def call_at(self, when: datetime, callback: Callable[[], None]) -> FakeCall:
        call = FakeCall(when, callback)
        self.calls.append(call)
        return call

    def advance(self, by: timedelta) -> None:
        until = self.present + by
        while due := [call for call in self.calls if call.when <= until]:
            call = min(due, key=lambda call: call.when)
            self.calls.remove(call)
            self.present = max(self.present, call.when)
            if not call.cancelled:
                call.callback()
        self.present = until


@dataclass
class FakeEvents:
    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def put(
        self, detail_type: str, detail: Mapping[str, Any], resources: Sequence[str] = ()
    ) -> None:
        self.events.append((detail_type, dict(detail)))


@dataclass
class FakeLogs:
    lines: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def write(self, group: str, stream: str, messages: Sequence[str]) -> None:
        self.lines.setdefault((group, stream), []).extend(messages)


@dataclass
class FakeStorage:
    """S3 with these objects, by URI."""

    objects: dict[str, bytes] = field(default_factory=dict)

    def download(self, uri: str, target: Path) -> None:
        if uri not in self.objects:
            raise StorageError(f"Failed to download {uri}: not found")
        target.write_bytes(self.objects[uri])


class FakeProcess:
    """Runs until the test ends it."""

    def __init__(self, spec: JobSpec) -> None:
        self.spec = spec
        self.stdout = spec.work_dir / "stdout.log"
        self.stderr = spec.work_dir / "stderr.log"
        self.stopped = False
        self._result: JobResult | None = None
        self._ended = threading.Event()

    def wait(self, timeout: float | None) -> JobResult | None:
        self._ended.wait(timeout)
        return self._result

    def stop(self) -> None:
        self.stopped = True
        self.end(JobResult(False, "The job run was stopped"))

    def end(self, result: JobResult) -> None:
        self._result = self._result or result
        self._ended.set()

    def succeed(self) -> None:
        self.end(JobResult(True, None))

    def fail(self, message: str) -> None:
        self.end(JobResult(False, message))


@dataclass
class FakeLauncher:
    processes: list[FakeProcess] = field(default_factory=list)

    def warm_up(self) -> None:
        """Nothing to warm."""

    def start(self, spec: JobSpec) -> FakeProcess:
        process = FakeProcess(spec)
        self.processes.append(process)
        return process

    def process(self, index: int) -> FakeProcess:
        """Return the process of the run that was started as number ``index``."""
        wait_until(lambda: len(self.processes) > index, 30, f"process {index}")
        return self.processes[index]

    def of(self, run_id: str) -> FakeProcess:
        """Return the process of a run."""

        def found() -> FakeProcess | None:
            for process in self.processes:
                if process.spec.environment["JOB_RUN_ID"] == run_id:
                    return process
            return None

        process = wait_until(found, 30, f"the process of {run_id}")
        assert process is not None
        return process


class FakeRoles:
    """Every role may be taken on; its name is in the credentials."""

    def credentials(self, role: str, session: str) -> Mapping[str, str]:
        return {"AWS_ACCESS_KEY_ID": role, "AWS_SESSION_TOKEN": session}


class NoClients:
    """The jobs' tests crawl nothing."""

    def client(self, service: str) -> Any:
        raise AssertionError(f"nothing here should call {service}")


class World:
    """An engine in memory, and everything around it."""

    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock()
        self.bus = FakeEvents()
        self.logs = FakeLogs()
        self.storage = FakeStorage({"s3://code/job.py": b"pass"})
        self.launcher = FakeLauncher()
        self.engine = Engine(
            SITE,
            Surroundings(
                clock=self.clock,
                events=self.bus,
                logs=self.logs,
                storage=self.storage,
                roles=FakeRoles(),
                launcher=self.launcher,
                clients=NoClients(),
                runs_dir=folder / "runs",
                environment={"PATH": "/bin"},
            ),
        )

    def call(self, operation: str, **request: Any) -> dict[str, Any]:
        return self.engine.handle(operation, request)

    def create_job(self, name: str = "job", **members: Any) -> None:
        command = {"Name": "glueetl", "ScriptLocation": "s3://code/job.py"}
        defaults = {"Role": "role", "Command": command, "GlueVersion": "5.1"}
        self.call("CreateJob", Name=name, **{**defaults, **members})

    def start(self, job: str = "job", **members: Any) -> str:
        return self.call("StartJobRun", JobName=job, **members)["JobRunId"]

    def run(self, run_id: str, job: str = "job") -> dict[str, Any]:
        return self.call("GetJobRun", JobName=job, RunId=run_id)["JobRun"]

    def wait_for(self, run_id: str, state: str, job: str = "job") -> dict[str, Any]:
        def reached() -> dict[str, Any] | None:
            run = self.run(run_id, job)
            return run if run["JobRunState"] == state else None

        return wait_until(reached, 30, lambda: f"{state} of {self.run(run_id, job)}")
