"""The AWS edge of publish_output.

Input: an execution's input with ``{"execution_name", "redrive_count", "job": {"attempt_id"}}``.
Output: see ``publication.Publication``.
"""

import os
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.common.settings import required
from functions.publish_output.publication import Outlet, Request, publish
from functions.publish_output.table import Catalog

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient
    from mypy_boto3_s3 import S3Client

logger = Logger()
metrics = Metrics(namespace="DataPipelines")


@cache
def _s3() -> "S3Client":
    return boto3.client("s3")


@cache
def _glue() -> "GlueClient":
    return boto3.client("glue")


def _outlet(environment: Mapping[str, str]) -> Outlet:
    database = environment.get("CATALOG_DATABASE")
    catalog = Catalog(_glue(), database) if database else None
    return Outlet(_s3(), required(environment, "PROCESSED_BUCKET"), catalog)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Publish what the attempt of an execution wrote."""
    logger.append_keys(execution_name=event.get("execution_name"))
    publication = publish(Request.from_input(event), _outlet(os.environ))
    answer = publication.to_json()
    logger.info("published" if publication.published else "superseded", extra=answer)
    metric = "PublishedOutputs" if publication.published else "SupersededOutputs"
    metrics.add_metric(metric, MetricUnit.Count, 1)
    return answer
