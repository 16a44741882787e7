"""A web server that offers files, and fails as it is told to."""

import re
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Status:
    """Answers with a status and no file."""

    code: int
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CutAfter:
    """Sends so many bytes of the body and cuts the connection."""

    count: int


@dataclass(frozen=True)
class WrongLength:
    """Announces so many bytes more (or fewer) than it sends."""

    by: int


@dataclass(frozen=True)
class Garbled:
    """Sends the right number of bytes, one of them wrong."""


type Fault = Status | CutAfter | WrongLength | Garbled


@dataclass
class Offered:
    """A file on the server. ``validator`` is its ETag; ``ranges`` says whether it serves parts.

    ``faults`` happen one after the other, one per request, before the file is served well.
    """

    body: bytes
    validator: str | None = None
    ranges: bool = True
    length: bool = True
    headers: Mapping[str, str] = field(default_factory=dict)
    faults: deque[Fault] = field(default_factory=deque)


@dataclass(frozen=True)
class Asked:
    """One request as it came, with the header names in lower case."""

    path: str
    headers: Mapping[str, str]

    @property
    def range(self) -> str | None:
        return self.headers.get("range")


class WebServer:
    """Offers files by their paths. ``asked`` are the requests so far."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.asked: list[Asked] = []
        self._files: dict[str, Offered] = {}

    def offer(self, path: str, body: bytes, *faults: Fault, **more: Any) -> str:
        """Offer a file; return its address. ``more`` are further members of Offered."""
        more.setdefault("validator", f'"{sha256(body).hexdigest()[:16]}"')
        self._files[path] = Offered(body, faults=deque(faults), **more)
        return self.url + path

    def withdraw(self, path: str) -> None:
        """Offer a file no longer."""
        del self._files[path]

    def asked_for(self, path: str) -> list[Asked]:
        """Return the requests for one path."""
        return [one for one in self.asked if one.path == path]

    def file(self, path: str) -> Offered | None:
        return self._files.get(path.partition("?")[0])


@contextmanager
def web_server() -> Iterator[WebServer]:
    """Yield a running server on a free port."""
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server = WebServer(httpd.server_address[1])
    httpd.files = server  # type: ignore[attr-defined]
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        httpd.shutdown()
        thread.join()
        httpd.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        server: WebServer = self.server.files  # type: ignore[attr-defined]
        headers = {name.lower(): value for name, value in self.headers.items()}
        server.asked.append(Asked(self.path, headers))
        self.close_connection = True
        offered = server.file(self.path)
        if offered is None:
            self._refuse(Status(404))
            return
        fault = offered.faults.popleft() if offered.faults else None
        if isinstance(fault, Status):
            self._refuse(fault)
            return
        self._send(offered, fault, headers)

    def _refuse(self, status: Status) -> None:
        self.send_response(status.code)
        for name, value in status.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _send(self, offered: Offered, fault: Fault | None, headers: Mapping[str, str]) -> None:
        start = self._start(offered, headers)
        if start is not None and start >= len(offered.body):
            self._refuse(Status(416, {"Content-Range": f"bytes */{len(offered.body)}"}))
            return
        body = offered.body[start or 0 :]
        announced = len(body) + (fault.by if isinstance(fault, WrongLength) else 0)
        self.send_response(200 if start is None else 206)
        if start is not None:
            total = len(offered.body)
            self.send_header("Content-Range", f"bytes {start}-{total - 1}/{total}")
        if offered.length:
            self.send_header("Content-Length", str(announced))
        if offered.validator:
            self.send_header("ETag", offered.validator)
        for name, value in offered.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if isinstance(fault, Garbled):
            body = bytes([body[0] ^ 1]) + body[1:]
        sent = body[: fault.count] if isinstance(fault, CutAfter) else body
        # Whoever asks may have heard enough.
        with suppress(ConnectionError):
            self.wfile.write(sent)

    @staticmethod
    def _start(offered: Offered, headers: Mapping[str, str]) -> int | None:
        """Return where the part that is asked for begins, or None for the whole file."""
        found = re.fullmatch(r"bytes=(\d+)-", headers.get("range", ""))
        condition = headers.get("if-range")
        if not found or not offered.ranges or condition not in (None, offered.validator):
            return None
        return int(found[1])
