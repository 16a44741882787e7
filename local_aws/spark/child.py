"""One operating-system process that will run one job, with its private folder."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

# What a job may import of ours: awsglue and the runner, and no other package of the repository.
JOB_LIBS = Path(__file__).parent.parent / "job_libs"
# What a process needs of the machine; everything else of the server's environment stays outside.
INHERITED = ("PATH", "LANG", "LC_ALL", "SSL_CERT_FILE", "LD_LIBRARY_PATH")


class Child:
    """A process that prepares itself and then waits for its job.

    ``jvm`` is the command of the JVM beside it, None for none. It leads a process group, and ends
    itself when this process does, because it then loses the pipe from it.
    """

    def __init__(
        self, private: Path, jvm: list[str] | None, environment: Mapping[str, str]
    ) -> None:
        self._private = private
        self._born = time.monotonic()
        (private / "tmp").mkdir()
        boot = private / "boot.json"
        boot.write_text(json.dumps({"jvm": jvm}))
        with (private / "stdout.log").open("ab") as out, (private / "stderr.log").open("ab") as err:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "job_runner", str(boot)],
                cwd=private,
                env={**environment, **self._base_environment()},
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )

    def hand_out(self, work_dir: Path, message: Mapping[str, Any]) -> None:
        """Give the process its job. Its output, from now on, lies in ``work_dir``."""
        for name in ("stdout.log", "stderr.log"):
            source = self._private / name
            try:
                source.rename(work_dir / name)
            except OSError:
                # Another file system: an open file cannot move there.
                (work_dir / name).symlink_to(source)
        spec = work_dir / "spec.json"
        base = self._base_environment()
        spec.write_text(json.dumps({**message, "environment": {**message["environment"], **base}}))
        # A process that died meanwhile is noticed by whoever waits for it.
        with contextlib.suppress(BrokenPipeError):
            assert self._process.stdin is not None  # noqa: S101 - for the type checker
            self._process.stdin.write(f"{spec}\n".encode())
            self._process.stdin.flush()

    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    def age(self) -> float:
        """Seconds since the process was started."""
        return time.monotonic() - self._born

    def wait(self) -> int:
        """Wait for the process to end, kill what it left behind, and return its exit code."""
        # Not reaped until its group is gone: the group's number cannot be another's by then.
        with contextlib.suppress(ChildProcessError):
            os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOWAIT)
        self.kill()
        return self._process.wait()

    def kill(self) -> None:
        """Kill the process and its JVM; Spark's Python workers end when the JVM does."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def remove(self) -> None:
        """Delete the private folder, once the process has ended."""
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        shutil.rmtree(self._private, ignore_errors=True)

    def discard(self) -> None:
        """Kill the process and delete its folder."""
        self.kill()
        self.wait()
        self.remove()

    def _base_environment(self) -> dict[str, str]:
        return {
            **{name: os.environ[name] for name in INHERITED if name in os.environ},
            "PYTHONPATH": str(JOB_LIBS),
            "PYTHONNOUSERSITE": "1",
            "PYTHONUNBUFFERED": "1",
            "PYSPARK_PYTHON": sys.executable,
            # Spares Spark the look-up of the machine's name and two warnings about it.
            "SPARK_LOCAL_IP": "127.0.0.1",
            "TZ": "UTC",
            "TMPDIR": str(self._private / "tmp"),
            # A person's ~/.aws must not reach the job: its profiles point at real accounts.
            "HOME": str(self._private),
            "AWS_EC2_METADATA_DISABLED": "true",
        }
