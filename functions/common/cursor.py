"""How far a sweep of a bucket has come, kept between its ticks: one item of DynamoDB each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True)
class Cursor:
    """The item ``sweep#<bucket>`` in the table of claims.

    Two ticks at once write over each other. That costs a second look and never skips one: a tick
    writes a place only after it has seen everything before it.
    """

    table: str
    dynamodb: "DynamoDBClient"
    bucket: str

    def load(self) -> Mapping[str, str]:
        """Return the place that was saved; nothing where a new round begins."""
        answer = self.dynamodb.get_item(
            TableName=self.table, Key={"id": {"S": self._id}}, ConsistentRead=True
        )
        place = answer.get("Item", {}).get("place", {}).get("M", {})
        return {name: value["S"] for name, value in place.items()}

    def save(self, place: Mapping[str, str]) -> None:
        """Keep a place; an empty one begins a new round."""
        self.dynamodb.put_item(
            TableName=self.table,
            Item={
                "id": {"S": self._id},
                "place": {"M": {name: {"S": value} for name, value in place.items()}},
            },
        )

    @property
    def _id(self) -> str:
        return f"sweep#{self.bucket}"
