"""The AWS edge of plan_month.

Input: ``{"month": "2026-01"}`` or ``{"scheduled_time": "2026-02-01T05:30:00Z"}``, the other null or
absent. Output: see ``plan.Plan``.
"""

import os
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.plan_month.plan import Settings, month_of, plan

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

logger = Logger()


@cache
def _s3() -> "S3Client":
    return boto3.client("s3")


@logger.inject_lambda_context
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Say what there is to do for the month that the run is about."""
    settings = Settings.from_environment(os.environ)
    planned = plan(month_of(event, settings), settings, _s3())
    # Not the URL: what stands behind its ? may be a key to it.
    logger.info("planned", extra={"month": planned.month, "published": planned.published})
    return planned.to_json()
