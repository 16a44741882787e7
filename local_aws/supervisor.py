"""The parent of a server: whatever way the server ends, nothing that it started survives it.

Lambda environments, JVMs and job processes descend from the server. If it is killed they would go
on without it, so this small process waits for its end and then ends them. Run as
``python -m local_aws.supervisor <state dir> [<owner>]``; the state folder is there to be read in
``ps``. When the process whose number is ``owner`` has ended, so does the server: a test run that
was killed stops nothing itself.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType

import psutil

from local_aws.processes import is_alive, kill_descendants

SERVER = (sys.executable, "-m", "local_aws.serve")
# LocalStack's shutdown takes a second or two, and eight if it waits for functions' threads. Its
# state is in memory: nothing is lost by not waiting.
GRACE_SECONDS = 3
LOOK_SECONDS = 1.0
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
    if len(sys.argv) > 2:
        _end_after(int(sys.argv[2]))
    code = _wait_for(server.pid)
    signal.alarm(0)
    kill_descendants()
    return code


def _end_after(owner: int) -> None:
    """Send this process SIGTERM when ``owner`` has ended."""

    def watch() -> None:
        try:
            process = psutil.Process(owner)
            while is_alive(process):
                time.sleep(LOOK_SECONDS)
        except psutil.NoSuchProcess:
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()


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
