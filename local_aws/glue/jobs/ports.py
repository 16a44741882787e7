"""What running a job needs beside the model's own ports."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from local_aws.spark.process import JobResult, JobSpec


class Process(Protocol):
    """A script that runs; its files grow while it does."""

    @property
    def stdout(self) -> Path:
        """The file with what the script prints."""

    @property
    def stderr(self) -> Path:
        """The file with the script's and Spark's messages."""

    def wait(self, timeout: float | None) -> JobResult | None:
        """Return the result, or None when ``timeout`` seconds are up."""

    def stop(self) -> None:
        """End the process and all its children."""


class Launcher(Protocol):
    """Starts scripts in processes of their own."""

    def warm_up(self) -> None:
        """Prepare for a Spark job that will probably be started. Returns at once."""

    def start(self, spec: JobSpec) -> Process:
        """Start a script. May raise any exception, which fails the run with its text."""


class StorageError(Exception):
    """A file could not be had from S3; the text says which and why."""


class Storage(Protocol):
    """S3, for scripts and their libraries."""

    def download(self, uri: str, target: Path) -> None:
        """Copy the object at ``uri`` to the file ``target``. Raises StorageError."""


class Roles(Protocol):
    """IAM's roles, which jobs run with."""

    def credentials(self, role: str, session: str) -> Mapping[str, str]:
        """Take on ``role``, a name or an ARN, and return the environment's variables for it.

        May raise any exception, which fails the run with its text.
        """
