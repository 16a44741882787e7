"""The Runtime API that one runtime process talks to.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import json
import queue
import threading
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html#function-configuration-deployment-and-execution
MAX_RESPONSE_BYTES = 6 * 1024 * 1024 + 100
_TOO_LARGE = json.dumps(
    {
        "errorType": "Function.ResponseSizeTooLarge",
        "errorMessage": "Response payload size exceeded maximum allowed payload size "
        f"({MAX_RESPONSE_BYTES} bytes).",
    }
).encode()
_PREFIX = "/2018-06-01/runtime/"


@dataclass(frozen=True)
class Invocation:
    """One event for the function. ``deadline_ms`` is epoch milliseconds."""

    request_id: str
    function_arn: str
    payload: bytes
    trace_id: str
    deadline_ms: int


@dataclass(frozen=True)
class Ready:
    """The runtime asked for an event: its init is over, or it may be used again."""


@dataclass(frozen=True)
class InitFailed:
    """The function's module could not be loaded. ``payload`` is the runtime's JSON."""

    payload: bytes


@dataclass(frozen=True)
class Responded:
    """The function returned, or raised if ``is_error``."""

    request_id: str
    payload: bytes
    is_error: bool


@dataclass(frozen=True)
class Exited:
    """The process ended. ``code`` is negative for a signal, as in ``Popen.returncode``."""

    code: int


type Event = Ready | InitFailed | Responded | Exited


class RuntimeApi:
    """A server for one runtime process on a port of its own. ``events`` tells what happens."""

    def __init__(self) -> None:
        self.events: queue.Queue[Event] = queue.Queue()
        self._invocations: queue.Queue[Invocation | None] = queue.Queue()
        self._server = _Server(self.events, self._invocations)
        thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="lambda-runtime-api", daemon=True
        )
        thread.start()

    @property
    def address(self) -> str:
        """``host:port``, as in ``AWS_LAMBDA_RUNTIME_API``."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    def submit(self, invocation: Invocation) -> None:
        """Hand the next event to the runtime."""
        self._invocations.put(invocation)

    def close(self) -> None:
        """Stop serving; a waiting runtime is let go."""
        self._invocations.put(None)
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # Handler threads may wait for an event for ever; nothing is lost if they end with us.
    block_on_close = False

    def __init__(
        self, events: queue.Queue[Event], invocations: queue.Queue[Invocation | None]
    ) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.events = events
        self.invocations = invocations


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    # One write per response, sent at once: a warm call takes a millisecond, not forty.
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        if self.path != f"{_PREFIX}invocation/next":
            return self._answer(HTTPStatus.NOT_FOUND, {})
        self.server.events.put(Ready())
        invocation = self.server.invocations.get()
        if invocation is None:
            return self._answer(HTTPStatus.GONE, {})
        return self._send_invocation(invocation)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        match self.path.removeprefix(_PREFIX).split("/"):
            case ["init", "error"]:
                self.server.events.put(InitFailed(body))
                self._accept()
            case ["invocation", request_id, "response"]:
                self._take_response(request_id, body)
            case ["invocation", request_id, "error"]:
                self.server.events.put(Responded(request_id, body, is_error=True))
                self._accept()
            case _:
                self._answer(HTTPStatus.NOT_FOUND, {})

    def _take_response(self, request_id: str, body: bytes) -> None:
        event = Responded(request_id, body, is_error=False)
        if len(body) > MAX_RESPONSE_BYTES:
            event = Responded(request_id, _TOO_LARGE, is_error=True)
        self.server.events.put(event)
        # AWS answers 413 to one that is too large, and the runtime dies of it. Let it live.
        self._accept()

    def _send_invocation(self, invocation: Invocation) -> None:
        self.send_response(HTTPStatus.OK)
        # Without a content type the runtime's native client crashes.
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(invocation.payload)))
        self.send_header("Lambda-Runtime-Aws-Request-Id", invocation.request_id)
        self.send_header("Lambda-Runtime-Deadline-Ms", str(invocation.deadline_ms))
        self.send_header("Lambda-Runtime-Invoked-Function-Arn", invocation.function_arn)
        self.send_header("Lambda-Runtime-Trace-Id", invocation.trace_id)
        self.end_headers()
        self.wfile.write(invocation.payload)

    def _accept(self) -> None:
        self._answer(HTTPStatus.ACCEPTED, {"status": "OK"})

    def _answer(self, status: HTTPStatus, document: dict[str, str]) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Say nothing: the server's log is for people."""
