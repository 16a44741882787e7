"""Schedules fire at their targets."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.local_aws.functions import Functions
from tests.integration.local_aws.own_server import REGION, OwnServer
from tests.integration.local_aws.terraform_root import terraform_root
from tests.wait import wait_until

ROLE = "arn:aws:iam::000000000000:role/scheduler"
OFF = {"Mode": "OFF"}
HANDLER = """
import boto3, json
def handler(event, context):
    boto3.client("sqs").send_message(QueueUrl=event["queue"], MessageBody=json.dumps(event))
"""


@pytest.fixture
def queue(local_aws: OwnServer, request: pytest.FixtureRequest) -> str:
    """The address of a queue of the test's own."""
    name = request.node.name.replace("_", "-")[:80]
    return str(local_aws.client("sqs").create_queue(QueueName=name)["QueueUrl"])


def arn(local_aws: OwnServer, queue: str) -> str:
    found = local_aws.client("sqs").get_queue_attributes(
        QueueUrl=queue, AttributeNames=["QueueArn"]
    )
    return str(found["Attributes"]["QueueArn"])


def receive(local_aws: OwnServer, queue: str) -> dict[str, Any]:
    """Return one message when it comes."""
    sqs = local_aws.client("sqs")

    def message() -> dict[str, Any]:
        found = sqs.receive_message(
            QueueUrl=queue, WaitTimeSeconds=1, MessageAttributeNames=["All"]
        )
        for one in found.get("Messages", []):
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=one["ReceiptHandle"])
            return dict(one)
        return {}

    return wait_until(message, describe=f"a message in {queue}", interval=0.5)


@pytest.fixture
def schedule(local_aws: OwnServer) -> Iterator[Callable[..., None]]:
    """Create schedules that are deleted in the end."""
    scheduler = local_aws.client("scheduler")
    names: list[str] = []

    def create(
        name: str, target: dict[str, Any], expression: str = "rate(1 day)", **more: Any
    ) -> None:
        scheduler.create_schedule(
            Name=name,
            ScheduleExpression=expression,
            FlexibleTimeWindow=OFF,
            Target={"RoleArn": ROLE, **target},
            **more,
        )
        names.append(name)

    yield create
    left = {each["Name"] for each in scheduler.list_schedules()["Schedules"]}
    for name in left.intersection(names):
        scheduler.delete_schedule(Name=name)


def test_at_sends_to_a_queue_and_deletes_itself(
    local_aws: OwnServer, queue: str, schedule: Callable[..., None]
) -> None:
    """https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-delete.html"""
    due = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=4)
    body = "at <aws.scheduler.scheduled-time> by <aws.scheduler.schedule-arn>"
    schedule(
        "once",
        {"Arn": arn(local_aws, queue), "Input": body},
        f"at({due:%Y-%m-%dT%H:%M:%S})",
        ActionAfterCompletion="DELETE",
    )
    account = arn(local_aws, queue).split(":")[4]
    name = f"arn:aws:scheduler:{REGION}:{account}:schedule/default/once"
    assert receive(local_aws, queue)["Body"] == f"at {due:%Y-%m-%dT%H:%M:%SZ} by {name}"
    assert datetime.now(UTC) >= due

    def gone() -> bool:
        listed = local_aws.client("scheduler").list_schedules(NamePrefix="once")
        return not listed["Schedules"]

    wait_until(gone, describe="the end of the schedule", interval=0.5)


def test_a_rate_begins_at_once_with_a_lambda_function(
    local_aws: OwnServer, queue: str, schedule: Callable[..., None]
) -> None:
    """https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-templated.html"""
    functions = Functions(local_aws.client("lambda"))
    function = functions.create("scheduled", HANDLER)
    given = {"queue": queue, "attempt": "<aws.scheduler.attempt-number>"}
    try:
        schedule("function", {"Arn": function, "Input": json.dumps(given)})
        received = receive(local_aws, queue)
    finally:
        functions.delete_all()
    assert json.loads(received["Body"]) == {"queue": queue, "attempt": "1"}


def test_an_execution_is_started(local_aws: OwnServer, schedule: Callable[..., None]) -> None:
    """https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-templated.html"""
    states = local_aws.client("stepfunctions")
    definition = {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}
    machine = states.create_state_machine(
        name="scheduled", definition=json.dumps(definition), roleArn=ROLE
    )["stateMachineArn"]
    schedule("machine", {"Arn": machine, "Input": '{"asked": "<aws.scheduler.scheduled-time>"}'})
    (execution,) = wait_until(
        lambda: states.list_executions(stateMachineArn=machine)["executions"],
        describe="an execution",
        interval=0.5,
    )
    described = states.describe_execution(executionArn=execution["executionArn"])
    assert datetime.fromisoformat(json.loads(described["input"])["asked"])


def test_an_event_bus_takes_an_event(
    local_aws: OwnServer, queue: str, schedule: Callable[..., None]
) -> None:
    """https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-templated.html"""
    events = local_aws.client("events")
    rule, to = "scheduled", {"Id": "queue", "Arn": arn(local_aws, queue)}
    events.put_rule(Name=rule, EventPattern=json.dumps({"source": ["tests.schedule"]}))
    events.put_targets(Rule=rule, Targets=[to])
    target = {
        "Arn": events.describe_event_bus()["Arn"],
        "Input": json.dumps({"number": "<aws.scheduler.attempt-number>"}),
        "EventBridgeParameters": {"Source": "tests.schedule", "DetailType": "Tick"},
    }
    schedule("bus", target)
    event = json.loads(receive(local_aws, queue)["Body"])
    assert (event["detail-type"], event["detail"]) == ("Tick", {"number": "1"})


def test_a_topic_takes_a_message(
    local_aws: OwnServer, queue: str, schedule: Callable[..., None]
) -> None:
    """https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-templated.html"""
    sns = local_aws.client("sns")
    topic = sns.create_topic(Name="scheduled")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn(local_aws, queue))
    schedule("topic", {"Arn": topic, "Input": "told"})
    assert json.loads(receive(local_aws, queue)["Body"])["Message"] == "told"


def test_a_throttled_target_is_tried_again(
    local_aws: OwnServer, queue: str, schedule: Callable[..., None]
) -> None:
    """https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html"""
    log = local_aws.state_dir / "server.log"
    functions = Functions(local_aws.client("lambda"))
    function = functions.create("throttled", HANDLER)
    functions.client.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=0)
    payload = json.dumps({"queue": queue, "attempt": "<aws.scheduler.attempt-number>"})
    given = {"FunctionName": function, "Payload": payload}
    target = "arn:aws:scheduler:::aws-sdk:lambda:invoke"
    try:
        schedule("throttled", {"Arn": target, "Input": json.dumps(given)})
        wait_until(
            lambda: "schedule/default/throttled failed" in log.read_text(encoding="utf-8"),
            describe="a first attempt that fails",
            interval=0.5,
        )
        functions.client.delete_function_concurrency(FunctionName=function)
        received = receive(local_aws, queue)
    finally:
        functions.delete_all()
    assert int(json.loads(received["Body"])["attempt"]) > 1


def test_a_universal_target_is_called(
    local_aws: OwnServer, queue: str, schedule: Callable[..., None]
) -> None:
    """https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html"""
    given = {"QueueUrl": queue, "MessageBody": "universal"}
    target = "arn:aws:scheduler:::aws-sdk:sqs:sendMessage"
    schedule("universal", {"Arn": target, "Input": json.dumps(given)})
    assert receive(local_aws, queue)["Body"] == "universal"


def test_a_target_that_is_gone_ends_in_the_dead_letter_queue(
    local_aws: OwnServer, queue: str, schedule: Callable[..., None]
) -> None:
    """https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html"""
    dead = arn(local_aws, queue)
    gone = f"{dead}-gone"
    schedule("gone", {"Arn": gone, "Input": "lost", "DeadLetterConfig": {"Arn": dead}})
    message = receive(local_aws, queue)
    assert json.loads(message["Body"])["MessageBody"] == "lost"
    attributes = {
        name: value["StringValue"] for name, value in message["MessageAttributes"].items()
    }
    assert attributes["ERROR_CODE"] == "AWS.SimpleQueueService.NonExistentQueue"
    assert attributes["TARGET_ARN"] == gone
    assert attributes["RETRY_ATTEMPTS"] == "0"


def test_a_disabled_schedule_fires_when_an_update_enables_it(
    local_aws: OwnServer, queue: str, schedule: Callable[..., None]
) -> None:
    """https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-state.html"""
    scheduler = local_aws.client("scheduler")
    target = {"Arn": arn(local_aws, queue), "Input": "disabled"}
    schedule("switched", target, State="DISABLED")
    scheduler.update_schedule(
        Name="switched",
        ScheduleExpression="rate(1 day)",
        FlexibleTimeWindow=OFF,
        Target={"RoleArn": ROLE, **target, "Input": "enabled"},
    )
    # The first message there is, so the disabled schedule sent none.
    assert receive(local_aws, queue)["Body"] == "enabled"
    assert scheduler.get_schedule(Name="switched")["State"] == "ENABLED"


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"ScheduleExpression": "rate(5 seconds)"}, "ValidationException"),
        ({"ScheduleExpressionTimezone": "Mars/Olympus"}, "ValidationException"),
        ({"GroupName": "absent"}, "ResourceNotFoundException"),
    ],
)
def test_refuses(local_aws: OwnServer, members: dict[str, str], code: str) -> None:
    """https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html"""
    target = {"Arn": f"arn:aws:sqs:{REGION}:000000000000:q", "RoleArn": ROLE, "Input": "x"}
    request = {
        "Name": "refused",
        "ScheduleExpression": "rate(1 day)",
        "FlexibleTimeWindow": OFF,
        "Target": target,
    }
    with pytest.raises(ClientError) as refusal:
        local_aws.client("scheduler").create_schedule(**(request | members))
    assert refusal.value.response["Error"]["Code"] == code


def test_terraform_finds_what_it_asked_for(local_aws: OwnServer, tmp_path: Path) -> None:
    """https://docs.aws.amazon.com/scheduler/latest/APIReference/API_GetSchedule.html"""
    with terraform_root("scheduler", tmp_path, local_aws.endpoint_url) as root:
        root.apply()
        root.assert_nothing_to_do()
        root.having(state="DISABLED").apply()
        root.having(state="DISABLED").assert_nothing_to_do()
        found = local_aws.client("scheduler").get_schedule(Name="nightly", GroupName="jobs")
        assert found["State"] == "DISABLED"
        assert found["Target"]["RetryPolicy"]["MaximumRetryAttempts"] == 3
