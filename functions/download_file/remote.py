"""A file on a web server, read from any place on.

urllib3 is the one that boto3 brings along, in Lambda's runtime as elsewhere.
"""

import random
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from functions.download_file.errors import (
    DownloadInterruptedError,
    DownloadRefusedError,
    FileNotOfferedError,
)

CHUNK_BYTES = 256 * 1024
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MAX_REDIRECTS = 5
_BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
_NOT_OFFERED = frozenset({404, 410})
_CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")


@dataclass(frozen=True)
class Retry:
    """How one call waits for a server that breaks off or is busy: tries without any progress.

    ``draw`` returns a number from 0 to 1, ``pause`` waits for seconds.
    """

    tries: int = 4
    first_seconds: float = 0.5
    longest_seconds: float = 20.0
    draw: Callable[[], float] = random.random
    pause: Callable[[float], None] = time.sleep

    def seconds(self, attempt: int, asked: float | None) -> float:
        """Return the wait after the failed ``attempt``, from 1; ``asked`` is the server's wish."""
        whole = min(self.longest_seconds, self.first_seconds * 2.0 ** (attempt - 1))
        return min(self.longest_seconds, max(asked or 0.0, whole * (0.5 + self.draw() / 2)))


@dataclass(frozen=True)
class Secret:
    """A header that opens the door, for the first server only."""

    header: str
    value: str = field(repr=False)


@dataclass(frozen=True)
class Answer:
    """An open answer. ``start`` is the place in the file of its first byte.

    ``length`` is the whole file's, None where the server does not say. ``validator`` changes when
    the file does (an ETag, else its date), None where the server gives neither.
    """

    body: urllib3.BaseHTTPResponse
    start: int
    length: int | None
    validator: str | None

    @property
    def headers(self) -> Mapping[str, str]:
        """The answer's headers."""
        return self.body.headers

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes from ``start`` on. Raises DownloadInterruptedError."""
        try:
            yield from self.body.stream(CHUNK_BYTES, decode_content=False)
        except (HTTPError, OSError) as error:
            raise DownloadInterruptedError(f"The server broke off: {error}") from error
        finally:
            self.close()

    def close(self) -> None:
        """Give up the rest. The connection is not used again: the rest may be long."""
        self.body.close()


@dataclass(frozen=True)
class RemoteFile:
    """A file at ``url``. Plain http is refused unless ``allow_http``."""

    url: str
    http: urllib3.PoolManager
    secret: Secret | None = None
    allow_http: bool = False

    def open(self, start: int = 0, validator: str | None = None) -> Answer:
        """Ask for the bytes from ``start`` on, or for all if the file is no longer ``validator``'s.

        Raises DownloadInterruptedError, FileNotOfferedError and DownloadRefusedError.
        """
        headers = {"Accept-Encoding": "identity"}
        if start:
            headers["Range"] = f"bytes={start}-"
            # https://www.rfc-editor.org/rfc/rfc9110#field.if-range
            if validator and not validator.startswith("W/"):
                headers["If-Range"] = validator
        body = self._follow(headers)
        if body.status == 416:
            # The file has become shorter than what we have of it: a new one, from its beginning.
            body.close()
            return self.open()
        if body.status not in (200, 206):
            body.close()
            raise self._refusal(body)
        return _answer(body)

    def _follow(self, headers: Mapping[str, str]) -> urllib3.BaseHTTPResponse:
        """Ask, and go where the server sends us; the secret goes to the first server alone."""
        url, first = self.url, urlsplit(self.url).netloc
        for _ in range(_MAX_REDIRECTS + 1):
            self._assert_allowed(url)
            known = self.secret if self.secret and urlsplit(url).netloc == first else None
            sent = {**headers, known.header: known.value} if known else dict(headers)
            body = self._request(url, sent)
            target = body.headers.get("Location")
            if body.status not in _REDIRECTS or not target:
                return body
            body.close()
            url = urljoin(url, target)
        raise DownloadRefusedError(f"{self._shown} redirects more than {_MAX_REDIRECTS} times.")

    def _request(self, url: str, headers: Mapping[str, str]) -> urllib3.BaseHTTPResponse:
        try:
            return self.http.request(
                "GET", url, headers=headers, redirect=False, retries=False, preload_content=False
            )
        except (HTTPError, OSError) as error:
            # The error's own text may hold the URL with a key in its query.
            raise DownloadInterruptedError(
                f"{self._shown} does not answer ({type(error).__name__})."
            ) from None

    def _assert_allowed(self, url: str) -> None:
        scheme = urlsplit(url).scheme
        if scheme != "https" and not (scheme == "http" and self.allow_http):
            raise DownloadRefusedError(
                f"{self._shown} leads to an address with {scheme or 'no scheme'}; use https."
            )

    def _refusal(self, body: urllib3.BaseHTTPResponse) -> Exception:
        said = f"{self._shown} answers {body.status} {body.reason or ''}".rstrip()
        if body.status in _NOT_OFFERED:
            return FileNotOfferedError(f"{said}: the file is not offered (yet).")
        if body.status in _BUSY:
            return DownloadInterruptedError(f"{said}.", _seconds(body.headers.get("Retry-After")))
        return DownloadRefusedError(f"{said}. Check the address and the secret.")

    @property
    def _shown(self) -> str:
        """The address without user and query, which may hold a key."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _answer(body: urllib3.BaseHTTPResponse) -> Answer:
    headers = body.headers
    start, length = 0, _number(headers.get("Content-Length"))
    if body.status == 206:
        found = _CONTENT_RANGE.fullmatch(headers.get("Content-Range", ""))
        if found is None:
            body.close()
            raise DownloadRefusedError("The server sends a part without saying which one.")
        start, length = int(found[1]), _number(found[2])
    return Answer(body, start, length, headers.get("ETag") or headers.get("Last-Modified"))


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() else None


def _seconds(text: str | None) -> float | None:
    """Return Retry-After where it is a number; a date is left to the backoff."""
    number = _number(text)
    return None if number is None else float(number)
