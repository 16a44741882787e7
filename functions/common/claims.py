"""Claims: who has taken an object version on. One item of DynamoDB for each execution's name.

A claim is made before the execution is started and learns the execution's ARN afterwards. So it
says of each object version whether it has a run; and one that has no ARN yet tells of a start that
was cut off, or whose answer was lost. Whoever waits for an execution's end has the claim to himself
for a time, which he may cut short or another prolong.

Items (partition key ``id``): ``execution#<execution name>`` with the object version, when and by
what it was claimed and, once started, the execution's ARN; ``free_from`` says from when on another
call may run what has none.

Conditional writes: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ConditionExpressions.html
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import batched
from typing import TYPE_CHECKING, Any

from functions.common.errors import ThrottlingException
from functions.common.objects import ObjectVersion

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_PREFIX = "execution#"
# BatchGetItem takes as many at a time, and gives back those it did not get to.
# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
_BATCH = 100
_BATCH_TRIES = 8


class Origin(StrEnum):
    """What brought an object version to the pipeline."""

    EVENT = "event"
    SWEEP = "sweep"
    REPLAY = "replay"
    BATCH = "batch"


@dataclass(frozen=True)
class Claim:
    """An object version that has been taken on under the name of an execution.

    ``execution_arn`` is None until the execution is known to have started. ``token`` is that of the
    request for a replay. ``free_from`` is set once the claim was let go, or taken over.
    ``is_new`` says that the call which returned it has made it.
    """

    name: str
    item: ObjectVersion
    origin: Origin
    claimed_at: datetime
    execution_arn: str | None = None
    token: str | None = None
    free_from: datetime | None = None
    is_new: bool = field(default=False, compare=False)

    def to_attributes(self) -> dict[str, Any]:
        """Return the claim as DynamoDB keeps it, without what is not known."""
        item = self.item
        texts = {
            "id": f"{_PREFIX}{self.name}",
            "bucket": item.bucket,
            "key": item.key,
            "version": item.version_id,
            "sequencer": item.sequencer,
            "etag": item.etag,
            "event_time": item.event_time,
            "claimed_at": self.claimed_at.isoformat(),
            "origin": self.origin.value,
            "execution_arn": self.execution_arn,
            "token": self.token,
            "free_from": self.free_from and self.free_from.isoformat(),
        }
        numbers = {} if item.size is None else {"size": {"N": str(item.size)}}
        return {name: {"S": text} for name, text in texts.items() if text} | numbers

    @classmethod
    def from_attributes(cls, attributes: Mapping[str, Any]) -> "Claim":
        """Read a claim as DynamoDB keeps it."""

        def text(name: str) -> str | None:
            value: str | None = attributes.get(name, {}).get("S")
            return value

        size, free_from = attributes.get("size", {}).get("N"), text("free_from")
        item = ObjectVersion(
            bucket=attributes["bucket"]["S"],
            key=attributes["key"]["S"],
            version_id=text("version"),
            size=None if size is None else int(size),
            etag=text("etag"),
            sequencer=text("sequencer"),
            event_time=text("event_time"),
        )
        return cls(
            name=attributes["id"]["S"].removeprefix(_PREFIX),
            item=item,
            origin=Origin(attributes["origin"]["S"]),
            claimed_at=datetime.fromisoformat(attributes["claimed_at"]["S"]),
            execution_arn=text("execution_arn"),
            token=text("token"),
            free_from=datetime.fromisoformat(free_from) if free_from else None,
        )


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Claims:
    """The table of claims. ``keep_days`` is how long one is kept, None for ever."""

    table: str
    dynamodb: "DynamoDBClient"
    keep_days: int | None = None
    now: Callable[[], datetime] = _now

    def take(
        self, name: str, item: ObjectVersion, origin: Origin, token: str | None = None
    ) -> Claim:
        """Claim the name for an object version; return the claim that has it, old or new.

        Raises botocore's errors.
        """
        claim = Claim(name, item, origin, self.now(), token=token, is_new=True)
        try:
            self.dynamodb.put_item(
                TableName=self.table,
                Item={**claim.to_attributes(), **self._expiry(claim)},
                ConditionExpression="attribute_not_exists(id)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self.dynamodb.exceptions.ConditionalCheckFailedException as error:
            # botocore's types do not know that this error brings the item along.
            answer: Mapping[str, Any] = {**error.response}
            return Claim.from_attributes(answer["Item"])
        return claim

    def find(self, name: str) -> Claim | None:
        """Return the claim on a name, None where there is none."""
        answer = self.dynamodb.get_item(TableName=self.table, Key=_key(name), ConsistentRead=True)
        return Claim.from_attributes(answer["Item"]) if "Item" in answer else None

    def record_start(self, name: str, execution_arn: str) -> None:
        """Note in a claim which execution it has become."""
        self.dynamodb.update_item(
            TableName=self.table,
            Key=_key(name),
            UpdateExpression="SET execution_arn = :arn",
            ExpressionAttributeValues={":arn": {"S": execution_arn}},
        )

    def let_go(self, claim: Claim) -> None:
        """Note that nobody waits for the claim's execution any more: the next call may run it."""
        self.dynamodb.update_item(
            TableName=self.table,
            Key=_key(claim.name),
            UpdateExpression="SET free_from = :now",
            ExpressionAttributeValues={":now": {"S": self.now().isoformat()}},
        )

    def take_over(self, claim: Claim, until: datetime) -> bool:
        """Have an old claim to oneself until then; return False where another call was first."""
        condition, values = "attribute_not_exists(free_from)", {":until": {"S": until.isoformat()}}
        if claim.free_from:
            condition = "free_from = :known"
            values[":known"] = {"S": claim.free_from.isoformat()}
        try:
            self.dynamodb.update_item(
                TableName=self.table,
                Key=_key(claim.name),
                UpdateExpression="SET free_from = :until",
                ConditionExpression=f"attribute_not_exists(execution_arn) AND {condition}",
                ExpressionAttributeValues=values,
            )
        except self.dynamodb.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def started(self, names: Iterable[str]) -> set[str]:
        """Return those of the names whose executions are known to have started.

        Raises ThrottlingException where DynamoDB goes on leaving names unanswered.
        """
        found: set[str] = set()
        for batch in batched(dict.fromkeys(names), _BATCH, strict=False):
            found |= self._started(batch)
        return found

    def _started(self, names: Iterable[str]) -> set[str]:
        request: Any = {
            self.table: {
                "Keys": [_key(name) for name in names],
                "ProjectionExpression": "id, execution_arn",
            }
        }
        found: set[str] = set()
        for _ in range(_BATCH_TRIES):
            answer = self.dynamodb.batch_get_item(RequestItems=request)
            found |= {
                item["id"]["S"].removeprefix(_PREFIX)
                for item in answer["Responses"].get(self.table, [])
                if "execution_arn" in item
            }
            request = answer.get("UnprocessedKeys")
            if not request:
                return found
        raise ThrottlingException(f"DynamoDB leaves keys of {self.table} unread, again and again.")

    def _expiry(self, claim: Claim) -> dict[str, Any]:
        if self.keep_days is None:
            return {}
        moment = claim.claimed_at + timedelta(days=self.keep_days)
        return {"expires_at": {"N": str(int(moment.timestamp()))}}


def _key(name: str) -> Any:
    return {"id": {"S": f"{_PREFIX}{name}"}}
