"""A deployed pipeline, and what tests do with it through AWS's own interfaces."""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq

from tests.wait import wait_until
from tools.aws import Aws
from tools.deployment import Deployment
from tools.executions import Executions, Progress, Upload
from tools.inbox import Inbox, Notification
from tools.outcomes import Outcome, published_files

PATIENCE = 400.0
"""Seconds that any execution may take on a busy machine."""


@dataclass(frozen=True)
class Ended:
    """An execution that is over."""

    progress: Progress
    outcome: Outcome

    @property
    def validation(self) -> Mapping[str, Any]:
        return (self.progress.output or {})["validation"]

    @property
    def states(self) -> list[str]:
        return [visit.state for visit in self.progress.visits]

    def __str__(self) -> str:
        return f"{self.progress.status} {self.outcome} by way of {' → '.join(self.states)}"


class Pipeline:
    """One deployment, the clients for it and an inbox on its topic."""

    def __init__(self, aws: Aws, deployment: Deployment, inbox: Inbox) -> None:
        self.aws = aws
        self.deployment = deployment
        self.executions = Executions(aws, deployment.state_machine_arn)
        self._inbox = inbox

    def upload(self, key: str, body: bytes, **members: Any) -> Upload:
        """Put an object into the source bucket; ``members`` are more of PutObject's."""
        at = datetime.now(UTC)
        bucket = self.deployment.source_bucket
        version = self.aws.s3.put_object(Bucket=bucket, Key=key, Body=body, **members)["VersionId"]
        return Upload(bucket, key, version, at)

    def started(self, upload: Upload) -> str:
        """Wait until an upload has started its execution; return its ARN."""
        return wait_until(
            lambda: self.executions.find(upload), PATIENCE, f"an execution for {upload.key}"
        )

    def ended(self, upload: Upload) -> Ended:
        """Wait until the execution that an upload started is over."""
        return self.end_of(self.started(upload))

    def run(self, key: str, body: bytes, **members: Any) -> Ended:
        """Upload an object and wait for the end of its execution."""
        return self.ended(self.upload(key, body, **members))

    def start(self, given: Mapping[str, Any]) -> str:
        """Start an execution by hand; return its ARN."""
        return self.aws.step_functions.start_execution(
            stateMachineArn=self.deployment.state_machine_arn,
            name=f"by-hand-{uuid4().hex}",
            input=json.dumps(given),
        )["executionArn"]

    def end_of(self, arn: str) -> Ended:
        """Wait until an execution is over."""
        last: list[Progress] = []

        def over() -> Progress | None:
            last[:] = [self.executions.progress(arn)]
            return last[0] if last[0].is_over else None

        progress = wait_until(over, PATIENCE, lambda: f"the end of {arn}: {last}")
        return Ended(progress, Outcome.of(progress))

    def notification(self, ended: Ended) -> Notification:
        """Wait for the message about an execution."""
        name = ended.progress.name
        found = wait_until(lambda: self._inbox.about(name), 60, f"a notification about {name}")
        assert len(found) == 1, found
        return found[0]

    def notifications(self, ended: Ended) -> list[Notification]:
        """Return the messages about an execution that have come so far."""
        return self._inbox.about(ended.progress.name)

    def below(self, uri: str) -> list[str]:
        """Return the keys below an ``s3://`` folder."""
        bucket, _, prefix = uri.removeprefix("s3://").partition("/")
        pages = self.aws.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        return [item["Key"] for page in pages for item in page.get("Contents", [])]

    def published(self, manifest_uri: str | None) -> list[tuple[str, str]]:
        """Return bucket and key of each file that a manifest names."""
        return published_files(self.aws, str(manifest_uri))

    def table(self, manifest_uri: str | None) -> pa.Table:
        """Read all Parquet that a manifest names."""
        return pa.concat_tables([file.read() for file in self.parquet_files(manifest_uri)])

    def parquet_files(self, manifest_uri: str | None) -> list[pq.ParquetFile]:
        """Open each file that a manifest names, which has to be Parquet."""
        files = self.published(manifest_uri)
        assert files, f"nothing is published at {manifest_uri}"
        assert all(key.endswith(".parquet") for _, key in files), files
        bodies = [
            self.aws.s3.get_object(Bucket=bucket, Key=key)["Body"].read() for bucket, key in files
        ]
        return [pq.ParquetFile(io.BytesIO(body)) for body in bodies]
