"""The AWS edge of start_glue_job.

Input: ``{"job_name", "arguments", "execution_name"}`` and, both or neither, ``worker_type`` and
``number_of_workers``. Output: ``{"job_name", "job_run_id"}``.
"""

from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.start_glue_job.job_runs import JobRequest, start_job_run

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient

logger = Logger()
metrics = Metrics(namespace="DataPipelines")


@cache
def _glue() -> "GlueClient":
    return boto3.client("glue")


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, str]:
    """Start the job."""
    logger.append_keys(execution_name=event.get("execution_name"))
    started = start(event, _glue())
    logger.info("job started", extra=started)
    metrics.add_metric("StartedJobs", MetricUnit.Count, 1)
    return started


def start(event: dict[str, Any], glue: "GlueClient") -> dict[str, str]:
    """Start the job that the input names. Raises what ``start_job_run`` raises."""
    request = JobRequest.from_input(event)
    return {"job_name": request.job_name, "job_run_id": start_job_run(request, glue)}
