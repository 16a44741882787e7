"""What a runtime process writes, cut into log events.

``print`` arrives as text, one event a line. The runtime's logging handler writes frames, so that a
message of several lines stays one event, as on AWS.
"""

import os
import select
import threading
import time
from dataclasses import dataclass

# The header of awslambdaric's telemetry frames: type (its last byte varies with the level), length
# and microseconds, then the message.
_FRAME_MARK = b"\xa5\x5a\x00"
_FRAME_HEADER = 16
_MAX_EVENT = (
    256 * 1024
)  # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html


@dataclass(frozen=True)
class LogEvent:
    """One CloudWatch log event. ``timestamp`` is epoch milliseconds."""

    timestamp: int
    message: str

    @classmethod
    def now(cls, message: str) -> "LogEvent":
        """Return an event of this moment."""
        return cls(time.time_ns() // 1_000_000, message)


class EventParser:
    """Cuts a byte stream of text lines and frames into events, whatever its chunks."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[LogEvent]:
        """Return the events that ``data`` completes."""
        self._rest += data
        events = []
        while (event := self._next()) is not None:
            events.append(event)
        return [event for event in events if event.message]

    def flush(self) -> list[LogEvent]:
        """Return what is left without an end of line, as the process will write no more now."""
        rest, self._rest = self._rest, b""
        return [LogEvent.now(_text(rest))] if rest.strip() else []

    def _next(self) -> LogEvent | None:
        if self._rest.startswith(_FRAME_MARK):
            return self._next_frame()
        ends = [
            (position, skip)
            for position, skip in ((self._rest.find(b"\n"), 1), (self._rest.find(_FRAME_MARK), 0))
            if position >= 0
        ]
        if not ends:
            return self._take(_MAX_EVENT, 0) if len(self._rest) >= _MAX_EVENT else None
        return self._take(*min(ends))

    def _take(self, end: int, skip: int) -> LogEvent:
        line, self._rest = self._rest[:end], self._rest[end + skip :]
        return LogEvent.now(_text(line))

    def _next_frame(self) -> LogEvent | None:
        if len(self._rest) < _FRAME_HEADER:
            return None
        length = int.from_bytes(self._rest[4:8], "big")
        end = _FRAME_HEADER + length
        if len(self._rest) < end:
            return None
        microseconds = int.from_bytes(self._rest[8:16], "big")
        message, self._rest = self._rest[_FRAME_HEADER:end], self._rest[end:]
        return LogEvent(microseconds // 1000, _text(message).rstrip("\n"))


class OutputReader:
    """Reads a pipe as it fills, so that the writer never blocks."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._parser = EventParser()
        self._events: list[LogEvent] = []
        self._lock = threading.Lock()
        self._open = True
        os.set_blocking(descriptor, False)
        threading.Thread(target=self._follow, name="lambda-output", daemon=True).start()

    def take(self, flush: bool = True) -> list[LogEvent]:
        """Return and forget everything written so far.

        What the process wrote before it reported a result is in the pipe by then, so it is here.
        """
        with self._lock:
            self._read_available()
            if flush:
                self._events += self._parser.flush()
            events, self._events = self._events, []
            return events

    def close(self) -> None:
        """Stop reading, even if a child of the process keeps the pipe open."""
        with self._lock:
            self._close()

    def _follow(self) -> None:
        poll = select.poll()
        poll.register(self._descriptor, select.POLLIN | select.POLLHUP)
        while self._open:
            poll.poll(1000)
            with self._lock:
                self._read_available()

    def _read_available(self) -> None:
        while self._open:
            try:
                data = os.read(self._descriptor, 65536)
            except BlockingIOError:
                return
            if not data:
                self._close()
                return
            self._events += self._parser.feed(data)

    def _close(self) -> None:
        if self._open:
            self._open = False
            os.close(self._descriptor)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace").replace("\r", "\n").strip("\n")
