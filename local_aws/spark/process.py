"""Processes that run Glue scripts: one per run, the next one kept warm.

A process is Python with PySpark imported and, for Spark jobs, a JVM beside it; no SparkContext, so
that a script makes its own. A *spare* is such a process that waits for its job. Each runs one job
and ends, so nothing leaks from one run to the next. All of them end with the server: they hold a
pipe from it and kill themselves when it closes.
"""

import json
import logging
import shutil
import tempfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from . import conf
from .child import Child
from .errors import PoolClosedError, SparkError
from .jvm import JvmCommand
from .settings import SparkSettings

LOG = logging.getLogger(__name__)

CLOSE_SECONDS = 10.0
# The script's working directory, within the run's folder: a job's own files cannot meet ours there.
WORKING_FOLDER = "cwd"


@dataclass(frozen=True)
class JobSpec:
    """One run of a script.

    All paths are local copies. ``argv`` is ``sys.argv[1:]``; ``work_dir`` is private to the run and
    exists, and gets stdout.log, stderr.log, spec.json and result.json; the script runs in its
    folder ``cwd``, where ``--extra-files`` belong. ``environment`` is complete with
    ``AWS_ENDPOINT_URL`` and credentials; ``spark_conf`` comes from ``--conf``; ``python_modules``
    are the requirements of ``--additional-python-modules``, which must be installed already.
    ``glue_catalog`` is whether Spark's own tables are those of the Glue Data Catalog;
    ``datalake_formats`` are keys of ``jars.DATALAKE_FORMATS``.
    """

    kind: Literal["glueetl", "pythonshell", "gluestreaming"]
    script: Path
    argv: tuple[str, ...]
    py_files: tuple[Path, ...]
    jars: tuple[Path, ...]
    work_dir: Path
    environment: Mapping[str, str]
    spark_conf: Mapping[str, str]
    python_modules: tuple[str, ...]
    glue_catalog: bool = False
    datalake_formats: tuple[str, ...] = ()

    @property
    def uses_spark(self) -> bool:
        """Whether the job gets a JVM."""
        return self.kind != "pythonshell"

    @property
    def needs_own_jvm(self) -> bool:
        """Whether the job asks for what a JVM that already runs cannot give."""
        more_jars = bool(self.jars or self.datalake_formats)
        return more_jars or not conf.JVM_ONLY.isdisjoint(self.spark_conf)

    def message(self, warehouse: Path) -> dict[str, Any]:
        """Return what the runner (``job_libs/job_runner``) reads, ready for JSON.

        ``warehouse`` is the folder for tables of the Glue catalog that do not say where they lie.
        """
        name = self.environment.get("JOB_NAME") or self.script.stem
        return {
            "script": str(self.script),
            "argv": list(self.argv),
            "py_files": [str(path) for path in self.py_files],
            "work_dir": str(self.work_dir),
            "cwd": str(self.work_dir / WORKING_FOLDER),
            "environment": dict(self.environment),
            "python_modules": list(self.python_modules),
            "properties": conf.run_properties(
                name,
                self.environment,
                {
                    **(conf.catalog_properties(warehouse) if self.glue_catalog else {}),
                    **self.spark_conf,
                },
            )
            if self.uses_spark
            else {},
            "glue_catalog": self.uses_spark and self.glue_catalog,
        }


@dataclass(frozen=True)
class JobResult:
    """How a run ended. ``error_message`` is in Glue's form, such as ``ValueError: no rows``."""

    succeeded: bool
    error_message: str | None


class JobProcess:
    """A run under way. ``stdout`` and ``stderr`` are files that grow."""

    def __init__(self, child: Child, spec: JobSpec, on_end: Callable[["JobProcess"], None]) -> None:
        self.stdout = spec.work_dir / "stdout.log"
        self.stderr = spec.work_dir / "stderr.log"
        self.uses_spark = spec.uses_spark
        self._child = child
        self._work_dir = spec.work_dir
        self._stopped = False
        self._result: JobResult | None = None
        self._ended = threading.Event()
        self._on_end = on_end
        threading.Thread(target=self._watch, name="glue-job", daemon=True).start()

    def wait(self, timeout: float | None) -> JobResult | None:
        """Wait up to ``timeout`` seconds, or for ever; None when the time is up."""
        self._ended.wait(timeout)
        return self._result

    def stop(self) -> None:
        """Kill the script, its JVM and its workers. Does nothing to a run that has ended."""
        if not self._ended.is_set():
            self._stopped = True
            self._child.kill()

    def _watch(self) -> None:
        code = self._child.wait()
        self._result = self._read_result(code)
        self._child.remove()
        self._ended.set()
        self._on_end(self)

    def _read_result(self, code: int) -> JobResult:
        try:
            written = json.loads((self._work_dir / "result.json").read_text())
            return JobResult(written["succeeded"], written["error_message"])
        except (OSError, ValueError):
            # os._exit, a signal from outside, the kernel short of memory: no word from the script.
            if self._stopped:
                return JobResult(succeeded=False, error_message="The job run was stopped")
            status = code if code >= 0 else 128 - code
            return JobResult(False, f"Command failed with exit code {status}")


class JobPool:
    """Starts job processes and keeps one warm. One per server."""

    def __init__(self, settings: SparkSettings) -> None:
        self._settings = settings
        self._jvm = JvmCommand(settings)
        self._lock = threading.Lock()
        self._spare: Child | None = None
        self._warming = False
        self._running: set[JobProcess] = set()
        self._timers: set[threading.Timer] = set()
        self._closed = False
        settings.directory.mkdir(parents=True, exist_ok=True)

    @property
    def spares(self) -> int:
        """How many processes wait for a job: 1 or 0."""
        with self._lock:
            return 0 if self._spare is None else 1

    def warm_up(self) -> None:
        """Start a spare in the background, unless there is one. Returns at once."""
        with self._lock:
            if self._closed or self._warming or self._spare or not self._settings.warm:
                return
            self._warming = True
        threading.Thread(target=self._start_spare, name="glue-spare", daemon=True).start()

    def start(self, spec: JobSpec) -> JobProcess:
        """Run ``spec`` in a process of its own.

        Raises SparkError, whose text says what to do, when there is no Java or no jars; it may
        take seconds the first time, while jars are downloaded.
        """
        child = self._take_spare() if spec.uses_spark and not spec.needs_own_jvm else None
        if child is None:
            child = self._launch(spec)
        child.hand_out(spec.work_dir, spec.message(self._settings.directory / "warehouse"))
        with self._lock:
            closed = self._closed
            if not closed:
                job = JobProcess(child, spec, self._job_ended)
                self._running.add(job)
        if closed:
            child.discard()
            raise PoolClosedError("The local AWS is stopping.")
        if spec.uses_spark:
            self._later(self._settings.replenish_seconds, self.warm_up)
        return job

    def close(self) -> None:
        """Kill everything and wait until it is gone."""
        with self._lock:
            self._closed = True
            spare, self._spare = self._spare, None
            jobs = list(self._running)
            timers = list(self._timers)
        for timer in timers:
            timer.cancel()
        if spare:
            spare.discard()
        for job in jobs:
            job.stop()
        for job in jobs:
            job.wait(CLOSE_SECONDS)

    def _launch(self, spec: JobSpec | None = None) -> Child:
        private = Path(tempfile.mkdtemp(dir=self._settings.directory, prefix="job-"))
        try:
            command: list[str] | None = None
            if spec is None:
                command = self._jvm.build(private)
            elif spec.uses_spark:
                more = (*self._jvm.datalake_jars(spec.datalake_formats), *spec.jars)
                command = self._jvm.build(private, more, dict(spec.spark_conf))
            return Child(private, command, spec.environment if spec else {})
        except BaseException:
            shutil.rmtree(private, ignore_errors=True)
            raise

    def _start_spare(self) -> None:
        child: Child | None = None
        try:
            child = self._launch()
        except SparkError as error:
            # The job that comes next meets the same and tells the person who waits for it.
            LOG.warning("no Spark process could be prepared: %s", error)
        with self._lock:
            self._warming = False
            if child and not self._closed:
                self._spare, child = child, None
        if child:
            child.discard()
        else:
            self._later(self._settings.idle_seconds, self._drop_spare)

    def _take_spare(self) -> Child | None:
        with self._lock:
            spare, self._spare = self._spare, None
        if spare and not spare.alive():
            spare.discard()
            return None
        return spare

    def _drop_spare(self) -> None:
        with self._lock:
            spare = self._spare
            if spare is None or spare.age() < self._settings.idle_seconds:
                return
            self._spare = None
        spare.discard()

    def _job_ended(self, job: JobProcess) -> None:
        with self._lock:
            self._running.discard(job)
            idle = not self._running
        if idle and job.uses_spark:
            self.warm_up()

    def _later(self, seconds: float, call: Callable[[], None]) -> None:
        def run() -> None:
            with self._lock:
                self._timers.discard(timer)
            call()

        timer = threading.Timer(seconds, run)
        timer.daemon = True
        with self._lock:
            if self._closed:
                return
            self._timers.add(timer)
        timer.start()
