"""The AWS edge of quarantine_file.

Input: an execution's input with ``{"execution_name", "started_at", "validation"}``.
Output: see ``quarantine.Kept``.
"""

import os
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.common.settings import required
from functions.quarantine_file.quarantine import Rejected, keep

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

logger = Logger()
metrics = Metrics(namespace="DataPipelines")


@cache
def _s3() -> "S3Client":
    return boto3.client("s3")


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Put the invalid file of an execution aside."""
    logger.append_keys(execution_name=event.get("execution_name"))
    kept = keep(Rejected.from_input(event), required(os.environ, "PROCESSED_BUCKET"), _s3())
    logger.info("file quarantined", extra=kept.to_json())
    metrics.add_metric("QuarantinedFiles", MetricUnit.Count, 1)
    return kept.to_json()
