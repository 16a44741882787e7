"""https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from tests.integration.local_aws.functions import Functions
from tests.integration.local_aws.own_server import REGION, OwnServer
from tests.wait import wait_until

ROLE = "arn:aws:iam::000000000000:role/states"
# Keeps each event that a rule hands to it.
KEEP = """
import json
import os
import boto3

s3 = boto3.client("s3", endpoint_url=os.environ["AWS_ENDPOINT_URL"])

def handler(event, context):
    s3.put_object(Bucket="heard", Key=context.aws_request_id, Body=json.dumps(event))
"""


class Heard:
    """What a function heard of executions, through a rule."""

    def __init__(self, aws: OwnServer) -> None:
        self.s3 = aws.client("s3")

    def of(self, execution: str) -> list[dict[str, Any]]:
        """Return the details of one execution's events, in their order."""
        keys = [one["Key"] for one in self.s3.list_objects_v2(Bucket="heard").get("Contents", [])]
        events = [json.load(self.s3.get_object(Bucket="heard", Key=key)["Body"]) for key in keys]
        of = [event for event in events if event["resources"] == [execution]]
        return sorted((event["detail"] for event in of), key=_order)

    def wait(self, execution: str, *statuses: str) -> list[dict[str, Any]]:
        """Wait until the execution was heard of as often as in ``statuses``, and so."""
        wait_until(
            lambda: len(self.of(execution)) >= len(statuses),
            describe=lambda: self.of(execution),
            interval=0.5,
        )
        details = self.of(execution)
        assert [one["status"] for one in details] == list(statuses)
        return details


def _order(detail: dict[str, Any]) -> tuple[int, int]:
    return detail["redriveCount"], detail["stopDate"] or 0


@pytest.fixture(scope="module")
def heard(local_aws: OwnServer) -> Iterator[Heard]:
    functions, events = Functions(local_aws.client("lambda")), local_aws.client("events")
    location = {"LocationConstraint": REGION}
    local_aws.client("s3").create_bucket(Bucket="heard", CreateBucketConfiguration=location)
    target = functions.create("hear-executions", KEEP)
    pattern = {"source": ["aws.states"]}
    events.put_rule(Name="executions", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="executions", Targets=[{"Id": "hear", "Arn": target}])
    yield Heard(local_aws)
    events.remove_targets(Rule="executions", Ids=["hear"])
    events.delete_rule(Name="executions")
    functions.delete_all()


def machine(aws: OwnServer, state: dict[str, Any], **members: Any) -> str:
    definition = {"StartAt": "Only", "States": {"Only": state}}
    timeout = members.pop("TimeoutSeconds", None)
    if timeout is not None:
        definition["TimeoutSeconds"] = timeout
    made = aws.client("stepfunctions").create_state_machine(
        name=f"heard-{uuid4().hex[:8]}",
        roleArn=ROLE,
        definition=json.dumps(definition),
        **members,
    )
    arn: str = made["stateMachineArn"]
    return arn


def start(aws: OwnServer, arn: str, **given: Any) -> str:
    made = aws.client("stepfunctions").start_execution(stateMachineArn=arn, input=json.dumps(given))
    execution: str = made["executionArn"]
    return execution


def test_a_success_is_told_with_its_input_and_output(local_aws: OwnServer, heard: Heard) -> None:
    arn = machine(local_aws, {"Type": "Pass", "End": True})
    execution = start(local_aws, arn, text="ä")
    began, ended = heard.wait(execution, "RUNNING", "SUCCEEDED")
    described = local_aws.client("stepfunctions").describe_execution(executionArn=execution)
    assert (began["output"], began["outputDetails"], began["stopDate"]) == (None, None, None)
    assert json.loads(began["input"]) == json.loads(ended["output"]) == {"text": "ä"}
    assert ended["startDate"] == int(described["startDate"].timestamp() * 1000)
    assert ended["stopDate"] >= ended["startDate"]
    assert (ended["stateMachineArn"], ended["name"]) == (arn, described["name"])
    assert (ended["redriveCount"], ended["redriveDate"]) == (0, None)
    assert ended["redriveStatusReason"] == "Execution is SUCCEEDED and cannot be redriven"


def test_an_empty_input_is_a_text(local_aws: OwnServer, heard: Heard) -> None:
    execution = start(local_aws, machine(local_aws, {"Type": "Pass", "End": True}))
    assert [one["input"] for one in heard.wait(execution, "RUNNING", "SUCCEEDED")] == ["{}"] * 2


def test_a_failure_is_told_again_when_a_redrive_fails(local_aws: OwnServer, heard: Heard) -> None:
    fail = {"Type": "Fail", "Error": "Mine", "Cause": "because"}
    execution = start(local_aws, machine(local_aws, fail))
    _, failed = heard.wait(execution, "RUNNING", "FAILED")
    assert (failed["error"], failed["cause"]) == ("Mine", "because")
    assert (failed["redriveCount"], failed["redriveStatus"]) == (0, "REDRIVABLE")
    local_aws.client("stepfunctions").redrive_execution(executionArn=execution)
    *_, again, failed = heard.wait(execution, "RUNNING", "FAILED", "RUNNING", "FAILED")
    assert (again["redriveCount"], failed["redriveCount"]) == (1, 1)
    assert again["redriveDate"] >= again["startDate"]
    assert (again["error"], again["stopDate"]) == (None, None)


def test_a_time_out_is_told(local_aws: OwnServer, heard: Heard) -> None:
    wait = {"Type": "Wait", "Seconds": 60, "End": True}
    execution = start(local_aws, machine(local_aws, wait, TimeoutSeconds=1))
    _, ended = heard.wait(execution, "RUNNING", "TIMED_OUT")
    assert (ended["redriveStatus"], ended["output"]) == ("REDRIVABLE", None)


def test_a_stop_is_told_with_its_reason(local_aws: OwnServer, heard: Heard) -> None:
    execution = start(local_aws, machine(local_aws, {"Type": "Wait", "Seconds": 60, "End": True}))
    heard.wait(execution, "RUNNING")
    local_aws.client("stepfunctions").stop_execution(
        executionArn=execution, error="Person", cause="not now"
    )
    _, ended = heard.wait(execution, "RUNNING", "ABORTED")
    described = local_aws.client("stepfunctions").describe_execution(executionArn=execution)
    for told in (ended, described):
        assert (told["error"], told["cause"]) == ("Person", "not now")


def test_a_stop_while_a_choice_is_made_is_a_stop(local_aws: OwnServer) -> None:
    states = local_aws.client("stepfunctions")
    # It goes on choosing itself, so that nearly every stop comes in the middle of that.
    rule = {"Variable": "$", "IsPresent": True, "Next": "Only"}
    endless = machine(local_aws, {"Type": "Choice", "Choices": [rule]})
    executions = []
    for _ in range(10):
        executions.append(start(local_aws, endless))
        states.stop_execution(executionArn=executions[-1])

    def ends() -> set[tuple[str, str]]:
        found = [states.describe_execution(executionArn=one) for one in executions]
        return {(one["status"], one.get("cause", "")) for one in found}

    wait_until(lambda: "RUNNING" not in dict(ends()), 60, ends)
    assert ends() == {("ABORTED", "")}


def test_a_stop_may_come_before_the_first_state(local_aws: OwnServer) -> None:
    states = local_aws.client("stepfunctions")
    waits = machine(local_aws, {"Type": "Wait", "Seconds": 60, "End": True})
    executions = [start(local_aws, waits) for _ in range(10)]
    for execution in reversed(executions):
        states.stop_execution(executionArn=execution)

    def statuses() -> set[str]:
        return {states.describe_execution(executionArn=one)["status"] for one in executions}

    wait_until(lambda: statuses() == {"ABORTED"}, 30, statuses)


def test_express_workflows_are_not_told(local_aws: OwnServer, heard: Heard) -> None:
    state = {"Type": "Pass", "End": True}
    express = start(local_aws, machine(local_aws, state, type="EXPRESS"))
    heard.wait(start(local_aws, machine(local_aws, state)), "RUNNING", "SUCCEEDED")
    assert heard.of(express) == []
