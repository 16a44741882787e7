"""One attempt of a job on its way: fetch the files, run the script, follow its output."""

import logging
import shutil
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from local_aws.glue.jobs.arguments import Provision, UnsupportedArgument, command_line, provision
from local_aws.glue.jobs.interface import engine_path
from local_aws.glue.jobs.logs import LogTail
from local_aws.glue.jobs.ports import Launcher, Process, Roles, Storage, StorageError
from local_aws.glue.jobs.run import JobRun
from local_aws.host.ports import LogSink, Site
from local_aws.spark.process import WORKING_FOLDER, JobResult, JobSpec

LOG = logging.getLogger(__name__)
_LOG_INTERVAL = 0.5
type _Kind = Literal["glueetl", "pythonshell", "gluestreaming"]
_KINDS: Mapping[str, _Kind] = {
    "glueetl": "glueetl",
    "pythonshell": "pythonshell",
    "gluestreaming": "gluestreaming",
}


@dataclass(frozen=True)
class Workshop:
    """What every execution of an engine shares.

    ``runs_dir`` is where each run gets a folder while it lasts; ``environment`` is the part of a
    job's environment that does not depend on the run (``PATH`` and the like).
    """

    site: Site
    launcher: Launcher
    storage: Storage
    roles: Roles
    logs: LogSink
    runs_dir: Path
    environment: Mapping[str, str]


class Execution:
    """Performs one attempt, once, and may be stopped from another thread at any moment."""

    def __init__(self, run: JobRun, workshop: Workshop) -> None:
        self._run = run
        self._workshop = workshop
        self._work_dir = workshop.runs_dir / run.id
        self._lock = threading.Lock()
        self._process: Process | None = None
        self._stopped = False

    def perform(self, on_running: Callable[[], None]) -> JobResult:
        """Run the script to its end; ``on_running`` is called when it begins."""
        try:
            self._work_dir.mkdir(parents=True)
            spec = self._prepare(provision(self._run))
            with self._lock:
                if self._stopped:
                    return _STOPPED
                self._process = process = self._workshop.launcher.start(spec)
            on_running()
            return self._follow(process)
        except (StorageError, UnsupportedArgument) as error:
            return JobResult(False, f"LAUNCH ERROR | {error}")
        except Exception as error:
            # The run must end whatever goes wrong here, and say what did.
            LOG.exception("job run %s could not be executed", self._run.id)
            return JobResult(False, f"LAUNCH ERROR | {type(error).__name__}: {error}")
        finally:
            shutil.rmtree(self._work_dir, ignore_errors=True)

    def stop(self) -> None:
        """End the attempt; ``perform`` then returns soon."""
        with self._lock:
            self._stopped = True
            process = self._process
        if process is not None:
            process.stop()

    def _prepare(self, needs: Provision) -> JobSpec:
        command = self._run.job.command.name
        if command not in _KINDS:
            raise UnsupportedArgument(
                f"Job Command {command} is not supported by the local AWS; "
                f"it runs {', '.join(_KINDS)}."
            )
        for uri in needs.files:
            # The service puts these into the script's working directory.
            self._fetch(uri, self._work_dir / WORKING_FOLDER)
        return JobSpec(
            kind=_KINDS[command],
            script=self._fetch(needs.script, self._work_dir),
            argv=command_line(self._run),
            py_files=self._fetch_all(needs.py_files, "extra_py_files"),
            jars=self._fetch_all(needs.jars, "extra_jars"),
            work_dir=self._work_dir,
            environment=self._environment(),
            spark_conf=needs.spark_conf,
            python_modules=needs.python_modules,
            glue_catalog=needs.glue_catalog,
            datalake_formats=needs.datalake_formats,
        )

    def _fetch_all(self, uris: tuple[str, ...], folder: str) -> tuple[Path, ...]:
        return tuple(self._fetch(uri, self._work_dir / folder) for uri in uris)

    def _fetch(self, uri: str, folder: Path) -> Path:
        folder.mkdir(exist_ok=True)
        target = folder / PurePosixPath(uri).name
        self._workshop.storage.download(uri, target)
        return target

    def _environment(self) -> dict[str, str]:
        site = self._workshop.site
        return {
            **self._workshop.environment,
            "AWS_ENDPOINT_URL": site.endpoint_url,
            "AWS_REGION": site.region,
            "AWS_DEFAULT_REGION": site.region,
            # A run has its role's rights, so its calls are made in the role's name:
            # https://docs.aws.amazon.com/glue/latest/dg/create-an-iam-role.html
            **self._workshop.roles.credentials(self._run.job.role, "GlueJobRunnerSession"),
            # For awsglue alone: AWS publishes no operations for what it asks there.
            "LOCAL_AWS_GLUE_URL": site.endpoint_url + engine_path(site.account_id, site.region),
            "JOB_NAME": self._run.job.name,
            "JOB_RUN_ID": self._run.id,
        }

    def _follow(self, process: Process) -> JobResult:
        tails = self._tails(process)
        result = process.wait(_LOG_INTERVAL)
        while result is None:
            for tail in tails:
                tail.pump()
            result = process.wait(_LOG_INTERVAL)
        for tail in tails:
            tail.pump(last=True)
        return result

    def _tails(self, process: Process) -> tuple[LogTail, ...]:
        """Return the tails of both outputs.

        Their groups and streams can be renamed by arguments (from Glue 5.0 on):
        https://docs.aws.amazon.com/glue/latest/dg/monitor-continuous-logging-enable.html
        """
        arguments = self._run.effective_arguments()
        prefix = arguments.get("--custom-logGroup-prefix", self._run.log_group)
        stream = self._run.id
        if "--custom-logStream-prefix" in arguments:
            stream = f"{arguments['--custom-logStream-prefix']}-{stream}"
        return (
            LogTail(process.stdout, self._workshop.logs, f"{prefix}/output", stream),
            LogTail(process.stderr, self._workshop.logs, f"{prefix}/error", stream),
        )


_STOPPED = JobResult(False, "Job run stopped")
