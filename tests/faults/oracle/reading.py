"""Finds the evidence, through nothing but AWS's own interfaces."""

import io
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import pyarrow.parquet as pq

from tests.faults.oracle.evidence import (
    Arrival,
    Claim,
    DeadLetter,
    Evidence,
    ExpressRun,
    Note,
    Output,
    Run,
)
from tools.aws import Aws
from tools.express_executions import ExpressExecutions
from tools.inbox import Inbox

MARK = "mark"
"""A column of the tests' files: what it holds says which file a row is from."""


@dataclass(frozen=True)
class Places:
    """Where a pipeline keeps things; ``dead_letters`` maps a hop to its queue's URL."""

    source_bucket: str
    processed_bucket: str
    state_machine_arn: str
    claims_table: str
    dead_letters: Mapping[str, str]


@dataclass
class Reader:
    """Reads one pipeline.

    Of an Express workflow nobody lists the executions: the claims name them, and ``express`` reads
    their log. Keeps in mind what does not change by itself: ended executions, and what a manifest
    and its files hold. ``forget`` lets it look at all of that again, for the last word.
    """

    aws: Aws
    places: Places
    inbox: Inbox
    express: ExpressExecutions | None = None
    _described: dict[tuple[str, str, str], Run] = field(default_factory=dict)
    _published: dict[tuple[str, ...], Output] = field(default_factory=dict)

    def forget(self) -> None:
        """Look at everything anew, and not at what has changed alone."""
        self._described.clear()
        self._published.clear()

    def evidence(self) -> Evidence:
        """Look at everything once."""
        outputs, strays = self._outputs()
        return Evidence(
            arrivals=tuple(self._arrivals()),
            claims=tuple(self._claims()),
            runs=tuple(self.runs()),
            outputs=outputs,
            strays=strays,
            notes=tuple(self._notes()),
            dead_letters=tuple(self.dead_letters()),
        )

    def runs(self) -> Iterator[Run]:
        """Yield all executions."""
        return self._listed() if self.express is None else self._claimed(self.express)

    def _listed(self) -> Iterator[Run]:
        pages = self.aws.step_functions.get_paginator("list_executions").paginate(
            stateMachineArn=self.places.state_machine_arn
        )
        for page in pages:
            for item in page["executions"]:
                seen = (item["executionArn"], item["status"], str(item.get("stopDate")))
                if seen not in self._described:
                    self._described[seen] = self._run(item["executionArn"])
                yield self._described[seen]

    def _claimed(self, express: ExpressExecutions) -> Iterator[Run]:
        for claim in self._claims():
            if claim.execution_arn is None:
                continue
            seen = (claim.execution_arn, "", "")
            if seen not in self._described:
                run = _logged(claim, express)
                if run.outcome is None:  # the log comes a moment later
                    yield run
                    continue
                self._described[seen] = run
            yield self._described[seen]

    def dead_letters(self) -> Iterator[DeadLetter]:
        """Yield the messages in the dead-letter queues, and leave them there."""
        sqs = self.aws.sqs
        for hop, queue in self.places.dead_letters.items():
            handles = []
            while True:
                # Invisible for as long as this takes, so that none is seen twice.
                answer = sqs.receive_message(
                    QueueUrl=queue, MaxNumberOfMessages=10, VisibilityTimeout=30
                )
                if not (messages := answer.get("Messages", [])):
                    break
                for message in messages:
                    handles.append(message["ReceiptHandle"])
                    yield DeadLetter(hop, message["Body"])
            for handle in handles:
                sqs.change_message_visibility(
                    QueueUrl=queue, ReceiptHandle=handle, VisibilityTimeout=0
                )

    def _arrivals(self) -> Iterator[Arrival]:
        # "S3 returns object versions in the order in which they were stored, with the most recently
        # stored returned first": https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
        pages = self.aws.s3.get_paginator("list_object_versions").paginate(
            Bucket=self.places.source_bucket
        )
        versions: dict[str, list[str]] = defaultdict(list)
        for page in pages:
            for item in page.get("Versions", []):
                if not (item["Key"].endswith("/") and item["Size"] == 0):
                    versions[item["Key"]].append(item["VersionId"])
        for key, newest_first in versions.items():
            for rank, version in enumerate(reversed(newest_first)):
                yield Arrival(key, version, rank)

    def _claims(self) -> Iterator[Claim]:
        pages = self.aws.dynamodb.get_paginator("scan").paginate(TableName=self.places.claims_table)
        for page in pages:
            for item in page["Items"]:
                texts = {name: value.get("S", "") for name, value in item.items()}
                if texts["id"].startswith("execution#"):
                    yield Claim(
                        name=texts["id"].partition("#")[2],
                        key=texts["key"],
                        version=texts.get("version", ""),
                        origin=texts.get("origin", ""),
                        execution_arn=texts.get("execution_arn") or None,
                    )

    def _run(self, arn: str) -> Run:
        described = self.aws.step_functions.describe_execution(executionArn=arn)
        given = json.loads(described.get("input") or "{}")
        output = json.loads(described.get("output") or "{}")
        status = described["status"]
        over = status not in ("RUNNING", "PENDING_REDRIVE")
        succeeded = str(output.get("outcome") or "SUCCESS")
        return Run(
            arn=arn,
            name=described["name"],
            status=status,
            key=str(given.get("key", "")),
            version=str(given.get("version_id") or ""),
            outcome=None if not over else succeeded if status == "SUCCEEDED" else "FAILURE",
            redrives=described.get("redriveCount", 0),
            publication=output.get("publication"),
        )

    def _notes(self) -> Iterator[Note]:
        for heard in self.inbox.heard():
            attributes = heard.attributes
            yield Note(
                attributes.get("notification_id", ""), attributes.get("outcome", ""), heard.body
            )

    def _outputs(self) -> tuple[tuple[Output, ...], tuple[str, ...]]:
        pages = self.aws.s3.get_paginator("list_objects_v2").paginate(
            Bucket=self.places.processed_bucket, Prefix="processed/"
        )
        found = [item for page in pages for item in page.get("Contents", [])]
        strays = tuple(item["Key"] for item in found if not item["Key"].endswith(".manifest"))
        outputs = []
        for item in found:
            seen = (item["Key"], item["ETag"], str(item["LastModified"]))
            if item["Key"] not in strays:
                if seen not in self._published:
                    self._published[seen] = self._output(item["Key"])
                outputs.append(self._published[seen])
        return tuple(outputs), strays

    def _output(self, manifest: str) -> Output:
        found = self.aws.s3.get_object(Bucket=self.places.processed_bucket, Key=manifest)
        told = {name: unquote(value) for name, value in found["Metadata"].items()}
        uris = tuple(line for line in found["Body"].read().decode().splitlines() if line)
        read = {uri: self._read(uri) for uri in uris}
        contents = [content for content in read.values() if content is not None]
        return Output(
            manifest=manifest,
            execution_name=told.get("execution-name", ""),
            attempt_id=told.get("attempt-id", ""),
            version=told.get("source-version-id", "").removeprefix("-"),
            told_rows=int(told.get("rows", "-1")),
            uris=uris,
            rows=sum(rows for rows, _ in contents),
            marks=frozenset().union(*(marks for _, marks in contents)),
            missing=tuple(uri for uri, content in read.items() if content is None),
            unfinished=tuple(uri for uri in uris if uri not in self._finished(uri)),
        )

    def _read(self, uri: str) -> tuple[int, frozenset[str]] | None:
        body = self._get(uri)
        if body is None:
            return None
        table = pq.read_table(io.BytesIO(body))
        named = table.column(MARK).unique().to_pylist() if MARK in table.column_names else []
        return table.num_rows, frozenset(map(str, named))

    def _finished(self, uri: str) -> set[str]:
        """Return the URIs that the attempt's own result names; none without a result."""
        body = self._get(uri.rpartition("/")[0] + "/_result.json")
        bucket = uri.removeprefix("s3://").partition("/")[0]
        files: list[Mapping[str, Any]] = json.loads(body)["files"] if body else []
        return {f"s3://{bucket}/{file['key']}" for file in files}

    def _get(self, uri: str) -> bytes | None:
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        try:
            return self.aws.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        except self.aws.s3.exceptions.NoSuchKey:
            return None


def _logged(claim: Claim, express: ExpressExecutions) -> ExpressRun:
    """Return what the log says of a claim's execution; it holds no data, so no publication."""
    assert claim.execution_arn is not None
    progress = express.progress(claim.execution_arn)
    ended = (progress.output or {}).get("outcome", "FAILURE") if progress.is_over else None
    return ExpressRun(
        arn=claim.execution_arn,
        name=claim.name,
        status=progress.status,
        key=claim.key,
        version=claim.version,
        outcome=ended,
    )
