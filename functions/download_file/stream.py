"""The bytes of a remote file in order, through interruptions."""

from collections.abc import Iterator

from functions.download_file.errors import DownloadInterruptedError
from functions.download_file.remote import Answer, RemoteFile, Retry


class FileReplacedError(Exception):
    """The file is not the one any more whose beginning has been read."""


class RemoteStream:
    """Reads a file from ``position`` on; after an interruption it asks for the rest.

    A server that cannot send a part is made to send all, and what is known is passed over.
    ``validator`` and ``length`` are those of the file that is being read, once it is open.
    """

    def __init__(
        self, remote: RemoteFile, retry: Retry, position: int = 0, validator: str | None = None
    ) -> None:
        self._remote = remote
        self._retry = retry
        self._answer: Answer | None = None
        self._chunks: Iterator[bytes] = iter(())
        self._failures = 0
        self._rest = b""
        self.position = position
        self.validator = validator
        self.length: int | None = None

    def open(self) -> Answer:
        """Begin. Raises FileReplacedError, and DownloadError once patience has run out."""
        while self._answer is None:
            try:
                self._connect()
            except DownloadInterruptedError as error:
                self._wait(error)
        return self._answer

    def read(self, size: int) -> bytes:
        """Return ``size`` bytes, fewer only at the end. Raises as ``open`` does."""
        parts, missing = [], size
        while missing:
            chunk = self._rest or self._next()
            if not chunk:
                break
            taken, self._rest = chunk[:missing], chunk[missing:]
            parts.append(taken)
            missing -= len(taken)
        return b"".join(parts)

    def close(self) -> None:
        """Give up the rest of the file."""
        if self._answer:
            self._answer.close()

    def _next(self) -> bytes:
        while True:
            self.open()
            try:
                chunk = next(self._chunks, b"")
                if not chunk and self.length is not None and self.position < self.length:
                    raise DownloadInterruptedError(
                        f"The server ended after {self.position} of {self.length} bytes."
                    )
            except DownloadInterruptedError as error:
                self._answer = None
                self._wait(error)
                continue
            if chunk:
                self._failures = 0
            self.position += len(chunk)
            return chunk

    def _connect(self) -> None:
        answer = self._remote.open(self.position, self.validator)
        known = self.position > 0
        if known and (answer.validator is None or answer.validator != self.validator):
            answer.close()
            raise FileReplacedError
        self.validator, self.length = answer.validator, answer.length
        self._answer, self._chunks = answer, answer.chunks()
        self._pass_over(self.position - answer.start)

    def _pass_over(self, count: int) -> None:
        """Throw away the first ``count`` bytes of an answer that begins too early."""
        while count > 0:
            chunk = next(self._chunks, b"")
            if not chunk:
                raise FileReplacedError
            self._chunks = _before(chunk[count:], self._chunks)
            count -= len(chunk)

    def _wait(self, error: DownloadInterruptedError) -> None:
        self._answer = None
        self._failures += 1
        if self._failures >= self._retry.tries:
            raise error
        self._retry.pause(self._retry.seconds(self._failures, error.retry_after))


def _before(chunk: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    if chunk:
        yield chunk
    yield from chunks
