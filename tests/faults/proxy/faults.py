"""What can go wrong with one call.

A fault decides what becomes of an exchange: it may let the request through or not, once or twice,
early or late, and gives back the answer that the caller sees, or None for a cut connection.
"""

import asyncio
import os
import signal
import threading
from dataclasses import dataclass, field
from typing import Protocol

import psutil

from tests.faults.proxy.answers import Answer, ServiceError
from tests.faults.proxy.call import Call


class Exchange(Protocol):
    """A call that waits for its fate."""

    call: Call

    async def forward(self) -> Answer:
        """Let the request through; return the service's answer."""


class Fault(Protocol):
    """What happens to a call."""

    async def strike(self, exchange: Exchange) -> Answer | None:
        """Return what the caller sees; None: its connection is cut."""


@dataclass(frozen=True)
class Delay:
    """The request arrives after ``seconds``."""

    seconds: float

    async def strike(self, exchange: Exchange) -> Answer | None:
        await asyncio.sleep(self.seconds)
        return await exchange.forward()


@dataclass(frozen=True)
class Hold:
    """The request arrives when it is released, even if its caller has gone by then."""

    released: threading.Event = field(default_factory=threading.Event)

    def release(self) -> None:
        """Let the held requests go on, and all later ones pass."""
        self.released.set()

    async def strike(self, exchange: Exchange) -> Answer | None:
        while not self.released.is_set():
            await asyncio.sleep(0.05)
        return await exchange.forward()


@dataclass(frozen=True)
class Drop:
    """The request is lost on its way."""

    async def strike(self, exchange: Exchange) -> Answer | None:
        return None


@dataclass(frozen=True)
class LoseResponse:
    """The service does what it is asked; its answer is lost, and kept in ``lost``."""

    lost: list[Answer] = field(default_factory=list)

    async def strike(self, exchange: Exchange) -> Answer | None:
        self.lost.append(await exchange.forward())
        return None


@dataclass(frozen=True)
class DelayResponse:
    """The service does what it is asked; its answer comes after ``seconds``."""

    seconds: float

    async def strike(self, exchange: Exchange) -> Answer | None:
        answer = await exchange.forward()
        await asyncio.sleep(self.seconds)
        return answer


@dataclass(frozen=True)
class Duplicate:
    """The request arrives twice; the caller sees the first answer."""

    async def strike(self, exchange: Exchange) -> Answer | None:
        answer = await exchange.forward()
        await exchange.forward()
        return answer


@dataclass(frozen=True)
class Refuse:
    """The service answers with an error and does nothing."""

    error: ServiceError

    async def strike(self, exchange: Exchange) -> Answer | None:
        return self.error.answer(exchange.call)


@dataclass(frozen=True)
class Swallow:
    """The caller hears that all is well; nothing was done."""

    async def strike(self, exchange: Exchange) -> Answer | None:
        return Answer(200, b"{}", (("Content-Type", "application/x-amz-json-1.0"),))


_LOOKS = 3
"""At all connections: a process that comes or goes meanwhile may hide one."""


@dataclass(frozen=True)
class KillCaller:
    """The calling process is killed, before the request arrives or (``after``) when it has.

    Only a process that listens on none of the ``spared`` is killed: the local AWS itself may call.
    """

    after: bool = False
    spared: frozenset[int] = frozenset()

    async def strike(self, exchange: Exchange) -> Answer | None:
        pid = await asyncio.to_thread(process_at, exchange.call.caller)
        if pid is None or pid == os.getpid() or self.spared & await asyncio.to_thread(_ports, pid):
            raise AssertionError(f"{exchange.call} came from no process that may be killed: {pid}")
        if self.after:
            await exchange.forward()
        os.kill(pid, signal.SIGKILL)
        return None


def process_at(address: tuple[str, int]) -> int | None:
    """Return the process that holds the client's end of a connection from ``address``."""
    for _ in range(_LOOKS):
        for connection in psutil.net_connections("tcp"):
            # An earlier connection from the same port may still be there, without a process.
            is_client = connection.laddr and connection.laddr.port == address[1]
            if is_client and connection.raddr and connection.pid is not None:
                return connection.pid
    return None


def _ports(pid: int) -> frozenset[int]:
    connections = psutil.Process(pid).net_connections("tcp")
    return frozenset(c.laddr.port for c in connections if c.status == psutil.CONN_LISTEN)
