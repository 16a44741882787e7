"""A queue that hears what a topic announces."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from tools.aws import Aws

LONG_POLL_SECONDS = 1


@dataclass(frozen=True)
class Notification:
    """One message of the topic, as an e-mail subscriber would see it."""

    subject: str
    body: str
    attributes: Mapping[str, str]

    def is_about(self, execution_name: str) -> bool:
        """Whether the message is about the execution of that very name."""
        if identifier := self.attributes.get("notification_id"):
            return identifier.rpartition(":")[0] == execution_name
        return execution_name in self.body

    @classmethod
    def parse(cls, message_body: str) -> "Notification":
        """Read SNS's envelope.

        https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
        """
        envelope = json.loads(message_body)
        attributes = envelope.get("MessageAttributes") or {}
        return cls(
            subject=envelope.get("Subject") or "",
            body=envelope["Message"],
            attributes={name: attribute["Value"] for name, attribute in attributes.items()},
        )


class Inbox:
    """An SQS queue subscribed to a topic. Keeps all it has heard."""

    def __init__(self, aws: Aws, queue_url: str) -> None:
        self._aws = aws
        self._queue_url = queue_url
        self._heard: list[Notification] = []

    @classmethod
    def subscribe(cls, aws: Aws, topic_arn: str, name: str) -> "Inbox":
        """Make the queue ``<topic>-<name>``, or find it, and subscribe it to the topic.

        Each topic has a queue of its own: the policy lets no other one send.
        """
        queue_name = f"{topic_arn.rpartition(':')[2]}-{name}"
        queue_url = aws.sqs.create_queue(QueueName=queue_name)["QueueUrl"]
        answer = aws.sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])
        queue_arn = answer["Attributes"]["QueueArn"]
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": queue_arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}},
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        aws.sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"Policy": policy})
        aws.sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=queue_arn)
        return cls(aws, queue_url)

    def heard(self) -> list[Notification]:
        """Fetch what is new and return all messages since this object was made."""
        while True:
            answer = self._aws.sqs.receive_message(
                QueueUrl=self._queue_url,
                MaxNumberOfMessages=10,
                WaitTimeSeconds=0,
            )
            messages = answer.get("Messages", [])
            if not messages:
                return self._heard
            for message in messages:
                self._heard.append(Notification.parse(message["Body"]))
                self._aws.sqs.delete_message(
                    QueueUrl=self._queue_url, ReceiptHandle=message["ReceiptHandle"]
                )

    def about(self, execution_name: str) -> list[Notification]:
        """Return the messages about an execution, those of its replays left out.

        The pipeline's say in an attribute which one they are about, others in their text.
        """
        return [note for note in self.heard() if note.is_about(execution_name)]
