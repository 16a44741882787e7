"""What download_file raises.

PipelineError (functions.common.errors)
└── DownloadError
    ├── DownloadInterruptedError   the server broke off, or is busy (try again: it goes on)
    ├── ChecksumMismatchError      what came is not what was announced (try again: from anew)
    ├── FileNotOfferedError        the server says that there is no such file
    └── DownloadRefusedError       the server, or this function, refuses; trying again is no use
"""

from functions.common.errors import PipelineError


class DownloadError(PipelineError):
    """The base of all."""


class DownloadInterruptedError(DownloadError):
    """The server broke off or is busy. What has arrived is kept, and the next try goes on there.

    ``retry_after`` is in seconds, where the server names them.
    """

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ChecksumMismatchError(DownloadError):
    """What came is not what was announced. It was thrown away."""


class FileNotOfferedError(DownloadError):
    """The server says that there is no such file (404, 410)."""


class DownloadRefusedError(DownloadError):
    """The server refuses, or the address is one that this function does not go to."""
