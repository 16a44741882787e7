"""Publishing: one conditional write that makes an attempt's files what readers see."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from functions.common.errors import InvalidInputError, PublishConflictError
from functions.common.layout import Layout
from functions.common.manifests import Manifest, ManifestChangedError, Provenance
from functions.common.objects import ObjectVersion
from functions.publish_output.attempt import Attempt
from functions.publish_output.order import may_replace
from functions.publish_output.table import Catalog, Table

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MAX_TRIES = 5


@dataclass(frozen=True)
class Request:
    """What is to be published: an attempt of an execution about one object version."""

    item: ObjectVersion
    attempt_id: str
    execution_name: str
    redrive_count: int

    @classmethod
    def from_input(cls, data: Mapping[str, Any]) -> "Request":
        """Read the function's input. Raises InvalidInputError."""
        attempt_id = (data.get("job") or {}).get("attempt_id")
        if not isinstance(attempt_id, str) or not attempt_id or "/" in attempt_id:
            raise InvalidInputError(
                f"'job.attempt_id' must name the attempt that ended, not {attempt_id!r}."
            )
        return cls(
            ObjectVersion.from_input(data),
            attempt_id,
            str(data.get("execution_name") or ""),
            int(data.get("redrive_count") or 0),
        )


@dataclass(frozen=True)
class Outlet:
    """Where outputs are published. Without a catalog no table is kept."""

    s3: "S3Client"
    processed_bucket: str
    catalog: Catalog | None = None


@dataclass(frozen=True)
class Publication:
    """What came of it. ``superseded_by`` is the version whose output stands, if ours does not."""

    published: bool
    manifest_uri: str
    attempt_path: str
    rows: int
    quarantined_rows: int
    files: int
    bytes: int
    superseded_by: str | None
    warnings: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the function's answer."""
        return {**asdict(self), "warnings": list(self.warnings)}


def publish(request: Request, outlet: Outlet) -> Publication:
    """Publish an attempt, unless the output of a newer version is published already.

    The state machine names the one attempt that it waited for, so that no other one, a run that was
    started twice or that ended late, is ever published. To publish an attempt again is no error.

    The table comes first: its columns without the rows are harmless, and what fails there has
    published nothing.

    Raises AttemptIncompleteError, PublishConflictError (try again) and botocore's errors.
    """
    item = request.item
    layout = Layout.of(outlet.processed_bucket, item.bucket, item.key)
    prefix = layout.attempt_key(request.attempt_id)
    attempt = Attempt.read(outlet.s3, outlet.processed_bucket, prefix, request.attempt_id)
    warnings: tuple[str, ...] = ()
    if outlet.catalog is not None:
        warnings = Table(outlet.catalog, layout).take_in(attempt.columns)
    newer = _write_manifest(request, attempt, layout, outlet.s3)
    return Publication(
        published=newer is None,
        manifest_uri=layout.manifest_uri,
        attempt_path=attempt.path,
        rows=attempt.rows,
        quarantined_rows=attempt.quarantined_rows,
        files=len(attempt.files),
        bytes=sum(attempt.files.values()),
        superseded_by=None if newer is None else newer.version_id or "unknown",
        warnings=warnings,
    )


def _write_manifest(
    request: Request, attempt: Attempt, layout: Layout, s3: "S3Client"
) -> Provenance | None:
    """Write the manifest; return whose output stands instead, if it is newer."""
    manifest = Manifest(s3, layout.processed_bucket, layout.manifest_key)
    ours = Provenance(
        request.item.version_id,
        request.item.sequencer,
        request.execution_name,
        attempt.attempt_id,
        attempt.rows,
        request.redrive_count,
    )
    for _ in range(MAX_TRIES):
        published = manifest.look()
        if published is not None:
            if published.provenance.attempt_id == attempt.attempt_id:
                return None
            if not may_replace(request.item, published.provenance, s3):
                return published.provenance
        try:
            manifest.write(attempt.uris, ours, over=published)
        except ManifestChangedError:
            continue
        return None
    raise PublishConflictError(
        f"{layout.manifest_uri} was written by others at each of {MAX_TRIES} tries."
    )
