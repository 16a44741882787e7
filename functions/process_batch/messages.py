"""Files as they arrive: SQS messages in which S3 announces them.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError

from functions.common.errors import PipelineError
from functions.process_batch.items import Batch, Named
from functions.process_batch.way import Result, Way
from functions.trigger_pipeline.events import read_body
from functions.trigger_pipeline.keys import resolve

logger = Logger(child=True)


@dataclass(frozen=True)
class Arrived:
    """What became of the files of some messages, and the messages that are to come again."""

    results: tuple[Result, ...]
    failed: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return Lambda's batch response."""
        return {"batchItemFailures": [{"itemIdentifier": each} for each in self.failed]}


def take(
    records: Iterable[Mapping[str, Any]],
    way: Way,
    call: Batch,
    attempt_id: str,
    has_time: Callable[[], bool],
) -> Arrived:
    """Take the files that messages announce the whole way; what fails comes again by the queue.

    ``call`` says in which call that is; it names no objects itself.
    """
    results: list[Result] = []
    failed: list[str] = []
    for number, record in enumerate(records):
        try:
            if not has_time():
                failed.append(record["messageId"])
                continue
            for place, item in enumerate(read_body(record["body"])):
                found = resolve(item, way.s3)
                named = Named(found.bucket, found.key, found.version_id, found.sequencer)
                attempt = f"{attempt_id}-{number:04}-{place:04}"
                results.append(way.go(named, replace(call, objects=(named,)), attempt))
        except (PipelineError, ClientError, BotoCoreError):
            logger.exception("message failed", extra={"message_id": record["messageId"]})
            failed.append(record["messageId"])
    return Arrived(tuple(results), tuple(failed))
