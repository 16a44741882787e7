"""What Lambda itself says: the platform's log lines and the errors it answers for a function.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-invoke-with-errors
https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html
"""

import json
import math
import signal
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True)
class Failure:
    """An invocation that failed without an error of the function's own making.

    ``status`` is ``timeout`` or ``error``, as in the REPORT line.
    """

    status: str
    error_type: str
    payload: bytes
    log_lines: tuple[str, ...] = ()

    def fields(self) -> list[str]:
        """Return what a REPORT line says of it."""
        status = f"Status: {self.status}"
        is_timeout = self.status == "timeout"
        return [status] if is_timeout else [status, f"Error Type: {self.error_type}"]


def timed_out(request_id: str, timeout: float) -> Failure:
    """https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html"""
    text = f"Task timed out after {timeout:.2f} seconds"
    moment = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return Failure(
        status="timeout",
        error_type="Sandbox.Timedout",
        payload=_error("Sandbox.Timedout", f"RequestId: {request_id} Error: {text}"),
        log_lines=(f"{moment} {request_id} {text}",),
    )


def exited(request_id: str, code: int) -> Failure:
    """Describe a runtime process that ended before it answered."""
    text = f"RequestId: {request_id} Error: {_exit_reason(code)}"
    return Failure(
        status="error",
        error_type="Runtime.ExitError",
        payload=_error("Runtime.ExitError", text),
        log_lines=(text, "Runtime.ExitError"),
    )


def out_of_memory(request_id: str) -> Failure:
    """Describe a process that was killed because it held more memory than the function has.

    https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html
    """
    text = f"RequestId: {request_id} Error: {_exit_reason(-signal.SIGKILL)}"
    return Failure(
        status="error",
        error_type="Runtime.OutOfMemory",
        payload=_error("Runtime.OutOfMemory", text),
        log_lines=(text, "Runtime.OutOfMemory"),
    )


def init_failed(payload: bytes) -> Failure:
    """Describe a module that could not be loaded; ``payload`` is the runtime's own."""
    error_type = str(json.loads(payload).get("errorType", "Runtime.Unknown"))
    return Failure(status="error", error_type=error_type, payload=payload)


def start_line(request_id: str, version: str) -> str:
    """Return the line that opens an invocation."""
    return f"START RequestId: {request_id} Version: {version}"


def end_line(request_id: str) -> str:
    """Return the line that closes an invocation."""
    return f"END RequestId: {request_id}"


def init_report_line(init_ms: float, failure: Failure) -> str:
    """Return the line for an init phase that failed."""
    parts = [f"INIT_REPORT Init Duration: {init_ms:.2f} ms", "Phase: init"]
    return "\t".join([*parts, *failure.fields(), ""])


@dataclass(frozen=True)
class Report:
    """The figures of one invocation. ``init_ms`` is set on a cold start only."""

    request_id: str
    duration_ms: float
    memory_size_mb: int
    memory_used_mb: int
    init_ms: float | None = None
    failure: Failure | None = None

    def line(self) -> str:
        """Return the REPORT line. Init time is billed, as it is on AWS since August 2025."""
        billed = math.ceil(self.duration_ms + (self.init_ms or 0))
        parts = [
            f"REPORT RequestId: {self.request_id}",
            f"Duration: {self.duration_ms:.2f} ms",
            f"Billed Duration: {billed} ms",
            f"Memory Size: {self.memory_size_mb} MB",
            f"Max Memory Used: {self.memory_used_mb} MB",
        ]
        if self.init_ms is not None:
            parts.append(f"Init Duration: {self.init_ms:.2f} ms")
        if self.failure:
            parts += self.failure.fields()
        return "\t".join([*parts, ""])


def _exit_reason(code: int) -> str:
    if code == 0:
        return "Runtime exited without providing a reason"
    if code > 0:
        return f"Runtime exited with error: exit status {code}"
    return f"Runtime exited with error: signal: {signal.strsignal(-code) or -code}".lower().replace(
        "runtime", "Runtime", 1
    )


def _error(error_type: str, message: str) -> bytes:
    return json.dumps({"errorType": error_type, "errorMessage": message}).encode()
