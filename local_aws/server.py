"""Start, stop and describe the server."""

import contextlib
import fcntl
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psutil

from local_aws.environment import server_environment
from local_aws.errors import PortTakenError, ServerDiedError, StartTimeoutError
from local_aws.processes import descendants, is_alive, kill
from local_aws.settings import Settings

SUPERVISOR = (sys.executable, "-m", "local_aws.supervisor")
START_TIMEOUT = 120.0  # seconds; a start takes two to four, more on a machine under load
STOP_TIMEOUT = 30.0
LOG_TAIL_LINES = 25


@dataclass(frozen=True)
class Running:
    """A server that answers. ``pid`` is its supervisor's; ``services`` maps names to states."""

    endpoint_url: str
    pid: int
    started_at: datetime
    services: Mapping[str, str]
    version: str

    @property
    def uptime(self) -> timedelta:
        """Time since the start."""
        return datetime.now(UTC) - self.started_at


def start(
    settings: Settings,
    environ: Mapping[str, str] | None = None,
    timeout: float = START_TIMEOUT,
    owner: int | None = None,
) -> Running:
    """Return the running server, started if need be.

    A server that is started here ends with the process whose number is ``owner``, if one is given.
    Raises PortTakenError, ServerDiedError (with the log's end) or StartTimeoutError.
    """
    settings.state_dir.mkdir(parents=True, exist_ok=True)
    with _locked(settings):
        if _recorded_process(settings) is None:
            _refuse_taken_port(settings.port)
            _launch(settings, os.environ if environ is None else environ, owner)
        return _wait_until_healthy(settings, timeout)


def stop(settings: Settings) -> bool:
    """Stop the server and wait for its end; return whether there was one."""
    if not settings.state_dir.is_dir():
        return False
    with _locked(settings):
        process = _recorded_process(settings)
        settings.record_file.unlink(missing_ok=True)
        if process is None:
            return False
        _end(process)
        return True


def status(settings: Settings) -> Running | None:
    """Describe the server, or return None if none of ours answers."""
    process = _recorded_process(settings)
    health = _health(settings) if process else None
    if process is None or health is None:
        return None
    return Running(
        endpoint_url=settings.endpoint_url,
        pid=process.pid,
        started_at=datetime.fromtimestamp(process.create_time(), UTC),
        services=health.get("services", {}),
        version=health.get("version", "unknown"),
    )


@contextlib.contextmanager
def _locked(settings: Settings) -> Iterator[None]:
    """Let one caller at a time start or stop this server."""
    with settings.lock_file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _launch(settings: Settings, environ: Mapping[str, str], owner: int | None) -> None:
    shutil.rmtree(settings.work_dir, ignore_errors=True)
    settings.work_dir.mkdir(parents=True)
    if settings.log_file.exists():
        settings.log_file.replace(settings.log_file.with_suffix(".log.1"))
    with settings.log_file.open("wb") as log:
        process = subprocess.Popen(
            [*SUPERVISOR, str(settings.state_dir), *([] if owner is None else [str(owner)])],
            env=server_environment(settings, environ),
            cwd=settings.state_dir,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    created = psutil.Process(process.pid).create_time()
    record = {"pid": process.pid, "created": created, "port": settings.port}
    settings.record_file.write_text(json.dumps(record))


def _recorded_process(settings: Settings) -> psutil.Process | None:
    """Return our server's process, if it lives. A reused process number is not mistaken for it."""
    try:
        record = json.loads(settings.record_file.read_text())
        process = psutil.Process(record["pid"])
        same_birth = abs(process.create_time() - record["created"]) < 1.0
        command = process.cmdline()
        # For a moment after its start the kernel shows a process without its arguments.
        ours = not command or str(settings.state_dir) in command
    except (OSError, ValueError, KeyError, psutil.Error):
        return None
    return process if same_birth and ours and is_alive(process) else None


def _refuse_taken_port(port: int) -> None:
    with socket.socket() as probe:
        # As the server does: a port that a closed connection still lingers on is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise PortTakenError(
                f"Port {port} is not free ({error.strerror}){_holder(port)}. Stop what uses it, "
                "or choose another port: --port or LOCAL_AWS_PORT."
            ) from error


def _holder(port: int) -> str:
    """Say which process listens on ``port``, if this user may know."""
    with contextlib.suppress(psutil.Error):
        for connection in psutil.net_connections("tcp"):
            listens = connection.status == psutil.CONN_LISTEN
            if listens and connection.laddr and connection.laddr.port == port and connection.pid:
                return f"; process {connection.pid} ({psutil.Process(connection.pid).name()})"
    return ""


def _wait_until_healthy(settings: Settings, timeout: float) -> Running:
    deadline = time.monotonic() + timeout
    while True:
        if running := status(settings):
            return running
        if _recorded_process(settings) is None:
            settings.record_file.unlink(missing_ok=True)
            raise ServerDiedError(f"The local AWS ended while starting.{_log_tail(settings)}")
        if time.monotonic() > deadline:
            raise StartTimeoutError(
                f"The local AWS did not answer on port {settings.port} within {timeout:g} s."
                f"{_log_tail(settings)}"
            )
        time.sleep(0.05)


def _log_tail(settings: Settings) -> str:
    with contextlib.suppress(OSError):
        lines = settings.log_file.read_text(errors="replace").splitlines()[-LOG_TAIL_LINES:]
        return "\n".join(["", f"The end of {settings.log_file}:", *lines])
    return ""


def _health(settings: Settings) -> dict[str, Any] | None:
    url = f"http://127.0.0.1:{settings.port}/_localstack/health"
    # A proxy of the caller's must not stand between.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=5) as response:
            return json.load(response)
    except (OSError, ValueError):
        return None


def _end(supervisor: psutil.Process) -> None:
    """End the supervisor, which ends the server and all below it."""
    below = descendants(supervisor.pid)
    with contextlib.suppress(psutil.NoSuchProcess):
        supervisor.terminate()
    _, alive = psutil.wait_procs([supervisor], timeout=STOP_TIMEOUT)
    # Only a supervisor that was itself suspended or killed leaves anything.
    kill([*alive, *below])
