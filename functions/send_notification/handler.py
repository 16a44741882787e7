"""The AWS edge of send_notification.

Input: see ``report.Report``, or EventBridge's event of an execution's end (see ``ended``).
Output: ``{"message_id", "sent"}``; ``sent`` is false where the outcome was told before.

Every message carries the attribute ``outcome``, so that a subscription's filter policy can choose,
and ``notification_id``, by which a receiver knows a message that comes twice:
https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import BotoCoreError, ClientError

from functions.common.express import without_id
from functions.common.settings import required
from functions.send_notification import ended
from functions.send_notification.ledger import Ledger
from functions.send_notification.report import Report
from functions.send_notification.wording import Notification, word

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sns import SNSClient

logger = Logger()
metrics = Metrics(namespace="DataPipelines")


@dataclass(frozen=True)
class Desk:
    """Where notifications go out, and where it is noted that they did."""

    topic_arn: str
    sns: "SNSClient"
    ledger: Ledger

    def tell(self, event: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        """Word and publish what became of a file, once; ``seconds`` is how long this may take.

        Raises InvalidInputError, NotificationUnderWayError and botocore's errors.
        """
        report = Report.from_input(ended.to_input(event) if ended.is_end(event) else event)
        notification = word(report)
        key = f"{without_id(report.execution_arn)}#{report.redrive_count}"
        told = self.ledger.begin(key, notification.outcome.value, seconds)
        if told is not None:
            return {"message_id": told, "sent": False}
        try:
            message_id = self._publish(notification, report.notification_id)
        except Exception:
            self.ledger.unsent(key)
            raise
        try:
            self.ledger.sent(key, message_id)
        except (BotoCoreError, ClientError):
            # The message is out. To fail now would have it sent once more.
            logger.exception("the notification was sent, but that could not be noted")
        return {"message_id": message_id, "sent": True}

    def _publish(self, notification: Notification, notification_id: str) -> str:
        attributes = {"outcome": notification.outcome.value, "notification_id": notification_id}
        answer = self.sns.publish(
            TopicArn=self.topic_arn,
            Subject=notification.subject,
            Message=notification.body,
            MessageAttributes={
                name: {"DataType": "String", "StringValue": value}
                for name, value in attributes.items()
            },
        )
        return answer["MessageId"]


@cache
def _sns() -> "SNSClient":
    return boto3.client("sns")


@cache
def _dynamodb() -> "DynamoDBClient":
    return boto3.client("dynamodb")


def _desk() -> Desk:
    ledger = Ledger(required(os.environ, "CLAIMS_TABLE"), _dynamodb())
    return Desk(required(os.environ, "TOPIC_ARN"), _sns(), ledger)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Publish what became of a file."""
    logger.append_keys(execution_name=event.get("execution_name"))
    told = _desk().tell(event, context.get_remaining_time_in_millis() / 1000)
    logger.info("notification", extra={"outcome": event.get("outcome"), **told})
    metrics.add_metric("Notifications", MetricUnit.Count, int(told["sent"]))
    return told
