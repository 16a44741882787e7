"""One runtime process: a Python interpreter that runs the runtime interface client."""

import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from local_aws.lambda_runtime.memory import peak_mb, resident_mb
from local_aws.lambda_runtime.output import LogEvent, OutputReader
from local_aws.lambda_runtime.runtime_api import (
    Event,
    Exited,
    Invocation,
    Ready,
    Responded,
    RuntimeApi,
)
from local_aws.lambda_runtime.runtime_home import BOOTSTRAP
from local_aws.processes import kill_group

# The interpreter below the virtual environment: the same Python without its packages.
INTERPRETER = getattr(sys, "_base_executable", sys.executable)
_MEMORY_LOOK_SECONDS = 0.05


class RuntimeProcess:
    """A started process. Its events come one by one from ``next_event``.

    One that takes more memory than ``memory_mb``, its children included, is killed.
    """

    def __init__(
        self, home: Path, task_root: Path, environment: Mapping[str, str], memory_mb: int
    ) -> None:
        self.ran_out_of_memory = False
        self._memory_mb = memory_mb
        self._at_work = threading.Event()
        self._at_work.set()  # it begins with its init phase
        self._api = RuntimeApi()
        read_end, write_end = os.pipe()
        try:
            self._process = subprocess.Popen(
                [INTERPRETER, "-S", "-s", str(home / BOOTSTRAP)],
                cwd=task_root,
                env={
                    **environment,
                    "AWS_LAMBDA_RUNTIME_API": self._api.address,
                    # Log frames go where prints go, so that their order is kept.
                    "_LAMBDA_TELEMETRY_LOG_FD": "1",
                },
                stdin=subprocess.DEVNULL,
                stdout=write_end,
                stderr=write_end,
                process_group=0,
            )
        except OSError:
            os.close(read_end)
            self._api.close()
            raise
        finally:
            os.close(write_end)
        self._output = OutputReader(read_end)
        self._peak_mb = 0
        threading.Thread(target=self._report_exit, name="lambda-process", daemon=True).start()
        threading.Thread(target=self._limit_memory, name="lambda-memory", daemon=True).start()

    @property
    def is_alive(self) -> bool:
        """Whether it can take an invocation."""
        return self._process.poll() is None

    def submit(self, invocation: Invocation) -> None:
        """Hand over the next invocation."""
        self._at_work.set()
        self._api.submit(invocation)

    def next_event(self, deadline: float) -> Event | None:
        """Wait for an event until ``deadline`` (monotonic seconds); None when it is past."""
        try:
            event = self._api.events.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            return None
        if isinstance(event, Ready | Responded):
            self._at_work.clear()
        return event

    def take_output(self) -> list[LogEvent]:
        """Return and forget what it wrote so far."""
        return self._output.take()

    def peak_memory_mb(self) -> int:
        """Return the most memory the process ever held, as far as it could be seen."""
        self._peak_mb = max(self._peak_mb, peak_mb(self._process.pid))
        return self._peak_mb

    def finish(self) -> list[LogEvent]:
        """Kill it with its children; return what it wrote last.

        Lambda gives a runtime no chance to say goodbye either.
        """
        kill_group(self._process.pid)
        self._process.wait()
        self._api.close()
        events = self._output.take()
        self._output.close()
        return events

    def _report_exit(self) -> None:
        self._api.events.put(Exited(self._process.wait()))
        self._at_work.set()

    def _limit_memory(self) -> None:
        """Look at its memory while it works; an idle process takes none."""
        while self._at_work.wait() and self.is_alive:
            used = resident_mb(self._process.pid)
            self._peak_mb = max(self._peak_mb, used)
            if used > self._memory_mb:
                self.ran_out_of_memory = True
                kill_group(self._process.pid)
            time.sleep(_MEMORY_LOOK_SECONDS)
