"""DynamoDB over moto: what idempotency and bookkeeping need.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithItems.html
"""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.local_aws.own_server import OwnServer


@pytest.fixture
def dynamodb(local_aws: OwnServer) -> Iterator[Any]:
    client = local_aws.client("dynamodb")
    client.create_table(
        TableName="claims",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "N"},
        ],
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
    )
    client.get_waiter("table_exists").wait(TableName="claims")
    yield client
    client.delete_table(TableName="claims")
    client.get_waiter("table_not_exists").wait(TableName="claims")


def item(key: str, number: int, **more: str) -> dict[str, Any]:
    return {"pk": {"S": key}, "sk": {"N": str(number)}} | {k: {"S": v} for k, v in more.items()}


def test_items_are_written_read_and_queried_in_order(dynamodb: Any) -> None:
    for number in (3, 1, 2):
        dynamodb.put_item(TableName="claims", Item=item("a", number, who=f"n{number}"))
    dynamodb.put_item(TableName="claims", Item=item("b", 1))
    found = dynamodb.query(
        TableName="claims",
        KeyConditionExpression="pk = :pk AND sk >= :least",
        ExpressionAttributeValues={":pk": {"S": "a"}, ":least": {"N": "2"}},
    )
    assert [entry["who"]["S"] for entry in found["Items"]] == ["n2", "n3"]
    assert dynamodb.get_item(TableName="claims", Key=item("a", 9)).get("Item") is None
    assert dynamodb.scan(TableName="claims")["Count"] == 4


def test_a_conditional_write_has_one_winner(dynamodb: Any) -> None:
    claim = {"TableName": "claims", "ConditionExpression": "attribute_not_exists(pk)"}
    dynamodb.put_item(Item=item("a", 1, owner="first"), **claim)
    with pytest.raises(dynamodb.exceptions.ConditionalCheckFailedException):
        dynamodb.put_item(Item=item("a", 1, owner="second"), **claim)
    kept = dynamodb.get_item(TableName="claims", Key=item("a", 1), ConsistentRead=True)
    assert kept["Item"]["owner"]["S"] == "first"


def test_a_transaction_is_all_or_nothing(dynamodb: Any) -> None:
    dynamodb.put_item(TableName="claims", Item=item("taken", 1))
    condition = "attribute_not_exists(pk)"
    puts = [
        {"Put": {"TableName": "claims", "Item": item(key, 1), "ConditionExpression": condition}}
        for key in ("free", "taken")
    ]
    with pytest.raises(dynamodb.exceptions.TransactionCanceledException):
        dynamodb.transact_write_items(TransactItems=puts)
    assert "Item" not in dynamodb.get_item(TableName="claims", Key=item("free", 1))


def test_time_to_live_is_described(dynamodb: Any) -> None:
    specification = {"AttributeName": "expires_at", "Enabled": True}
    dynamodb.update_time_to_live(TableName="claims", TimeToLiveSpecification=specification)
    described = dynamodb.describe_time_to_live(TableName="claims")["TimeToLiveDescription"]
    assert described == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}


def test_a_missing_table_is_named(dynamodb: Any) -> None:
    with pytest.raises(dynamodb.exceptions.ResourceNotFoundException):
        dynamodb.get_item(TableName="no-such-table", Key=item("a", 1))
