"""The AWS edge of trigger_pipeline.

Input: a batch of SQS messages, one event of EventBridge or S3, or a person's request about the runs
of an object version (see ``replays``). For a batch, the answer names the messages that failed, and
SQS hands out those alone again:
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html

Where the run of a message is known to have failed, SQS does so after RETRY_SECONDS (60), and after
twice as many each further time.
"""

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
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
from botocore.exceptions import BotoCoreError, ClientError

from functions.common.claims import Origin
from functions.common.errors import NotBegunError, RunUnderWayError, UntoldEndError
from functions.common.executions import Run, Start, Starter, step_functions_client
from functions.common.objects import ObjectVersion
from functions.common.settings import positive_integer
from functions.trigger_pipeline.events import read_body, read_event
from functions.trigger_pipeline.keys import resolve
from functions.trigger_pipeline.replays import Replay, looked_up
from functions.trigger_pipeline.visibility import Visibility

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

logger = Logger()
metrics = Metrics(namespace="DataPipelines")


@dataclass(frozen=True)
class Pipeline:
    """What a trigger needs of AWS."""

    s3: "S3Client"
    starter: Starter
    visibility: Visibility

    def start(self, items: list[ObjectVersion]) -> int:
        """Start the executions of object versions and return how many were new."""
        return sum(self._start(item) for item in items)

    def _start(self, announced: ObjectVersion) -> bool:
        item = resolve(announced, self.s3)
        run = self.starter.start(item, Origin.EVENT)
        logger.info(f"execution {run.start}", extra={"bucket": item.bucket, "key": item.key})
        return run.start is Start.STARTED

    def replay(self, request: Replay) -> dict[str, Any]:
        """Run an object version again and say under which name."""
        run = self.starter.replay(request.item, request.token)
        logger.info("replay started", extra={"execution_name": run.name})
        return _told(run)


def _told(run: Run) -> dict[str, Any]:
    return {"execution_name": run.name, "execution_arn": run.execution_arn}


@cache
def _pipeline() -> Pipeline:
    starter = Starter.from_environment(
        os.environ, step_functions_client(os.environ), boto3.client("dynamodb")
    )
    seconds = positive_integer(os.environ, "RETRY_SECONDS", 60)
    return Pipeline(boto3.client("s3"), starter, Visibility(boto3.client("sqs"), seconds))


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Start the executions of the objects that the event announces."""
    return handle(event, _pipeline(), context)


def handle(
    event: dict[str, Any], pipeline: Pipeline, context: LambdaContext | None = None
) -> dict[str, Any]:
    """Start the executions of the objects that the event announces.

    Returns Lambda's batch response for SQS messages, ``{"started": n}`` for a single event, the
    execution's name and ARN for a replay, and ``{"runs": […]}`` of these for a question.
    """
    if "runs_of" in event:
        return {"runs": [_told(run) for run in pipeline.starter.runs(looked_up(event))]}
    if "replay" in event:
        return pipeline.replay(Replay.from_event(event))
    if not _is_batch(event):
        started = pipeline.start(read_event(event))
        metrics.add_metric("StartedExecutions", MetricUnit.Count, started)
        return {"started": started}
    return _handle_batch(event, pipeline, context)


def _handle_batch(
    event: dict[str, Any], pipeline: Pipeline, context: LambdaContext | None
) -> dict[str, Any]:
    records = event["Records"]
    # Executions of an Express workflow are waited for, those of a batch side by side.
    workers = len(records) if pipeline.starter.is_express else 1
    with ThreadPoolExecutor(workers) as pool:
        starts = {
            record["messageId"]: pool.submit(_start_from, record, pipeline) for record in records
        }

        def outcome(record: SQSRecord) -> int:
            started = starts[record.message_id].result()
            metrics.add_metric("StartedExecutions", MetricUnit.Count, started)
            return started

        # All failed is an answer like any other: raising would hand out the good ones again.
        processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
        return dict(process_partial_response(event, outcome, processor, context))


def _start_from(record: Mapping[str, Any], pipeline: Pipeline) -> int:
    try:
        return pipeline.start(read_body(record["body"]))
    except RunUnderWayError as error:
        logger.warning(str(error), extra={"message_id": record["messageId"]})
        raise
    except (UntoldEndError, NotBegunError):
        logger.exception("run failed", extra={"message_id": record["messageId"]})
        _show_soon(record, pipeline.visibility)
        raise
    except Exception:
        logger.exception("message failed", extra={"message_id": record["messageId"]})
        raise


def _show_soon(record: Mapping[str, Any], visibility: Visibility) -> None:
    told = {"message_id": record["messageId"]}
    try:
        seconds = visibility.show_soon(record)
    except (BotoCoreError, ClientError):
        logger.exception("the message comes back late: its time could not be set", extra=told)
    else:
        logger.info(f"the message comes back in {seconds} s", extra=told)


def _is_batch(event: dict[str, Any]) -> bool:
    records = event.get("Records") or [{}]
    return bool(records[0].get("eventSource") == "aws:sqs")
