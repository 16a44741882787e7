"""The AWS edge of send_notification.

Input: see ``report.Report``. Output: ``{"message_id"}``. Every message carries the attribute
``outcome``, so that a subscription's filter policy can choose:
https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
"""

import os
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.common.settings import required
from functions.send_notification.report import Report
from functions.send_notification.wording import word

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

logger = Logger()
metrics = Metrics(namespace="DataPipelines")


@cache
def _sns() -> "SNSClient":
    return boto3.client("sns")


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, str]:
    """Publish what became of a file."""
    logger.append_keys(execution_name=event.get("execution_name"))
    sent = notify(event, _sns(), required(os.environ, "TOPIC_ARN"))
    logger.info("notification sent", extra={"outcome": event.get("outcome"), **sent})
    metrics.add_metric("Notifications", MetricUnit.Count, 1)
    return sent


def notify(event: dict[str, Any], sns: "SNSClient", topic_arn: str) -> dict[str, str]:
    """Word and publish the notification. Raises InvalidInputError and botocore's errors."""
    notification = word(Report.from_input(event))
    answer = sns.publish(
        TopicArn=topic_arn,
        Subject=notification.subject,
        Message=notification.body,
        MessageAttributes={
            "outcome": {"DataType": "String", "StringValue": notification.outcome.value}
        },
    )
    return {"message_id": answer["MessageId"]}
