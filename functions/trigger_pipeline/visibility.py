"""How soon a failed message comes back.

A queue hides a message for as long as its execution may take, several times over. Where the
execution is known to be over, or never to have begun, there is nothing to wait for.
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_LONGEST_SECONDS = 900


@dataclass(frozen=True)
class Visibility:
    """Shows messages again: after ``retry_seconds``, and twice as many after each further try."""

    sqs: "SQSClient"
    retry_seconds: int

    def show_soon(self, record: Mapping[str, Any]) -> int:
        """Let a message of Lambda's event come back, and return after how many seconds.

        https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html
        Raises botocore's errors; the message comes back when its queue says, then.
        """
        received = int(record["attributes"]["ApproximateReceiveCount"])
        seconds = min(self.retry_seconds << min(received - 1, 10), _LONGEST_SECONDS)
        self.sqs.change_message_visibility(
            QueueUrl=self._url(record["eventSourceARN"]),
            ReceiptHandle=record["receiptHandle"],
            VisibilityTimeout=seconds,
        )
        return seconds

    def _url(self, queue_arn: str) -> str:
        # GetQueueUrl would tell the same: <endpoint>/<account>/<name>.
        # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-message-identifiers.html
        *_, account, name = queue_arn.split(":")
        return f"{self.sqs.meta.endpoint_url.rstrip('/')}/{account}/{name}"
