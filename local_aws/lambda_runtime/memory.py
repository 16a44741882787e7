"""How much memory a function's processes hold.

Lambda counts what is resident, of all processes of an environment.
https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
"""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil

_PAGE = os.sysconf("SC_PAGE_SIZE")


def resident_mb(pid: int) -> int:
    """Return what a process and its descendants hold now; 0 if it has ended."""
    if sys.platform != "linux":
        return _resident_mb_anywhere(pid)
    # Read every 50 ms: psutil looks at all processes of the machine to find descendants.
    return sum(_resident_bytes(one) for one in _family(pid)) // 2**20


def peak_mb(pid: int) -> int:
    """Return the most that the process itself ever held; 0 if it has ended."""
    with contextlib.suppress(OSError, ValueError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) // 1024
    return resident_mb(pid)


def _family(pid: int) -> Iterator[int]:
    yield pid
    with contextlib.suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            for child in (thread / "children").read_text().split():
                yield from _family(int(child))


def _resident_bytes(pid: int) -> int:
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    return 0


def _resident_mb_anywhere(pid: int) -> int:
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(pid)
        family = [process, *process.children(recursive=True)]
        return int(sum(one.memory_info().rss for one in family)) // 2**20
    return 0
