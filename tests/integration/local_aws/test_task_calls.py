"""A call without an answer has the name that AWS gives it, and a stop waits for no call.

https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html#bp-lambda-serviceexception
https://docs.aws.amazon.com/step-functions/latest/apireference/API_StopExecution.html
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

import pytest

from tests.faults.proxy.faults import Drop, Hold
from tests.faults.proxy.rules import On
from tests.faults.proxy.server import Proxy
from tests.faults.world import local_aws
from tests.wait import wait_until
from tools.aws import Aws

ROLE = "arn:aws:iam::000000000000:role/states"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Aws, Proxy]]:
    with local_aws(tmp_path_factory.mktemp("task_calls")) as running:
        yield running.aws, running.proxy


@pytest.fixture
def topic(served: tuple[Aws, Proxy]) -> str:
    return served[0].sns.create_topic(Name=f"t{uuid4().hex}")["TopicArn"]


def start(aws: Aws, task: Mapping[str, Any]) -> str:
    states = {"Call": {"Type": "Task", **task, "End": True}}
    machine = aws.step_functions.create_state_machine(
        name=f"m{uuid4().hex}",
        definition=json.dumps({"StartAt": "Call", "States": states}),
        roleArn=ROLE,
    )["stateMachineArn"]
    return aws.step_functions.start_execution(stateMachineArn=machine)["executionArn"]


def ended(aws: Aws, arn: str) -> Mapping[str, Any]:
    def over() -> Mapping[str, Any] | None:
        found = aws.step_functions.describe_execution(executionArn=arn)
        return None if found["status"] == "RUNNING" else found

    found = wait_until(over, 60, f"the end of {arn}", 0.2)
    assert found is not None
    return found


def publish(topic: str) -> dict[str, Any]:
    return {
        "Resource": "arn:aws:states:::sns:publish",
        "Parameters": {"TopicArn": topic, "Message": "hello"},
        "TimeoutSeconds": 30,
    }


@pytest.mark.parametrize(
    ("resource", "parameters", "service", "operation", "error"),
    [
        (
            "lambda:invoke",
            {"FunctionName": "none", "Payload": {}},
            "lambda",
            "Invoke",
            "Lambda.SdkClientException",
        ),
        ("glue:startJobRun", {"JobName": "none"}, "glue", "StartJobRun", "Glue.SdkClientException"),
        (
            "glue:startJobRun.sync",
            {"JobName": "none"},
            "glue",
            "StartJobRun",
            "Glue.SdkClientException",
        ),
        (
            "sns:publish",
            {"TopicArn": "arn:aws:sns:us-east-1:000000000000:none", "Message": "m"},
            "sns",
            "Publish",
            "SNS.SdkClientException",
        ),
        ("aws-sdk:s3:listBuckets", {}, "s3", "ListBuckets", "S3.SdkClientException"),
    ],
)
def test_a_cut_connection_is_the_clients_failure(
    served: tuple[Aws, Proxy],
    *,
    resource: str,
    parameters: Mapping[str, Any],
    service: str,
    operation: str,
    error: str,
) -> None:
    aws, proxy = served
    rule = proxy.strike(On(service, operation), Drop())
    task = {"Resource": f"arn:aws:states:::{resource}", "Parameters": parameters}
    found = ended(aws, start(aws, task))
    proxy.remove(rule)
    assert (found["status"], found["error"]) == ("FAILED", error)


def test_it_may_be_tried_again(served: tuple[Aws, Proxy], topic: str) -> None:
    aws, proxy = served
    rule = proxy.strike(On("sns", "Publish"), Drop(), times=2)
    retry = {"ErrorEquals": ["SNS.SdkClientException"], "IntervalSeconds": 1, "MaxAttempts": 2}
    found = ended(aws, start(aws, {**publish(topic), "Retry": [retry]}))
    proxy.remove(rule)
    assert found["status"] == "SUCCEEDED"


def test_a_stop_waits_for_no_call(served: tuple[Aws, Proxy], topic: str) -> None:
    aws, proxy = served
    rule = proxy.strike(On("sns", "Publish"), hold := Hold())
    arn = start(aws, publish(topic))
    rule.wait()
    aws.step_functions.stop_execution(executionArn=arn, error="Enough", cause="by a person")
    found = ended(aws, arn)
    assert (found["status"], found["error"], found["cause"]) == ("ABORTED", "Enough", "by a person")
    hold.release()
    # What the call has brought about is no part of the execution any more.
    aws.sns.publish(TopicArn=topic, Message="after")
    history = aws.step_functions.get_execution_history(executionArn=arn)["events"]
    assert [event["type"] for event in history][-1] == "ExecutionAborted"
    assert ended(aws, arn)["status"] == "ABORTED"
    proxy.remove(rule)
    aws.step_functions.redrive_execution(executionArn=arn)
    assert ended(aws, arn)["status"] == "SUCCEEDED"


def test_a_timeout_is_a_timeout_still(served: tuple[Aws, Proxy], topic: str) -> None:
    aws, proxy = served
    rule = proxy.strike(On("sns", "Publish"), hold := Hold())
    found = ended(aws, start(aws, {**publish(topic), "TimeoutSeconds": 1}))
    hold.release()
    proxy.remove(rule)
    assert (found["status"], found["error"]) == ("FAILED", "States.Timeout")
