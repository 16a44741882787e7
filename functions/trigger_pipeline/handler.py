"""The AWS edge of trigger_pipeline.

Input: a batch of SQS messages, or one event of EventBridge or S3. For a batch, the answer names the
messages that failed, and SQS hands out those alone again:
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

import os
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.common.objects import ObjectVersion
from functions.common.settings import required
from functions.trigger_pipeline.events import read_body, read_event
from functions.trigger_pipeline.executions import Start, start_execution
from functions.trigger_pipeline.keys import resolve

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_stepfunctions import SFNClient

logger = Logger()
metrics = Metrics(namespace="DataPipelines")


@dataclass(frozen=True)
class Pipeline:
    """What a trigger needs of AWS."""

    state_machine_arn: str
    s3: "S3Client"
    step_functions: "SFNClient"

    def start(self, items: list[ObjectVersion]) -> int:
        """Start the executions of object versions and return how many were new."""
        return sum(self._start(item) for item in items)

    def _start(self, announced: ObjectVersion) -> bool:
        item = resolve(announced, self.s3)
        outcome = start_execution(item, self.state_machine_arn, self.step_functions)
        logger.info(f"execution {outcome}", extra={"bucket": item.bucket, "key": item.key})
        return outcome is Start.STARTED


@cache
def _pipeline() -> Pipeline:
    return Pipeline(
        required(os.environ, "STATE_MACHINE_ARN"),
        boto3.client("s3"),
        boto3.client("stepfunctions"),
    )


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Start the executions of the objects that the event announces."""
    return handle(event, _pipeline(), context)


def handle(
    event: dict[str, Any], pipeline: Pipeline, context: LambdaContext | None = None
) -> dict[str, Any]:
    """Start the executions of the objects that the event announces.

    Returns Lambda's batch response for SQS messages, ``{"started": n}`` for a single event.
    """
    if not _is_batch(event):
        started = pipeline.start(read_event(event))
        metrics.add_metric("StartedExecutions", MetricUnit.Count, started)
        return {"started": started}

    def start_from(record: SQSRecord) -> int:
        try:
            started = pipeline.start(read_body(record.body))
        except Exception:
            logger.exception("message failed", extra={"message_id": record.message_id})
            raise
        metrics.add_metric("StartedExecutions", MetricUnit.Count, started)
        return started

    # All failed is an answer like any other: raising would hand out the good ones again as well.
    processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
    return dict(process_partial_response(event, start_from, processor, context))


def _is_batch(event: dict[str, Any]) -> bool:
    records = event.get("Records") or [{}]
    return bool(records[0].get("eventSource") == "aws:sqs")
