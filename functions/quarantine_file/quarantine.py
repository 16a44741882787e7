"""Quarantine: a copy of an invalid file, and beside it why it is there and what to do.

The file in the source bucket is left as it is. To put a file aside again, after a crash or because
the execution was redriven, writes the same objects once more.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError

from functions.common.errors import InvalidInputError
from functions.common.layout import REASON_FILE, Layout
from functions.common.objects import ObjectVersion
from functions.common.reasons import ReasonCode, advice

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CopySourceTypeDef

_MAX_NAME_BYTES = 512
"""Half of what a key may have; the other half is for the folders."""
# Copied inside S3, several parts at a time; 10,000 parts at most, so this bounds the size: 2.5 TB.
_COPY = TransferConfig(multipart_chunksize=256 * 1024 * 1024, max_concurrency=10)
# What cannot be copied is told of all the same: gone, or in an archive storage class.
_NOT_TO_BE_HAD = frozenset(
    {"404", "NoSuchKey", "NoSuchVersion", "NotFound", "MethodNotAllowed", "405"}
    | {"InvalidObjectState"}
)


@dataclass(frozen=True)
class Rejected:
    """An object version that validation found invalid, and in which execution."""

    item: ObjectVersion
    execution_name: str
    started_at: str | None
    reason: Mapping[str, Any]

    @classmethod
    def from_input(cls, data: Mapping[str, Any]) -> "Rejected":
        """Read the function's input. Raises InvalidInputError."""
        reason = (data.get("validation") or {}).get("reason")
        name = data.get("execution_name")
        if not isinstance(reason, Mapping) or not isinstance(name, str) or not name:
            raise InvalidInputError(
                "The input needs 'execution_name' and 'validation.reason': why the file is not "
                f"valid. It has {name!r} and {reason!r}."
            )
        return cls(ObjectVersion.from_input(data), name, data.get("started_at"), reason)


@dataclass(frozen=True)
class Kept:
    """Where the file and the reason lie. ``copy_uri`` is None where there was nothing to copy."""

    quarantine_path: str
    copy_uri: str | None
    reason_uri: str

    def to_json(self) -> dict[str, Any]:
        """Return the function's answer."""
        return asdict(self)


def keep(rejected: Rejected, processed_bucket: str, s3: "S3Client") -> Kept:
    """Copy the file and write down the reason, the reason last. Raises botocore's errors."""
    item = rejected.item
    layout = Layout.of(processed_bucket, item.bucket, item.key)
    prefix = layout.quarantine_key(rejected.execution_name)
    copy = f"{prefix}{file_name(item.key)}"
    tags = urlencode({"status": "quarantined", "reason": str(rejected.reason.get("code"))})
    copied = _copy(item, processed_bucket, copy, tags, s3)
    path = f"s3://{processed_bucket}/{prefix}"
    kept = Kept(path, f"s3://{processed_bucket}/{copy}" if copied else None, path + REASON_FILE)
    s3.put_object(
        Bucket=processed_bucket,
        Key=f"{prefix}{REASON_FILE}",
        Body=json.dumps(_told(rejected, kept), indent=2, ensure_ascii=False).encode(
            errors="replace"
        ),
        ContentType="application/json",
        Tagging=tags,
    )
    return kept


def file_name(key: str) -> str:
    """Return the name of the copy of the object ``key``: its own, where that makes a sound key.

    Dots alone would be folded away by tools that take the key for a path, a long name would make
    the key longer than S3 allows, and one name is taken by the reason.
    """
    name = key.rstrip("/").rpartition("/")[2]
    if not name.strip(".") or name == REASON_FILE:
        return f"file-{name}"
    encoded = name.encode()
    if len(encoded) <= _MAX_NAME_BYTES:
        return name
    # Its end, where the extension is, and something that no other long name ends with.
    end = encoded[-_MAX_NAME_BYTES // 2 :].decode(errors="ignore")
    return f"{sha256(encoded).hexdigest()[:16]}-{end}"


def _copy(item: ObjectVersion, bucket: str, key: str, tags: str, s3: "S3Client") -> bool:
    source: CopySourceTypeDef = {"Bucket": item.bucket, "Key": item.key}
    if item.version_id:
        source["VersionId"] = item.version_id
    extra = {"TaggingDirective": "REPLACE", "Tagging": tags}
    try:
        s3.copy(source, bucket, key, ExtraArgs=extra, Config=_COPY)
    except ClientError as error:
        if error.response["Error"]["Code"] in _NOT_TO_BE_HAD:
            return False
        raise
    return True


def _told(rejected: Rejected, kept: Kept) -> dict[str, Any]:
    code = rejected.reason.get("code")
    return {
        "source": rejected.item.to_input(),
        "copy": kept.copy_uri,
        "reason": dict(rejected.reason),
        "what_to_do": advice(ReasonCode(str(code))) if code in ReasonCode else None,
        "execution_name": rejected.execution_name,
        "execution_started_at": rejected.started_at,
    }
