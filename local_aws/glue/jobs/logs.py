"""A job's output on its way to CloudWatch Logs while the job runs.

https://docs.aws.amazon.com/glue/latest/dg/monitor-continuous-logging.html
"""

from dataclasses import dataclass, field
from pathlib import Path

from local_aws.host.ports import LogSink

_CHUNK = 1 << 20
# CloudWatch Logs refuses an event of more than 256 KiB, its overhead of 26 bytes included.
_LONGEST_EVENT = 256 * 1024 - 26


@dataclass
class LogTail:
    """Follows one growing file, line by line, into one log stream."""

    file: Path
    sink: LogSink
    group: str
    stream: str
    _offset: int = 0
    _rest: bytes = field(default=b"", repr=False)

    def pump(self, *, last: bool = False) -> None:
        """Send the lines that came since the last call; with ``last`` an unfinished one too."""
        while chunk := self._read():
            *lines, self._rest = (self._rest + chunk).split(b"\n")
            self._send(lines)
        if last and self._rest:
            self._send([self._rest])
            self._rest = b""

    def _read(self) -> bytes:
        try:
            with self.file.open("rb") as stream:
                stream.seek(self._offset)
                chunk = stream.read(_CHUNK)
        except FileNotFoundError:
            return b""
        self._offset += len(chunk)
        return chunk

    def _send(self, lines: list[bytes]) -> None:
        messages = [
            line[start : start + _LONGEST_EVENT].decode("utf-8", "replace")
            for line in lines
            # An empty message is not a valid log event.
            if line.strip()
            for start in range(0, len(line), _LONGEST_EVENT)
        ]
        if messages:
            self.sink.write(self.group, self.stream, messages)
