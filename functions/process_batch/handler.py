"""The AWS edge of process_batch.

Input: SQS messages that announce files, answered by those that failed; or a batch, see ``items``.
Output for a batch: ``{"files": n, "fates": {"PUBLISHED": n, …}, "results": […]}``, one
``way.Result`` per file. If files failed, the call fails after all others are done, and names them.
"""

import os
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import BotoCoreError, ClientError

from functions.common.claims import Claims
from functions.common.errors import PipelineError
from functions.common.executions import Starter
from functions.common.limits import MIB
from functions.common.settings import positive_integer, required
from functions.process_batch.errors import FilesFailedError, OutOfTimeError
from functions.process_batch.items import Batch
from functions.process_batch.messages import take
from functions.process_batch.notices import Notices
from functions.process_batch.way import Result, Way
from functions.process_file.settings import Settings as ProcessSettings
from functions.publish_output.publication import Outlet
from functions.publish_output.table import Catalog
from functions.validate_file.settings import Settings as ValidateSettings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

logger = Logger()
metrics = Metrics(namespace="DataPipelines")
_MARGIN_MILLISECONDS = 30_000
_TOLD_FAILURES = 5


@cache
def _s3() -> "S3Client":
    return boto3.client("s3")


@cache
def _way() -> Way:
    environment = os.environ
    claims = Claims(required(environment, "CLAIMS_TABLE"), boto3.client("dynamodb"))
    database = environment.get("CATALOG_DATABASE")
    catalog = Catalog(boto3.client("glue"), database) if database else None
    arn = required(environment, "STATE_MACHINE_ARN")
    return Way(
        s3=_s3(),
        outlet=Outlet(_s3(), required(environment, "PROCESSED_BUCKET"), catalog),
        validation=ValidateSettings.from_environment(environment),
        processing=ProcessSettings.from_environment(environment),
        claims=claims,
        starter=Starter(arn, boto3.client("stepfunctions"), claims),
        threshold_bytes=positive_integer(environment, "THRESHOLD_MB", 16) * MIB,
        on_contradiction=environment.get("ON_CONTRADICTION") or "fail",
        notices=Notices(required(environment, "TOPIC_ARN"), boto3.client("sns")),
    )


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Take the files of a batch the whole way."""
    attempt_id = f"lambda-{context.aws_request_id}"

    def has_time() -> bool:
        return context.get_remaining_time_in_millis() > _MARGIN_MILLISECONDS

    if "Records" in event:
        arrived = take(event["Records"], _way(), _call(context), attempt_id, has_time)
        _count(arrived.results)
        return arrived.to_json()
    batch = Batch.from_input(event)
    logger.append_keys(execution_name=batch.execution_name)
    results = process(batch, _way(), attempt_id, has_time)
    return {
        "files": len(results),
        "fates": _count(results),
        "results": [result.to_json() for result in results],
    }


def _call(context: LambdaContext) -> Batch:
    """Return the call itself as what files are processed in: no execution stands behind it."""
    arn = f"{context.invoked_function_arn}:{context.aws_request_id}"
    return Batch((), arn, datetime.now(UTC).isoformat(), announced=True)


def _count(results: Sequence[Result]) -> dict[str, int]:
    fates = Counter(result.fate.value for result in results)
    for fate, count in fates.items():
        metrics.add_metric(f"Batch{fate.title().replace('_', '')}", MetricUnit.Count, count)
    logger.info("batch is done", extra={"fates": dict(fates)})
    return dict(fates)


def process(batch: Batch, way: Way, attempt_id: str, has_time: Callable[[], bool]) -> list[Result]:
    """Take each file of the batch the whole way.

    Raises FilesFailedError after the last file if some failed, OutOfTimeError if some are left.
    """
    results: list[Result] = []
    failures: list[str] = []
    for done, named in enumerate(batch.objects):
        if not has_time():
            raise OutOfTimeError(f"{done} of {len(batch.objects)} files are done.")
        try:
            # A list may name two versions of one file, whose attempts lie in one folder.
            results.append(way.go(named, batch, f"{attempt_id}-{done:04}"))
        except (PipelineError, ClientError, BotoCoreError) as error:
            logger.exception("file failed", extra={"bucket": named.bucket, "key": named.key})
            failures.append(f"s3://{named.bucket}/{named.key}: {type(error).__name__}: {error}")
    if failures:
        told = "; ".join(failures[:_TOLD_FAILURES])
        raise FilesFailedError(f"{len(failures)} of {len(batch.objects)} files failed. {told}")
    return results
