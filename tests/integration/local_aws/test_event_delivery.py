"""What becomes of an event whose target fails.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
"""

import json
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.local_aws.own_server import REGION, OwnServer
from tests.wait import wait_until

ACCOUNT = "000000000000"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/target"


@dataclass(frozen=True)
class Queue:
    """A queue of one test."""

    client: Any
    url: str
    arn: str

    @classmethod
    def create(cls, local_aws: OwnServer) -> "Queue":
        client = local_aws.client("sqs")
        url = client.create_queue(QueueName=f"queue-{uuid.uuid4()}")["QueueUrl"]
        found = client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        return cls(client, url, found["Attributes"]["QueueArn"])

    def receive(self) -> tuple[dict[str, Any], dict[str, str]]:
        """Wait for a message; return its body and its attributes."""

        def messages() -> list[Any]:
            received = self.client.receive_message(
                QueueUrl=self.url, MessageAttributeNames=["All"], WaitTimeSeconds=1
            )
            return list(received.get("Messages", []))

        message = wait_until(messages, describe=f"a message in {self.arn}", interval=0.5)[0]
        attributes = message.get("MessageAttributes", {})
        return json.loads(message["Body"]), {
            name: value["StringValue"] for name, value in attributes.items()
        }


@dataclass(frozen=True)
class Rule:
    """A rule of one test, for events of a source of its own."""

    client: Any
    name: str
    arn: str

    @classmethod
    def create(cls, local_aws: OwnServer, **members: Any) -> "Rule":
        client, name = local_aws.client("events"), f"rule-{uuid.uuid4()}"
        pattern = {"EventPattern": json.dumps({"source": [name]})}
        made = client.put_rule(Name=name, **(members or pattern))
        return cls(client, name, made["RuleArn"])

    def add_target(self, arn: str, **members: Any) -> None:
        target = {"Id": f"target-{uuid.uuid4()}", "Arn": arn} | members
        answer = self.client.put_targets(Rule=self.name, Targets=[target])
        assert answer["FailedEntryCount"] == 0, answer

    def send(self, detail: object) -> str:
        entry = {"Source": self.name, "DetailType": "Sent", "Detail": json.dumps(detail)}
        event_id: str = self.client.put_events(Entries=[entry])["Entries"][0]["EventId"]
        return event_id


@pytest.fixture
def rule(local_aws: OwnServer) -> Rule:
    return Rule.create(local_aws)


@pytest.fixture
def dead_letters(local_aws: OwnServer) -> Queue:
    return Queue.create(local_aws)


@dataclass
class Endpoint:
    """A web server that answers with ``statuses`` in turn, and with the last one from then on."""

    statuses: list[int]
    bodies: list[dict[str, Any]] = field(default_factory=list)

    def answer(self, body: bytes) -> int:
        self.bodies.append(json.loads(body))
        return self.statuses[min(len(self.bodies), len(self.statuses)) - 1]


class Handler(BaseHTTPRequestHandler):
    def __init__(self, endpoint: Endpoint, *arguments: Any) -> None:
        self.endpoint = endpoint
        super().__init__(*arguments)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(self.endpoint.answer(body))
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def endpoint() -> Iterator[tuple[Endpoint, str]]:
    """An endpoint, to be told its answers, and its address."""
    endpoint = Endpoint([])
    with HTTPServer(("127.0.0.1", 0), partial(Handler, endpoint)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield endpoint, f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def api_destination(local_aws: OwnServer, address: str) -> str:
    events, name = local_aws.client("events"), f"destination-{uuid.uuid4()}"
    connection = events.create_connection(
        Name=name,
        AuthorizationType="API_KEY",
        AuthParameters={"ApiKeyAuthParameters": {"ApiKeyName": "x-key", "ApiKeyValue": "test"}},
    )
    made = events.create_api_destination(
        Name=name,
        ConnectionArn=connection["ConnectionArn"],
        InvocationEndpoint=address,
        HttpMethod="POST",
    )
    arn: str = made["ApiDestinationArn"]
    return arn


@pytest.mark.parametrize(
    "target",
    [
        f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:nobody",
        f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:nobody",
        f"arn:aws:sqs:{REGION}:{ACCOUNT}:nobody",
        f"arn:aws:sns:{REGION}:{ACCOUNT}:nobody",
        f"arn:aws:glue:{REGION}:{ACCOUNT}:workflow/nobody",
        f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/nobody",
    ],
    ids=["function", "state machine", "queue", "topic", "workflow", "bus"],
)
def test_target_that_does_not_exist(rule: Rule, dead_letters: Queue, target: str) -> None:
    rule.add_target(target, RoleArn=ROLE, DeadLetterConfig={"Arn": dead_letters.arn})
    event_id = rule.send({"a": 1})
    body, attributes = dead_letters.receive()
    assert (body["id"], body["source"], body["detail"]) == (event_id, rule.name, {"a": 1})
    assert "event-bus-name" not in body
    assert attributes.pop("ERROR_MESSAGE")
    assert attributes == {
        "RULE_ARN": rule.arn,
        "TARGET_ARN": target,
        "ERROR_CODE": "NO_RESOURCE",
        "RETRY_ATTEMPTS": "0",
    }


def test_target_that_fails_twice(
    local_aws: OwnServer, rule: Rule, endpoint: tuple[Endpoint, str]
) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html"""
    destination, address = endpoint
    destination.statuses = [503, 429, 200]
    rule.add_target(api_destination(local_aws, address), RoleArn=ROLE)
    event_id = rule.send({"a": 1})
    wait_until(lambda: len(destination.bodies) >= 3, describe="the third attempt")
    assert [(body["id"], body["detail"]) for body in destination.bodies] == [
        (event_id, {"a": 1})
    ] * 3


def test_target_that_always_fails(
    local_aws: OwnServer, rule: Rule, dead_letters: Queue, endpoint: tuple[Endpoint, str]
) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_RetryPolicy.html"""
    destination, address = endpoint
    destination.statuses = [500]
    rule.add_target(
        api_destination(local_aws, address),
        RoleArn=ROLE,
        RetryPolicy={"MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 3600},
        DeadLetterConfig={"Arn": dead_letters.arn},
        InputPath="$.detail",
    )
    event_id = rule.send({"a": 1})
    body, attributes = dead_letters.receive()
    assert destination.bodies == [{"a": 1}] * 3
    assert body["id"] == event_id, "the event as it came, not what the target was sent"
    assert attributes["ERROR_CODE"] == "ERROR_FROM_TARGET"
    assert attributes["EXHAUSTED_RETRY_CONDITION"] == "MaximumRetryAttempts"
    assert attributes["RETRY_ATTEMPTS"] == "2"


def test_target_that_is_another_bus(local_aws: OwnServer, rule: Rule) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html"""
    bus, queue = rule.name, Queue.create(local_aws)
    arn = rule.client.create_event_bus(Name=bus)["EventBusArn"]
    rule.client.put_rule(
        Name=bus, EventBusName=bus, EventPattern=json.dumps({"source": [rule.name]})
    )
    rule.client.put_targets(Rule=bus, EventBusName=bus, Targets=[{"Id": "queue", "Arn": queue.arn}])
    rule.add_target(arn, RoleArn=ROLE)
    rule.send({"a": 1})
    assert queue.receive()[0]["detail"] == {"a": 1}


def test_disabled_rule_sends_nothing(local_aws: OwnServer, rule: Rule) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DisableRule.html"""
    queue = Queue.create(local_aws)
    rule.add_target(queue.arn)
    rule.client.disable_rule(Name=rule.name)
    rule.send({"said": "disabled"})
    # LocalStack handles the rules of one event on a thread: when the neighbour, which comes after
    # this rule, has the event, this rule has had its turn.
    neighbour, after = Rule.create(local_aws), Queue.create(local_aws)
    pattern = json.dumps({"source": [rule.name]})
    rule.client.put_rule(Name=neighbour.name, EventPattern=pattern)
    neighbour.add_target(after.arn)
    rule.send({"said": "disabled too"})
    after.receive()
    rule.client.enable_rule(Name=rule.name)
    rule.send({"said": "enabled"})
    assert queue.receive()[0]["detail"] == {"said": "enabled"}


@pytest.mark.parametrize(
    ("members", "sent"),
    [
        ({"Input": "{}"}, {}),
        ({"InputPath": "$.detail.empty"}, {}),
        ({"InputPath": "$.detail.zero"}, 0),
    ],
    ids=["an empty input", "an empty object", "zero"],
)
def test_input_that_is_empty(
    local_aws: OwnServer, rule: Rule, members: dict[str, str], sent: object
) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Target.html"""
    queue = Queue.create(local_aws)
    rule.add_target(queue.arn, **members)
    rule.send({"empty": {}, "zero": 0})
    assert queue.receive()[0] == sent


def test_without_a_dead_letter_queue_the_event_is_dropped(local_aws: OwnServer, rule: Rule) -> None:
    rule.add_target(f"arn:aws:sqs:{REGION}:{ACCOUNT}:nobody")
    neighbour = Queue.create(local_aws)
    rule.add_target(neighbour.arn)
    rule.send({"a": 1})
    body, attributes = neighbour.receive()
    assert (body["detail"], attributes) == ({"a": 1}, {})


@pytest.mark.parametrize(
    ("template", "sent"),
    [('{"number": <number>}', {"number": 7}), ('{"id": "same", "number": <number>}', None)],
    ids=["without an id", "with an id of its own"],
)
def test_every_event_starts_an_execution_whatever_the_input(
    local_aws: OwnServer, rule: Rule, template: str, sent: dict[str, int] | None
) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html"""
    machines = local_aws.client("stepfunctions")
    definition = {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}
    machine = machines.create_state_machine(
        name=f"machine-{uuid.uuid4()}", definition=json.dumps(definition), roleArn=ROLE
    )["stateMachineArn"]
    transformer = {"InputPathsMap": {"number": "$.detail.number"}, "InputTemplate": template}
    rule.add_target(machine, RoleArn=ROLE, InputTransformer=transformer)
    for number in (7, 8):
        rule.send({"number": number})

    def started() -> list[Any]:
        return list(machines.list_executions(stateMachineArn=machine)["executions"])

    wait_until(lambda: len(started()) == 2, describe=started, interval=0.5)
    inputs = [
        json.loads(machines.describe_execution(executionArn=run["executionArn"])["input"])
        for run in started()
    ]
    assert {given["number"] for given in inputs} == {7, 8}
    assert sent is None or sent in inputs


HOSTILE = 'a "b"\\n\n<number>.csv'


@pytest.mark.parametrize(
    ("template", "sent"),
    [
        ('{"key": <key>, "size": <size>}', {"key": HOSTILE, "size": 0}),
        ('{"text": "row <number>\\nof <size>", "ok": <ok>}', {"text": "row 7\nof 0", "ok": False}),
        ('{"all": <all>}', {"all": {"key": HOSTILE, "number": 7, "size": 0, "ok": False}}),
        ('"row <number> of <size>"', "row 7 of 0"),
    ],
    ids=["texts as they are", "numbers in a text", "an object", "a text with numbers"],
)
def test_transformer_passes_on_what_the_event_holds(
    local_aws: OwnServer, rule: Rule, template: str, sent: object
) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html"""
    detail = {"key": HOSTILE, "number": 7, "size": 0, "ok": False}
    paths = {name: f"$.detail.{name}" for name in detail} | {"all": "$.detail"}
    queue = Queue.create(local_aws)
    transformer = {"InputPathsMap": paths, "InputTemplate": template}
    rule.add_target(queue.arn, InputTransformer=transformer)
    rule.send(detail)
    assert queue.receive()[0] == sent


def test_transformed_input_that_is_no_json(rule: Rule, dead_letters: Queue) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html"""
    rule.add_target(
        dead_letters.arn,
        InputTransformer={
            "InputPathsMap": {"key": "$.detail.key"},
            "InputTemplate": '{"key": "<key>"}',
        },
        DeadLetterConfig={"Arn": dead_letters.arn},
    )
    event_id = rule.send({"key": 'a "quoted" name'})
    body, attributes = dead_letters.receive()
    assert (body["id"], attributes["ERROR_CODE"]) == (event_id, "INVALID_JSON")


def test_scheduled_rule_fires_once_a_minute_until_it_is_disabled(local_aws: OwnServer) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html"""
    rule = Rule.create(local_aws, ScheduleExpression="rate(1 minute)")
    silent = Rule.create(local_aws, ScheduleExpression="rate(1 minute)")
    queue, other = Queue.create(local_aws), Queue.create(local_aws)
    for target in (queue, other):
        rule.add_target(target.arn)
        silent.add_target(target.arn, Input='"of the disabled rule"')
    silent.client.disable_rule(Name=silent.name)
    events = [target.receive()[0] for target in (queue, other)]
    rule.client.disable_rule(Name=rule.name)
    assert [(event["detail-type"], event["resources"]) for event in events] == [
        ("Scheduled Event", [rule.arn])
    ] * 2
    found = queue.client.get_queue_attributes(QueueUrl=queue.url, AttributeNames=["All"])
    assert found["Attributes"]["ApproximateNumberOfMessages"] == "0"


@pytest.mark.parametrize("expression", ["rate(1 minutes)", "cron(0 10 * * * *)"])
def test_schedule_that_cannot_be_read(local_aws: OwnServer, expression: str) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html"""
    with pytest.raises(ClientError, match="ScheduleExpression is not valid"):
        Rule.create(local_aws, ScheduleExpression=expression)
