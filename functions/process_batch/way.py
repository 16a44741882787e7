"""The way of one small file: validated, processed, published, in one process.

The steps are those of the file pipeline, function by function; only the state machine between them
is missing. What has begun to go wrong there is told here by the result of a file.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from functions.common.claims import Claims, Origin
from functions.common.executions import Starter
from functions.common.layout import Layout
from functions.common.manifests import Manifest
from functions.common.naming import execution_name
from functions.common.objects import ObjectVersion
from functions.process_batch.items import Batch, Named
from functions.process_batch.notices import Notices
from functions.process_file import processing
from functions.process_file.request import Request as ProcessRequest
from functions.process_file.settings import Settings as ProcessSettings
from functions.publish_output.publication import Outlet, publish
from functions.publish_output.publication import Request as PublishRequest
from functions.quarantine_file.quarantine import Rejected, keep
from functions.validate_file.handler import validate_object
from functions.validate_file.settings import Settings as ValidateSettings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_MISSING = frozenset({"404", "NoSuchKey", "NoSuchVersion", "NotFound", "MethodNotAllowed", "405"})


class Fate(StrEnum):
    """What became of a file."""

    PUBLISHED = "PUBLISHED"
    ALREADY_PUBLISHED = "ALREADY_PUBLISHED"
    SUPERSEDED = "SUPERSEDED"
    INVALID = "INVALID"
    GONE = "GONE"
    KNOWN = "KNOWN"
    """It had its run, whatever came of it: a repeated event."""
    STARTED = "STARTED"
    """Too large for a batch: an execution of its own has been started."""


@dataclass(frozen=True)
class Result:
    """What became of a file, and where to look: its manifest, its quarantine, its execution."""

    bucket: str
    key: str
    version_id: str | None
    fate: Fate
    rows: int | None = None
    place: str | None = None
    reason: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return it as the batch's answer has it."""
        return asdict(self)


@dataclass(frozen=True)
class Way:
    """What a file's way needs. Files over ``threshold_bytes`` get an execution of their own."""

    s3: "S3Client"
    outlet: Outlet
    validation: ValidateSettings
    processing: ProcessSettings
    claims: Claims
    starter: Starter
    threshold_bytes: int
    on_contradiction: str = "fail"
    notices: Notices | None = None

    def go(self, named: Named, batch: Batch, attempt_id: str) -> Result:
        """Take one file all the way. Raises PipelineError and botocore's errors.

        A version that is published already is left alone, so a batch can be tried again at no cost.
        """
        item = self._look(named)
        if item is None:
            return Result(named.bucket, named.key, named.version_id, Fate.GONE)
        layout = Layout.of(self.outlet.processed_bucket, item.bucket, item.key)
        if self._is_published(item, layout):
            return _result(item, Fate.ALREADY_PUBLISHED, place=layout.manifest_uri)
        if (item.size or 0) > self.threshold_bytes:
            run = self.starter.start(item, Origin.BATCH)
            return _result(item, Fate.STARTED, place=run.execution_arn)
        # A claim without an execution is what the sweep starts, should this call be cut off.
        origin = Origin.EVENT if batch.announced else Origin.BATCH
        claim = self.claims.take(execution_name(item), item, origin)
        if batch.announced and claim.execution_arn:
            return _result(item, Fate.KNOWN, place=claim.execution_arn)
        result = self._process(item, batch, attempt_id)
        if batch.announced and self.notices and result.fate is Fate.INVALID:
            self.notices.tell_invalid(item, result.reason or "", result.place or "")
        self.claims.record_start(claim.name, batch.execution_arn)
        return result

    def _look(self, named: Named) -> ObjectVersion | None:
        version: dict[str, Any] = {"VersionId": named.version_id} if named.version_id else {}
        try:
            head = self.s3.head_object(Bucket=named.bucket, Key=named.key, **version)
        except ClientError as error:
            if error.response["Error"]["Code"] in _MISSING:
                return None
            raise
        found = head.get("VersionId")
        return ObjectVersion(
            named.bucket,
            named.key,
            found if found != "null" else None,
            head["ContentLength"],
            head["ETag"].strip('"'),
            named.sequencer,
        )

    def _is_published(self, item: ObjectVersion, layout: Layout) -> bool:
        manifest = Manifest(self.s3, layout.processed_bucket, layout.manifest_key)
        published = manifest.look()
        return (
            item.version_id is not None
            and published is not None
            and published.provenance.version_id == item.version_id
        )

    def _process(self, item: ObjectVersion, batch: Batch, attempt_id: str) -> Result:
        given = item.to_input() | {
            "execution_name": batch.execution_name,
            "started_at": batch.started_at,
            "processing_date": batch.started_at[:10],
            "on_contradiction": self.on_contradiction,
        }
        given["validation"] = validate_object(given, self.s3, self.validation).to_json()
        if not given["validation"]["valid"]:
            return self._put_aside(item, given)
        with TemporaryDirectory(prefix="process-batch-") as scratch:
            processing.process(
                ProcessRequest.from_input(given),
                attempt_id,
                self.s3,
                self.processing,
                Path(scratch),
            )
        given["job"] = {"attempt_id": attempt_id}
        publication = publish(PublishRequest.from_input(given), self.outlet)
        fate = Fate.PUBLISHED if publication.published else Fate.SUPERSEDED
        return _result(item, fate, rows=publication.rows, place=publication.manifest_uri)

    def _put_aside(self, item: ObjectVersion, given: Mapping[str, Any]) -> Result:
        kept = keep(Rejected.from_input(given), self.outlet.processed_bucket, self.s3)
        reason = given["validation"]["reason"]
        told = f"{reason['code']}: {reason['message']}"
        return _result(item, Fate.INVALID, place=kept.reason_uri, reason=told)


def _result(item: ObjectVersion, fate: Fate, **more: Any) -> Result:
    return Result(item.bucket, item.key, item.version_id, fate, **more)
