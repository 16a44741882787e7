"""The AWS edge of check_job_status.

Input: ``{"job_name", "job_run_id"}``. Output: see ``status.JobStatus``.
"""

from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.check_job_status.status import check_job_run

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient

logger = Logger()


@cache
def _glue() -> "GlueClient":
    return boto3.client("glue")


@logger.inject_lambda_context
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Look at the job run."""
    status = check_job_run(event, _glue()).to_json()
    logger.info("job run seen", extra=status)
    return status
