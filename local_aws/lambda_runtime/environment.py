"""An execution environment and its life: init, invoke, reset after a failure, shutdown.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
"""

import os
import shutil
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local_aws.lambda_runtime import report
from local_aws.lambda_runtime.output import LogEvent
from local_aws.lambda_runtime.process import RuntimeProcess
from local_aws.lambda_runtime.report import Failure
from local_aws.lambda_runtime.runtime_api import (
    Event,
    Exited,
    InitFailed,
    Invocation,
    Ready,
    Responded,
)

# "The Init phase is limited to 10 seconds. If … not complete within 10 seconds, Lambda retries the
# Init phase at the time of the first function invocation with the configured function timeout."
INIT_SECONDS = 10.0


@dataclass(frozen=True)
class Function:
    """What an environment executes. ``layers`` is the folder that stands for ``/opt``.

    ``environment`` is complete but for what depends on folders. ``timeout`` is in seconds.
    """

    version: str
    runtime: str
    timeout: float
    memory_mb: int
    task_root: Path
    layers: Path | None
    environment: Mapping[str, str]


@dataclass(frozen=True)
class Request:
    """One invocation as it comes from the service."""

    request_id: str
    function_arn: str
    payload: bytes
    trace_id: str


@dataclass(frozen=True)
class Outcome:
    """What an invocation answered and logged."""

    payload: bytes
    is_error: bool
    events: tuple[LogEvent, ...]


class Environment:
    """One environment: one process at a time, one invocation at a time, one ``/tmp``.

    ``home`` stands for ``/var/runtime``; ``folder`` is private to the environment.
    """

    def __init__(
        self, function: Function, home: Path, folder: Path, init_seconds: float = INIT_SECONDS
    ) -> None:
        self._init_seconds = init_seconds
        self._function = function
        self._home = home
        self._folder = folder
        self._process: RuntimeProcess | None = None
        self._init_ms: float | None = None
        self._init_events: list[LogEvent] = []
        self._lock = threading.Lock()
        self._busy = False
        self._stopped = False

    def start(self) -> None:
        """Run the init phase. A failure is kept for the first invocation, which tries again."""
        began = time.monotonic()
        process = self._launch()
        event = process.next_event(began + self._init_seconds)
        milliseconds = (time.monotonic() - began) * 1000
        if isinstance(event, Ready):
            self._init_events = process.take_output()
            self._init_ms = milliseconds
            return
        failure = _failure(event, process, "", self._init_seconds)
        line = report.init_report_line(milliseconds, failure)
        self._init_events = [*self._discard_process(), LogEvent.now(line)]

    def invoke(self, request: Request) -> Outcome:
        """Run one invocation to its end, in time or not."""
        with self._lock:
            self._busy = True
        try:
            return self._invoke(request)
        finally:
            with self._lock:
                self._busy = False
                retire = self._stopped
            if retire:
                self._end()

    def stop(self) -> None:
        """End the environment; one that is busy ends after its invocation, as on AWS."""
        with self._lock:
            self._stopped = True
            if self._busy:
                return
        self._end()

    def _invoke(self, request: Request) -> Outcome:
        events, self._init_events = self._init_events, []
        events.append(LogEvent.now(report.start_line(request.request_id, self._function.version)))
        began = time.monotonic()
        process = self._usable_process()
        response = self._await_response(process, request, began + self._function.timeout)
        duration = (time.monotonic() - began) * 1000
        memory = process.peak_memory_mb()
        if isinstance(response, Responded):
            events += process.take_output()
            lines = self._closing_lines(request, duration, memory, None)
        else:
            # Whoever timed out or crashed is not trusted with the next event.
            events += self._discard_process()
            lines = self._closing_lines(request, duration, memory, response)
        events += map(LogEvent.now, lines)
        is_error = isinstance(response, Failure) or response.is_error
        return Outcome(response.payload, is_error, tuple(events))

    def _usable_process(self) -> RuntimeProcess:
        """Return the process, a new one if it ended: ``/tmp`` stays, the rest begins anew."""
        if self._process and self._process.is_alive:
            return self._process
        self._discard_process()
        return self._launch()

    def _await_response(
        self, process: RuntimeProcess, request: Request, deadline: float
    ) -> Responded | Failure:
        process.submit(_invocation(request, deadline))
        while True:
            event = process.next_event(deadline)
            if isinstance(event, Responded) and event.request_id == request.request_id:
                return event
            if event is None or isinstance(event, InitFailed | Exited):
                return _failure(event, process, request.request_id, self._function.timeout)
            # Otherwise it became ready after its init or after the invocation before.

    def _closing_lines(
        self, request: Request, duration_ms: float, memory_mb: int, failure: Failure | None
    ) -> list[str]:
        init_ms, self._init_ms = self._init_ms, None
        figures = report.Report(
            request_id=request.request_id,
            duration_ms=duration_ms,
            memory_size_mb=self._function.memory_mb,
            memory_used_mb=memory_mb,
            init_ms=init_ms,
            failure=failure,
        )
        said = failure.log_lines if failure else ()
        return [*said, report.end_line(request.request_id), figures.line()]

    def _launch(self) -> RuntimeProcess:
        scratch = self._folder / "tmp"
        scratch.mkdir(parents=True, exist_ok=True)
        function = self._function
        self._process = RuntimeProcess(
            self._home,
            function.task_root,
            {
                # As on AWS, where a function's own value replaces it.
                "PYTHONPATH": str(self._home),
                **function.environment,
                "LAMBDA_TASK_ROOT": str(function.task_root),
                "LAMBDA_RUNTIME_DIR": str(self._home),
                # Two functions must not meet in /tmp. Python's tempfile goes by this.
                "TMPDIR": str(scratch),
                "HOME": str(scratch),
                "_LOCAL_AWS_LAYER_PATHS": _layer_paths(function),
            },
            function.memory_mb,
        )
        return self._process

    def _discard_process(self) -> list[LogEvent]:
        process, self._process = self._process, None
        return process.finish() if process else []

    def _end(self) -> None:
        self._discard_process()
        shutil.rmtree(self._folder, ignore_errors=True)


def _failure(
    event: Event | None, process: RuntimeProcess, request_id: str, timeout: float
) -> Failure:
    match event:
        case Exited() if process.ran_out_of_memory:
            return report.out_of_memory(request_id)
        case InitFailed():
            return report.init_failed(event.payload)
        case Exited():
            return report.exited(request_id, event.code)
        case _:
            return report.timed_out(request_id, timeout)


def _invocation(request: Request, deadline: float) -> Invocation:
    remaining = deadline - time.monotonic()
    return Invocation(
        request_id=request.request_id,
        function_arn=request.function_arn,
        payload=request.payload,
        trace_id=request.trace_id,
        deadline_ms=int((time.time() + remaining) * 1000),
    )


def _layer_paths(function: Function) -> str:
    """Return where the runtime looks for layers' libraries.

    https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html
    """
    if function.layers is None:
        return ""
    python = function.layers / "python"
    return os.pathsep.join([str(python / "lib" / function.runtime / "site-packages"), str(python)])
