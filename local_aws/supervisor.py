"""The parent of a server: whatever way the server ends, nothing that it started survives it.

Lambda environments, JVMs and job processes descend from the server. If it is killed they would go
on without it, so this small process waits for its end and then ends them. Run as
``python -m local_aws.supervisor <state dir>``; the state folder is there to be read in ``ps``.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from types import FrameType

import psutil

SERVER = (sys.executable, "-m", "localstack.runtime.main")
# LocalStack's own shutdown takes about a second. Its state is in memory: nothing is lost after it.
GRACE_SECONDS = 10
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


def main() -> int:
    """Run the server to its end, then end what it left; return its exit code."""
    _adopt_orphans()
    # This process has one thread, so preexec_fn is safe here.
    server = subprocess.Popen(SERVER, preexec_fn=_end_with(os.getpid()))  # noqa: PLW1509

    def forward(signum: int, _frame: FrameType | None) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(server.pid, signum)
        signal.alarm(GRACE_SECONDS)

    def kill(_signum: int, _frame: FrameType | None) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(server.pid, signal.SIGKILL)

    signal.signal(signal.SIGTERM, forward)
    signal.signal(signal.SIGINT, forward)
    signal.signal(signal.SIGALRM, kill)
    code = _wait_for(server.pid)
    signal.alarm(0)
    end_descendants()
    return code


def end_descendants() -> None:
    """Kill every process that the server left behind, however it is grouped."""
    while survivors := _descendants():
        for process in survivors:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(survivors, timeout=1)


def _descendants() -> list[psutil.Process]:
    """Return live descendants: by parentage, and by session where orphans cannot be adopted."""
    own = psutil.Process()
    found = {process.pid: process for process in own.children(recursive=True)}
    session = os.getsid(0)
    for process in psutil.process_iter():
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if process.pid != own.pid and os.getsid(process.pid) == session:
                found[process.pid] = process
    return [process for process in found.values() if _is_alive(process)]


def _is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _wait_for(pid: int) -> int:
    """Reap children, adopted ones too, until ``pid`` ends; return its exit code."""
    while True:
        ended, status = os.waitpid(-1, 0)
        if ended == pid:
            return os.waitstatus_to_exitcode(status)


def _adopt_orphans() -> None:
    """Become the parent of any descendant whose own parent ends (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _end_with(parent: int) -> Callable[[], None] | None:
    """Return what a child calls to be ended when ``parent`` is killed (Linux)."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl

    def arrange() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:  # killed in the meantime
            os._exit(1)

    return arrange


if __name__ == "__main__":
    sys.exit(main())
