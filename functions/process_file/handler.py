"""The AWS edge of process_file.

Input: an object version with ``validation`` (the answer of validate_file), ``execution_name``,
``processing_date`` (YYYY-MM-DD) and ``on_contradiction``. Output: the ``job`` of an execution, as a
Glue job's state gives it.
"""

import os
import time
from functools import cache
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.process_file.processing import Outcome, process
from functions.process_file.request import Request
from functions.process_file.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

logger = Logger()
metrics = Metrics(namespace="DataPipelines")


@cache
def _s3() -> "S3Client":
    return boto3.client("s3")


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Process the file that the execution is about."""
    begin = time.monotonic()
    request = Request.from_input(event)
    logger.append_keys(execution_name=request.execution_name, bucket=request.item.bucket)
    attempt_id = f"lambda-{context.aws_request_id}"
    with TemporaryDirectory(prefix="process-file-") as scratch:
        settings = Settings.from_environment(os.environ)
        outcome = process(request, attempt_id, _s3(), settings, Path(scratch))
    _report(outcome, request)
    return {
        "engine": "lambda",
        "attempt_id": outcome.attempt_id,
        "job_name": context.function_name,
        "job_run_id": outcome.attempt_id,
        "job_run_state": "SUCCEEDED",
        "execution_time": ceil(time.monotonic() - begin),
    }


def _report(outcome: Outcome, request: Request) -> None:
    logger.info(
        "file is processed",
        extra={"rows": outcome.rows, "quarantined_rows": outcome.quarantined_rows},
    )
    metrics.add_metric("ProcessedRows", MetricUnit.Count, outcome.rows)
    metrics.add_metric("QuarantinedRows", MetricUnit.Count, outcome.quarantined_rows)
    metrics.add_metric("ProcessedBytes", MetricUnit.Bytes, request.size_bytes)
