"""Which notifications have been sent: one item of DynamoDB for each end of an execution.

The state machine, its retries and the event of the execution's end all tell of the same outcome;
the item (``notification#<execution ARN>#<redrive count>`` in the table of claims) lets one of them
send. Its ``state`` is

- SENDING while an invocation is at it, until ``until``: then that invocation has been ended by
  Lambda, and whether its message went out nobody knows. It is sent again, since a message that
  comes twice is better than none; both bear the same ``notification_id``.
- SENT when the topic has taken the message: nothing is sent again.
- UNSENT when the topic has not taken it, as far as one can tell.

An execution of an Express workflow may be run again under its name, when nobody heard its end. The
runs share one item, so that the same end is told once; and a failure that was told gives way to
another end, which is told as well.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from functions.common.errors import PipelineError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEEP_DAYS = 90
FAILURE = "FAILURE"
_LOOK_AGAIN_SECONDS = 1.0


class NotificationUnderWayError(PipelineError):
    """Another invocation is sending the same notification (try again)."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Ledger:
    """The items of one table."""

    table: str
    dynamodb: "DynamoDBClient"
    now: Callable[[], datetime] = _now
    pause: Callable[[float], None] = time.sleep

    def begin(self, key: str, outcome: str, seconds: float) -> str | None:
        """Take the sending of a notification on, for as many seconds as this invocation may live.

        Returns the message id if it has been sent already. While another invocation is at it, waits
        for that one's end; raises NotificationUnderWayError if ``seconds`` do not suffice for that,
        and botocore's errors.
        """
        deadline = self.now() + timedelta(seconds=seconds)
        while (other := self._take(key, outcome, deadline)) is not None:
            if other["state"]["S"] == "SENT":
                return str(other["message_id"]["S"])
            # What is left must suffice for sending as well.
            if (deadline - self.now()).total_seconds() < seconds / 2:
                raise NotificationUnderWayError(
                    f"Another invocation is sending the notification {key} until "
                    f"{_moment(other).isoformat()}. Try again then."
                )
            self.pause(_LOOK_AGAIN_SECONDS)
        return None

    def sent(self, key: str, message_id: str) -> None:
        """Note that the topic has taken the message."""
        self._set(key, "SENT", message_id)

    def unsent(self, key: str) -> None:
        """Note that the message did not go out, so that the next one need not wait."""
        self._set(key, "UNSENT", "-")

    def _take(self, key: str, outcome: str, deadline: datetime) -> Mapping[str, Any] | None:
        """Return None if the sending is ours now, else the item as it is."""
        now = self.now()
        item = {
            "id": {"S": _id(key)},
            "state": {"S": "SENDING"},
            "outcome": {"S": outcome},
            "at": {"S": now.isoformat()},
            "until": {"N": f"{deadline.timestamp():.3f}"},
            "expires_at": {"N": str(int((now + timedelta(days=KEEP_DAYS)).timestamp()))},
        }
        try:
            self.dynamodb.put_item(
                TableName=self.table,
                Item=item,
                ConditionExpression=(
                    "attribute_not_exists(id) OR #state = :unsent "
                    "OR (#state = :sending AND #until < :now) "
                    "OR (#state = :sent AND outcome = :failure AND :failure <> :outcome)"
                ),
                ExpressionAttributeNames={"#state": "state", "#until": "until"},
                ExpressionAttributeValues={
                    ":sent": {"S": "SENT"},
                    ":failure": {"S": FAILURE},
                    ":outcome": {"S": outcome},
                    ":unsent": {"S": "UNSENT"},
                    ":sending": {"S": "SENDING"},
                    ":now": {"N": f"{now.timestamp():.3f}"},
                },
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self.dynamodb.exceptions.ConditionalCheckFailedException as error:
            # botocore's types do not know that this error brings the item along.
            answer: Mapping[str, Any] = {**error.response}
            found: Mapping[str, Any] = answer["Item"]
            return found
        return None

    def _set(self, key: str, state: str, message_id: str) -> None:
        self.dynamodb.update_item(
            TableName=self.table,
            Key={"id": {"S": _id(key)}},
            UpdateExpression="SET #state = :state, message_id = :message, #at = :now",
            ExpressionAttributeNames={"#state": "state", "#at": "at"},
            ExpressionAttributeValues={
                ":state": {"S": state},
                ":message": {"S": message_id},
                ":now": {"S": self.now().isoformat()},
            },
        )


def _id(key: str) -> str:
    return f"notification#{key}"


def _moment(item: Mapping[str, Any]) -> datetime:
    return datetime.fromtimestamp(float(item["until"]["N"]), UTC)
