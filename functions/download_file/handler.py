"""The AWS edge of download_file.

Input: ``{"url", "bucket", "key", "checksum_url"}``, the last one null where there is none.
Output: see ``download.Outcome``; unless ``complete``, call it again with the same input.
"""

import os
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3
import urllib3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.download_file.download import Downloader, Request
from functions.download_file.remote import RemoteFile
from functions.download_file.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

logger = Logger()
metrics = Metrics(namespace="DataPipelines")
MB = 1024 * 1024


@cache
def _s3() -> "S3Client":
    return boto3.client("s3")


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Bring a file into S3, or as much of it as there is time for."""
    request = Request.from_input(event)
    settings = Settings.from_environment(os.environ)
    # Not the address: what stands behind its ? may be a key to it.
    logger.append_keys(bucket=request.target.bucket, key=request.target.key)
    outcome = _downloader(request, settings, context).run(request)
    logger.info("downloaded" if outcome.complete else "out of time", extra=outcome.to_json())
    metrics.add_metric("DownloadedBytes", MetricUnit.Bytes, outcome.size - outcome.resumed_at)
    return outcome.to_json()


def _downloader(request: Request, settings: Settings, context: LambdaContext) -> Downloader:
    # Asked anew at each call, so that a rotated secret is used at once.
    secret = settings.secret(boto3.client("secretsmanager")) if settings.secret_arn else None
    timeout = urllib3.Timeout(connect=10, read=settings.idle_seconds)
    http = urllib3.PoolManager(timeout=timeout)
    margin = settings.margin_seconds * 1000

    def open_file(url: str) -> RemoteFile:
        # A checksum may lie on another server, which the secret is none of the business of.
        same = urlsplit(url).netloc == urlsplit(request.url).netloc
        return RemoteFile(url, http, secret if same else None, settings.allow_http)

    return Downloader(
        s3=_s3(),
        open_file=open_file,
        has_time=lambda: context.get_remaining_time_in_millis() > margin,
        part_bytes=settings.part_mb * MB,
    )
