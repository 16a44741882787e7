"""The AWS edge of validate_file.

Input: an execution's input, of which bucket, key and version_id are read. Output: see ``verdict``.
"""

import os
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.common.naming import version_digest
from functions.common.objects import ObjectVersion
from functions.common.source import S3Source
from functions.validate_file.settings import Settings
from functions.validate_file.validation import validate
from functions.validate_file.verdict import Verdict

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

logger = Logger()
metrics = Metrics(namespace="DataPipelines")

MAX_SCHEMA_BYTES = 16 * 1024
"""A longer schema goes by way of S3."""


@cache
def _s3() -> "S3Client":
    return boto3.client("s3")


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Validate the object that the execution is about."""
    verdict = validate_object(event, _s3(), Settings.from_environment(os.environ))
    _report(verdict)
    return answer(verdict, ObjectVersion.from_input(event), _s3())


def validate_object(event: dict[str, Any], s3: "S3Client", settings: Settings) -> Verdict:
    """Validate the object named in an execution's input. Raises InvalidInputError."""
    item = ObjectVersion.from_input(event)
    logger.append_keys(bucket=item.bucket, key=item.key, version_id=item.version_id)
    return validate(item, lambda: S3Source(s3, item), settings)


def answer(verdict: Verdict, item: ObjectVersion, s3: "S3Client") -> dict[str, Any]:
    """Return the function's answer; a schema that is too long for it is written to S3.

    A state's input holds 256 KiB at most, all that an execution knows together:
    https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
    """
    whole = verdict.to_json()
    schema = whole["schema"].encode()
    if len(schema) <= MAX_SCHEMA_BYTES:
        return whole
    bucket, key = verdict.layout.processed_bucket, verdict.layout.schema_key(version_digest(item))
    s3.put_object(Bucket=bucket, Key=key, Body=schema, ContentType="application/json")
    return verdict.to_json(schema_uri=f"s3://{bucket}/{key}")


def _report(verdict: Verdict) -> None:
    if verdict.reason:
        # The message may quote the file; the log is structured, so that it cannot forge a line.
        logger.warning("file is not valid", extra={"reason": verdict.reason.to_json()})
        metrics.add_metric("InvalidFiles", MetricUnit.Count, 1)
        return
    logger.info("file is valid", extra={"rows": verdict.row_count, "type": verdict.file_type})
    metrics.add_metric("ValidFiles", MetricUnit.Count, 1)
    metrics.add_metric("ValidatedBytes", MetricUnit.Bytes, verdict.size_bytes or 0)
