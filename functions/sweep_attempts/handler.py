"""The AWS edge of sweep_attempts.

Called by a schedule; the event does not matter. Answers with ``sweep.Tick``.
"""

import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.common.cursor import Cursor
from functions.common.settings import positive_integer, required
from functions.sweep_attempts.sweep import Sweep

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

logger = Logger()
metrics = Metrics(namespace="DataPipelines")


@cache
def _s3() -> "S3Client":
    return boto3.client("s3")


@cache
def _dynamodb() -> "DynamoDBClient":
    return boto3.client("dynamodb")


def sweep_from(environment: Mapping[str, str], s3: "S3Client", dynamodb: "DynamoDBClient") -> Sweep:
    """Read PROCESSED_BUCKET, CLAIMS_TABLE, ATTEMPT_SECONDS and MAX_OBJECTS.

    Raises MissingSettingError.
    """
    bucket = required(environment, "PROCESSED_BUCKET")
    return Sweep(
        s3=s3,
        bucket=bucket,
        cursor=Cursor(required(environment, "CLAIMS_TABLE"), dynamodb, bucket),
        min_age=timedelta(seconds=positive_integer(environment, "ATTEMPT_SECONDS", 15 * 86_400)),
        max_objects=positive_integer(environment, "MAX_OBJECTS", 10_000),
    )


@logger.inject_lambda_context
@metrics.log_metrics
def handler(_event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Sweep a stretch of the attempts."""
    sweep = sweep_from(os.environ, _s3(), _dynamodb())
    tick = sweep.tick(datetime.now(UTC), lambda: context.get_remaining_time_in_millis() / 1000)
    logger.info("swept", extra=tick.to_json())
    metrics.add_metric("RemovedAttempts", MetricUnit.Count, tick.attempts_removed)
    return tick.to_json()
