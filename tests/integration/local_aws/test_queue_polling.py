"""How an event source mapping asks its queue for messages.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.local_aws.functions import Functions
from tests.integration.local_aws.own_server import OwnServer, own_server
from tests.wait import wait_until


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("calls") / "calls.jsonl"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, log: Path) -> Iterator[OwnServer]:
    folder = tmp_path_factory.mktemp("polling")
    with own_server(folder, LOCAL_AWS_CALL_LOG=str(log)) as running:
        yield running


def looks(log: Path, queue: str) -> list[dict[str, Any]]:
    """Return the parameters of each request for messages of ``queue``."""
    made = [json.loads(line) for line in log.read_text().splitlines()]
    return [
        call["parameters"]
        for call in made
        if call["operation"] == "ReceiveMessage" and call["parameters"]["QueueUrl"] == queue
    ]


@pytest.mark.parametrize(("window", "waits"), [(0, 2), (3, 3)])
def test_a_mapping_polls_long_before_and_after_messages_and_ends_when_deleted(
    server: OwnServer, log: Path, window: int, waits: int
) -> None:
    sqs, functions = server.client("sqs"), Functions(server.client("lambda"))
    queue = sqs.create_queue(QueueName=f"window-{window}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
    functions.create(f"window-{window}", "def handler(event, context):\n    return {}")
    mapping = functions.client.create_event_source_mapping(
        FunctionName=f"window-{window}",
        EventSourceArn=arn["QueueArn"],
        MaximumBatchingWindowInSeconds=window,
    )

    wait_until(lambda: looks(log, queue), 60, "a look at the empty queue", interval=0.5)
    for number in range(2):
        sqs.send_message(QueueUrl=queue, MessageBody=str(number))
        wait_until(lambda: is_empty(sqs, queue), 60, f"message {number} taken", interval=0.5)
    before = len(looks(log, queue))
    wait_until(lambda: len(looks(log, queue)) > before, 60, "one more look", interval=0.5)
    assert {look["WaitTimeSeconds"] for look in looks(log, queue)} == {waits}

    functions.client.delete_event_source_mapping(UUID=mapping["UUID"])
    wait_until(lambda: is_gone(functions, mapping["UUID"]), 60, "the mapping gone", interval=0.5)
    ended = len(looks(log, queue))
    sqs.send_message(QueueUrl=queue, MessageBody="left alone")
    assert sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=2)["Messages"]
    assert len(looks(log, queue)) == ended + 1
    functions.delete_all()


def test_a_message_is_hidden_as_long_as_the_queue_says_when_it_is_received(
    server: OwnServer, log: Path
) -> None:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html"""
    sqs, functions = server.client("sqs"), Functions(server.client("lambda"))
    attributes = {"VisibilityTimeout": "1800"}
    queue = sqs.create_queue(QueueName="hidden", Attributes=attributes)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
    again = "def handler(event, context):\n    count = 'ApproximateReceiveCount'\n"
    again += "    assert int(event['Records'][0]['attributes'][count]) > 1"
    functions.create("hidden", again)
    mapping = functions.client.create_event_source_mapping(
        FunctionName="hidden", EventSourceArn=arn["QueueArn"]
    )
    wait_until(lambda: looks(log, queue), 60, "a look at the empty queue", interval=0.5)
    # The request under way came when the queue still said half an hour.
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "1"})
    sqs.send_message(QueueUrl=queue, MessageBody="comes back")
    wait_until(lambda: is_empty(sqs, queue), 60, "the message taken at last", interval=0.5)
    functions.client.delete_event_source_mapping(UUID=mapping["UUID"])
    functions.delete_all()


def is_empty(sqs: Any, queue: str) -> bool:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
    return set(found.values()) == {"0"}


def is_gone(functions: Functions, uuid: str) -> bool:
    client = functions.client
    return uuid not in [
        one["UUID"] for one in client.list_event_source_mappings()["EventSourceMappings"]
    ]
