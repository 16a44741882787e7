"""What becomes of asynchronous invocations that fail, and of calls beyond the concurrency.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
"""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.integration.local_aws.functions import Functions
from tests.integration.local_aws.own_server import OwnServer, own_server
from tests.wait import wait_until

FAIL = """
def handler(event, context):
    print("tried")
    raise ValueError("never works")
"""


@dataclass
class Queue:
    """A queue and what came into it."""

    aws: OwnServer
    url: str
    arn: str

    @classmethod
    def make(cls, aws: OwnServer, **attributes: str) -> "Queue":
        sqs = aws.client("sqs")
        url = sqs.create_queue(QueueName=f"q-{uuid4().hex[:8]}", Attributes=attributes)["QueueUrl"]
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        return cls(aws, url, found["Attributes"]["QueueArn"])

    def one(self) -> dict[str, Any]:
        def receive() -> list[dict[str, Any]]:
            found = self.aws.client("sqs").receive_message(
                QueueUrl=self.url, WaitTimeSeconds=1, MessageAttributeNames=["All"]
            )
            messages: list[dict[str, Any]] = found.get("Messages", [])
            return messages

        (message,) = wait_until(receive, interval=0.5)
        return message


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServer]:
    """A local AWS whose second and third attempts do not wait for minutes."""
    with own_server(tmp_path_factory.mktemp("aws"), LOCAL_AWS_LAMBDA_RETRY_SECONDS="1") as made:
        yield made


@pytest.fixture
def functions(aws: OwnServer) -> Iterator[Functions]:
    made = Functions(aws.client("lambda"))
    yield made
    made.delete_all()


def tries(aws: OwnServer, name: str) -> int:
    logs = aws.client("logs")
    events = logs.filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
    return sum(event["message"] == "tried" for event in events)


def test_three_attempts_then_the_dead_letter_queue(aws: OwnServer, functions: Functions) -> None:
    dead = Queue.make(aws)
    functions.create("dead", FAIL, DeadLetterConfig={"TargetArn": dead.arn})
    functions.client.invoke(FunctionName="dead", InvocationType="Event", Payload=b'{"a": 1}')
    message = dead.one()
    assert json.loads(message["Body"]) == {"a": 1}
    attributes = {k: v["StringValue"] for k, v in message["MessageAttributes"].items()}
    assert (attributes["ErrorCode"], attributes["ErrorMessage"]) == ("200", "never works")
    assert attributes["RequestID"]
    wait_until(lambda: tries(aws, "dead") >= 3, describe="the log", interval=0.5)
    assert tries(aws, "dead") == 3


def test_a_destination_hears_of_the_failure(aws: OwnServer, functions: Functions) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html"""
    failed = Queue.make(aws)
    functions.create("failing", FAIL)
    functions.client.put_function_event_invoke_config(
        FunctionName="failing",
        MaximumRetryAttempts=1,
        DestinationConfig={"OnFailure": {"Destination": failed.arn}},
    )
    functions.client.invoke(FunctionName="failing", InvocationType="Event", Payload=b"[2]")
    record = json.loads(failed.one()["Body"])
    assert record["requestPayload"] == [2]
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["requestContext"]["approximateInvokeCount"] == 2
    assert record["responsePayload"]["errorType"] == "ValueError"


def test_calls_beyond_the_reserved_concurrency_are_throttled(
    aws: OwnServer, functions: Functions
) -> None:
    """https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html"""
    source = "import time\ndef handler(event, context):\n    time.sleep(event)\n    return event\n"
    functions.create("narrow", source)
    client = aws.client("lambda", Config(retries={"total_max_attempts": 1}))
    client.put_function_concurrency(FunctionName="narrow", ReservedConcurrentExecutions=1)
    gate = threading.Barrier(2)

    def call() -> int | str:
        gate.wait()
        return invoke_once(client, 5)

    with ThreadPoolExecutor(2) as pool:
        answers = {future.result() for future in [pool.submit(call), pool.submit(call)]}
    assert answers == {200, "TooManyRequestsException"}
    assert invoke_once(client, 0) == 200
    client.put_function_concurrency(FunctionName="narrow", ReservedConcurrentExecutions=0)
    assert invoke_once(client, 0) == "TooManyRequestsException"


def invoke_once(client: Any, event: int) -> int | str:
    """Return the status, or the code of the refusal."""
    try:
        status: int = client.invoke(FunctionName="narrow", Payload=str(event))["StatusCode"]
    except ClientError as error:
        return error.response["Error"]["Code"]
    return status


def test_messages_move_back_from_a_dead_letter_queue(aws: OwnServer) -> None:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html"""
    sqs, dead = aws.client("sqs"), Queue.make(aws)
    policy = {"deadLetterTargetArn": dead.arn, "maxReceiveCount": "1"}
    main = Queue.make(aws, RedrivePolicy=json.dumps(policy), VisibilityTimeout="0")
    sqs.send_message(QueueUrl=main.url, MessageBody="poison")
    main.one()

    def is_dead() -> bool:
        sqs.receive_message(QueueUrl=main.url)
        counted = sqs.get_queue_attributes(
            QueueUrl=dead.url, AttributeNames=["ApproximateNumberOfMessages"]
        )
        return counted["Attributes"]["ApproximateNumberOfMessages"] == "1"

    wait_until(is_dead, interval=0.5)
    sqs.start_message_move_task(SourceArn=dead.arn)
    assert main.one()["Body"] == "poison"
    (task,) = sqs.list_message_move_tasks(SourceArn=dead.arn)["Results"]
    assert task["ApproximateNumberOfMessagesMoved"] == 1
    other = Queue.make(aws)
    with pytest.raises(ClientError, match="Dead Letter Queue"):
        sqs.start_message_move_task(SourceArn=other.arn)
