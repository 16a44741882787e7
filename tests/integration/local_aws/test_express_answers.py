"""https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartSyncExecution.html."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from botocore.config import Config

from local_aws.overrides.express_answers import billed_ms
from tests.integration.local_aws.functions import Functions
from tests.integration.local_aws.own_server import OwnServer

ROLE = "arn:aws:iam::000000000000:role/states"
# As the pipeline's functions make it: nothing says that this AWS is a local one.
RUN = """
import boto3

def handler(event, context):
    answer = boto3.client("stepfunctions").start_sync_execution(
        stateMachineArn=event["machine"], name="run", input="{}"
    )
    return {key: answer.get(key) for key in ("executionArn", "status", "error", "cause")}
"""


def machine(aws: OwnServer, state: dict[str, Any], seconds: int = 60) -> str:
    made = aws.client("stepfunctions").create_state_machine(
        name=f"express-{uuid4().hex[:8]}",
        type="EXPRESS",
        roleArn=ROLE,
        definition=json.dumps(
            {"StartAt": "Only", "TimeoutSeconds": seconds, "States": {"Only": state}}
        ),
    )
    arn: str = made["stateMachineArn"]
    return arn


@pytest.fixture
def client(local_aws: OwnServer) -> Any:
    return local_aws.client("stepfunctions", Config(inject_host_prefix=False))


@pytest.fixture
def functions(local_aws: OwnServer) -> Iterator[Functions]:
    made = Functions(local_aws.client("lambda"))
    yield made
    made.delete_all()


def test_an_answer_tells_what_is_billed(local_aws: OwnServer, client: Any) -> None:
    arn = machine(local_aws, {"Type": "Pass", "End": True})
    answer = client.start_sync_execution(stateMachineArn=arn, input='{"a": 1}')
    assert answer["status"] == "SUCCEEDED"
    assert json.loads(answer["output"]) == {"a": 1}
    billed = answer["billingDetails"]
    assert billed["billedMemoryUsedInMB"] == 64
    took = (answer["stopDate"] - answer["startDate"]).total_seconds() * 1000
    milliseconds = billed["billedDurationInMilliseconds"]
    assert milliseconds % 100 == 0
    # The answer's moments are whole milliseconds, or even seconds.
    assert took - 1_000 < milliseconds < took + 1_100


def test_a_begun_step_of_100_ms_is_billed() -> None:
    began = datetime(2026, 11, 21, tzinfo=UTC)
    billed = [billed_ms(began, began + timedelta(milliseconds=ms)) for ms in (0, 1, 100, 101)]
    assert billed == [100, 100, 100, 200]


def test_names_may_be_used_again_and_each_run_has_its_own_arn(
    local_aws: OwnServer, client: Any
) -> None:
    arn = machine(local_aws, {"Type": "Pass", "End": True})
    runs = [client.start_sync_execution(stateMachineArn=arn, name="same") for _ in range(2)]
    arns = [run["executionArn"] for run in runs]
    prefix = f"{arn.replace(':stateMachine:', ':express:')}:same:"
    assert all(one.startswith(prefix) for one in arns)
    assert len(set(arns)) == 2


def test_a_failure_is_an_answer_with_error_and_cause(local_aws: OwnServer, client: Any) -> None:
    fail = {"Type": "Fail", "ErrorPath": "States.Format('Mine.{}', $.why)", "CausePath": "$.cause"}
    arn = machine(local_aws, fail)
    given = json.dumps({"why": "States.Timeout", "cause": "ä"})
    answer = client.start_sync_execution(stateMachineArn=arn, input=given)
    told = (answer["status"], answer["error"], answer["cause"])
    assert told == ("FAILED", "Mine.States.Timeout", "ä")


def test_one_that_takes_too_long_has_timed_out(local_aws: OwnServer, client: Any) -> None:
    arn = machine(local_aws, {"Type": "Wait", "Seconds": 30, "End": True}, seconds=1)
    assert client.start_sync_execution(stateMachineArn=arn)["status"] == "TIMED_OUT"


def test_a_function_finds_the_service_without_knowing_of_it(
    local_aws: OwnServer, functions: Functions
) -> None:
    """https://docs.aws.amazon.com/sdkref/latest/guide/feature-host-prefix.html"""
    arn = machine(local_aws, {"Type": "Fail", "Error": "Mine", "Cause": "because"})
    functions.create("runs-express", RUN)
    told, _ = functions.invoke("runs-express", {"machine": arn})
    assert (told["status"], told["error"], told["cause"]) == ("FAILED", "Mine", "because")
