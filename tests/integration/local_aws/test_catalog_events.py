"""Changes of the Data Catalog on the default event bus.

https://docs.aws.amazon.com/glue/latest/dg/automating-awsglue-with-cloudwatch-events.html
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.integration.local_aws.own_server import REGION, OwnServer
from tests.wait import wait_until

DATABASE = "catalog_events"


@pytest.fixture
def received(local_aws: OwnServer) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """Return what a rule for this database has got so far, in the order of its arrival."""
    sqs, bus = local_aws.client("sqs"), local_aws.client("events")
    queue = sqs.create_queue(QueueName="catalog-events")["QueueUrl"]
    found = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    pattern = {"source": ["aws.glue"], "detail": {"databaseName": [DATABASE]}}
    bus.put_rule(Name="catalog-events", EventPattern=json.dumps(pattern))
    target = {"Id": "queue", "Arn": found["Attributes"]["QueueArn"]}
    bus.put_targets(Rule="catalog-events", Targets=[target])
    got: list[dict[str, Any]] = []

    def read() -> list[dict[str, Any]]:
        answer = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
        for message in answer.get("Messages", []):
            got.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        return got

    yield read
    bus.remove_targets(Rule="catalog-events", Ids=["queue"])
    bus.delete_rule(Name="catalog-events")
    sqs.delete_queue(QueueUrl=queue)


def test_changes_reach_eventbridge(
    local_aws: OwnServer, received: Callable[[], list[dict[str, Any]]]
) -> None:
    glue = local_aws.client("glue")
    table = {"DatabaseName": DATABASE, "TableName": "sales"}
    glue.create_database(DatabaseInput={"Name": DATABASE})
    glue.create_table(
        DatabaseName=DATABASE,
        TableInput={"Name": "sales", "PartitionKeys": [{"Name": "day", "Type": "string"}]},
    )
    glue.create_partition(PartitionInput={"Values": ["2026-11-20"]}, **table)
    glue.delete_database(Name=DATABASE)

    wait_until(lambda: len(received()) >= 4, 60, lambda: f"four events, not {received()}")

    events = {event["detail"]["typeOfChange"]: event for event in received()}
    assert {change: event["detail-type"] for change, event in events.items()} == {
        "CreateDatabase": "Glue Data Catalog Database State Change",
        "CreateTable": "Glue Data Catalog Database State Change",
        "CreatePartition": "Glue Data Catalog Table State Change",
        "DeleteDatabase": "Glue Data Catalog Database State Change",
    }
    assert events["CreateTable"]["detail"]["changedTables"] == ["sales"]
    of_partition = events["CreatePartition"]
    assert of_partition["detail"]["tableName"] == "sales"
    assert of_partition["detail"]["changedPartitions"] == ["2026-11-20"]
    assert of_partition["region"] == REGION
    arn = f"arn:aws:glue:{REGION}:{of_partition['account']}:table/{DATABASE}/sales"
    assert of_partition["resources"] == [arn]
