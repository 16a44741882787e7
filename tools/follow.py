"""Follow uploaded files until their executions are over."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tools.aws import Aws
from tools.deployment import Deployment
from tools.errors import NotStartedError
from tools.executions import Executions, Progress, Upload
from tools.express_executions import ExpressExecutions
from tools.trigger import Trigger

POLL_SECONDS = 0.3
START_TIMEOUT = 120.0
"""Seconds from an upload until its execution must have begun."""

EXPRESS_POLL_SECONDS = 1.0
EXPRESS_TIMEOUT = 360.0
"""An execution of an Express workflow is known when it has ended, after five minutes at most."""


@dataclass
class Followed:
    """A file on its way. ``progress`` is None until its execution has begun."""

    label: str
    upload: Upload
    arn: str | None = None
    progress: Progress | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self.progress is not None and self.progress.is_over

    def seconds(self) -> float:
        """Return the time since the upload, or from there to the end."""
        stopped = self.progress.stopped if self.progress else None
        return ((stopped or datetime.now(UTC)) - self.upload.at).total_seconds()


def upload(aws: Aws, deployment: Deployment, path: Path, key: str) -> Followed:
    """Put a file into the source bucket."""
    at = datetime.now(UTC)
    with path.open("rb") as body:
        answer = aws.s3.put_object(Bucket=deployment.source_bucket, Key=key, Body=body)
    version = answer.get("VersionId")
    return Followed(path.name, Upload(deployment.source_bucket, key, version, at))


def follow(
    aws: Aws,
    deployment: Deployment,
    files: Sequence[Followed],
    *,
    pause: Callable[[float], None] = time.sleep,
) -> Iterator[Sequence[Followed]]:
    """Yield the files again and again, brought up to date, until all are over.

    Raises NotStartedError if no execution begins for one of them.
    """
    executions = executions_of(aws, deployment)
    while True:
        for file in files:
            _update(executions, deployment, file)
        yield files
        if all(file.is_over for file in files):
            return
        waits = isinstance(executions, ExpressExecutions)
        pause(EXPRESS_POLL_SECONDS if waits else POLL_SECONDS)


def executions_of(aws: Aws, deployment: Deployment) -> Executions | ExpressExecutions:
    """Return what finds and reads the pipeline's executions, of whichever kind they are."""
    arn = deployment.state_machine_arn
    machine = aws.step_functions.describe_state_machine(stateMachineArn=arn)
    if machine["type"] == "EXPRESS":
        return ExpressExecutions(aws, Trigger(aws, deployment))
    return Executions(aws, arn)


def _update(
    executions: Executions | ExpressExecutions, deployment: Deployment, file: Followed
) -> None:
    if file.is_over:
        return
    file.arn = file.arn or executions.find(file.upload)
    if file.arn:
        file.progress = executions.progress(file.arn)
        return
    timeout = EXPRESS_TIMEOUT if isinstance(executions, ExpressExecutions) else START_TIMEOUT
    if (datetime.now(UTC) - file.upload.at).total_seconds() > timeout:
        raise NotStartedError(
            f"{file.label} was uploaded {timeout:g} s ago and no execution has begun. "
            f"See what the trigger says (make logs) and what lies in its dead-letter queue "
            f"{deployment.trigger_dead_letter_queue_url}"
        )
