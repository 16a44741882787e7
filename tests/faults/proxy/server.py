"""The proxy itself: an HTTP server in a thread of its own."""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import aiohttp
from aiohttp import web
from multidict import CIMultiDictProxy
from yarl import URL

from tests.faults.proxy.answers import Answer
from tests.faults.proxy.call import Call
from tests.faults.proxy.faults import Fault
from tests.faults.proxy.rules import On, Rule

log = logging.getLogger(__name__)

# https://datatracker.ietf.org/doc/html/rfc9110#section-7.6.1 and what each hop answers itself.
_OF_A_HOP = {"connection", "keep-alive", "transfer-encoding", "expect", "content-length", "te"}
_CHUNK_BYTES = 256 * 1024


class Proxy:
    """Stands before ``upstream`` (``http://host:port``) on ``port``, 0 for any that is free.

    A context manager. Rules are asked in the order in which they were added; the first that takes a
    call decides. What no rule takes passes unchanged.
    """

    def __init__(self, upstream: str, port: int = 0) -> None:
        self._upstream = upstream
        self._rules: list[Rule] = []
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._ended = asyncio.Event()
        self._thread = threading.Thread(target=self._serve, name="fault proxy", daemon=True)
        self._port = port
        self._error: OSError | None = None

    def __enter__(self) -> "Proxy":
        self._thread.start()
        self._ready.wait()
        if self._error:
            raise self._error
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(RuntimeError):  # its loop is closed already
            self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join()

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._port

    @property
    def endpoint_url(self) -> str:
        """The address for those whose calls are to pass here.

        Not by a host's name: S3's clients would put the bucket's before it.
        """
        return f"http://127.0.0.1:{self._port}"

    def strike(
        self, on: On, fault: Fault, times: int | None = 1, *, skip: int = 0, probability: float = 1
    ) -> Rule:
        """Add a rule, and return it to see what it struck."""
        return self.add(Rule(on, fault, times, skip, probability))

    def add(self, rule: Rule) -> Rule:
        """Add a rule behind the others."""
        self._rules = [*self._rules, rule]
        return rule

    def remove(self, *rules: Rule) -> None:
        """Take rules away; calls that they hold go their way."""
        self._rules = [rule for rule in self._rules if rule not in rules]

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._run())
        finally:
            self._loop.close()
            self._ready.set()

    async def _run(self) -> None:
        # A connection per request: one that the server closes meanwhile would be a fault of ours.
        connector = aiohttp.TCPConnector(limit=0, force_close=True)
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=10)
        async with aiohttp.ClientSession(
            connector=connector, timeout=timeout, auto_decompress=False, trust_env=False
        ) as session:
            server = web.Server(_Handler(self, session), auto_decompress=False, access_log=None)
            runner = web.ServerRunner(server, shutdown_timeout=1)
            await runner.setup()
            try:
                site = web.TCPSite(runner, "127.0.0.1", self._port)
                await site.start()
            except OSError as error:
                self._error = error
                await runner.cleanup()
                return
            assert site._server is not None
            self._port = site._server.sockets[0].getsockname()[1]
            self._ready.set()
            await self._ended.wait()
            await runner.cleanup()

    def fault_for(self, call: Call) -> Fault | None:
        """Return what strikes a call, None to let it pass."""
        return next((rule.fault for rule in self._rules if rule.takes(call)), None)

    @property
    def upstream(self) -> str:
        """Where calls go."""
        return self._upstream


@dataclass(frozen=True)
class _Exchange:
    """A call, and the way to its service."""

    call: Call
    upstream: str
    session: aiohttp.ClientSession

    async def forward(self) -> Answer:
        async with self.open() as response:
            return Answer(response.status, await response.read(), _kept(response.headers))

    @asynccontextmanager
    async def open(self) -> AsyncIterator[aiohttp.ClientResponse]:
        call = self.call
        async with self.session.request(
            call.method,
            URL(self.upstream + call.target, encoded=True),
            headers=[item for item in call.headers.items() if item[0].lower() not in _OF_A_HOP],
            data=call.body or None,
            allow_redirects=False,
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
        ) as response:
            yield response


@dataclass(frozen=True)
class _Handler:
    """Answers one request after the other."""

    proxy: Proxy
    session: aiohttp.ClientSession

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        try:
            return await self._answer(request)
        except aiohttp.ClientError as error:
            log.info("the service did not answer: %r", error)
        except (AssertionError, OSError) as error:
            log.error("a fault could not be made: %r", error)
        return _cut(request)

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.headers.get("Expect", "").lower() == "100-continue" and request.transport:
            request.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        peer = request.transport.get_extra_info("peername") if request.transport else None
        body = await request.content.read()
        call = Call(request.method, request.raw_path, request.headers, body, (peer or ("", 0))[:2])
        exchange = _Exchange(call, self.proxy.upstream, self.session)
        fault = self.proxy.fault_for(call)
        if fault is None:
            return await self._pass(request, exchange)
        answer = await fault.strike(exchange)
        if answer is None:
            return _cut(request)
        return web.Response(status=answer.status, body=answer.body, headers=dict(answer.headers))

    async def _pass(self, request: web.BaseRequest, exchange: _Exchange) -> web.StreamResponse:
        async with exchange.open() as arrived:
            response = web.StreamResponse(status=arrived.status, reason=arrived.reason)
            response.headers.extend(_kept(arrived.headers))
            if length := arrived.headers.get("Content-Length"):
                response.headers["Content-Length"] = length
            await response.prepare(request)
            async for chunk in arrived.content.iter_chunked(_CHUNK_BYTES):
                await response.write(chunk)
            await response.write_eof()
            return response


def _kept(headers: CIMultiDictProxy[str]) -> tuple[tuple[str, str], ...]:
    return tuple(item for item in headers.items() if item[0].lower() not in _OF_A_HOP)


def _cut(request: web.BaseRequest) -> web.StreamResponse:
    """End the connection without a word."""
    if request.transport:
        request.transport.abort()
    return web.Response(status=500)
