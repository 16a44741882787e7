"""Ends processes together with everything that they started."""

import contextlib
import os
import signal
from collections.abc import Iterable

import psutil


def is_alive(process: psutil.Process) -> bool:
    """Whether it runs; one that ended and was not reaped does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def descendants(pid: int | None = None) -> list[psutil.Process]:
    """Return what ``pid`` (default: this process) started, directly or not."""
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def kill(processes: Iterable[psutil.Process]) -> None:
    """Kill each, if it is still there."""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()


def kill_group(pid: int) -> None:
    """Kill a process, its group, and descendants that left the group."""
    below = descendants(pid)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    kill(below)


def kill_descendants() -> None:
    """Kill what this process started, until nothing of it lives."""
    while survivors := [process for process in _own() if is_alive(process)]:
        kill(survivors)
        psutil.wait_procs(survivors, timeout=1)


def _own() -> list[psutil.Process]:
    """Return descendants, and what else is in this session if this process leads it.

    Orphans go to the session's leader only where it can adopt them (Linux).
    """
    found = {process.pid: process for process in descendants()}
    if os.getsid(0) == os.getpid():
        for process in psutil.process_iter():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                if process.pid != os.getpid() and os.getsid(process.pid) == os.getpid():
                    found[process.pid] = process
    return list(found.values())
