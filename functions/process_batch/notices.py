"""What the sender of an invalid file is told, where no state machine tells it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.common.naming import execution_name
from functions.common.objects import ObjectVersion

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

_LONGEST = 8_000


@dataclass(frozen=True)
class Notices:
    """Publishes to a topic; a repeated message has the same ``notification_id``."""

    topic_arn: str
    sns: "SNSClient"

    def tell_invalid(self, item: ObjectVersion, reason: str, place: str) -> None:
        """Say that a file is not valid, why, and where it was put aside."""
        message = (
            f"The file {item} is not valid and was not processed.\n\n"
            # It may quote the file.
            f"{reason[:_LONGEST]}\n\nReason and copy: {place}"
        )
        attributes = {"outcome": "INVALID", "notification_id": f"{execution_name(item)}:0"}
        self.sns.publish(
            TopicArn=self.topic_arn,
            Subject="File not valid",
            Message=message,
            MessageAttributes={
                name: {"DataType": "String", "StringValue": value}
                for name, value in attributes.items()
            },
        )
