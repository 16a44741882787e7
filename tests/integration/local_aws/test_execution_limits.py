"""https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html."""

import json
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from tests.integration.local_aws.functions import Functions
from tests.integration.local_aws.own_server import OwnServer
from tests.wait import wait_until

ROLE = "arn:aws:iam::000000000000:role/states"
LIMIT = 262_144
ANSWER = """
def handler(event, context):
    return "x" * event["length"]
"""
PASS = {"Type": "Pass", "End": True}
CAUGHT = {"Type": "Pass", "Result": "caught", "End": True}


@pytest.fixture(scope="module")
def states(local_aws: OwnServer) -> Any:
    return local_aws.client("stepfunctions")


@pytest.fixture(scope="module")
def function(local_aws: OwnServer) -> Iterator[str]:
    functions = Functions(local_aws.client("lambda"))
    yield functions.create("answer", ANSWER)
    functions.delete_all()


def machine(states: Any, start: str, **members: Mapping[str, Any]) -> str:
    arn: str = states.create_state_machine(
        name=f"limits-{uuid4().hex[:8]}",
        roleArn=ROLE,
        definition=json.dumps({"StartAt": start, "States": members}),
    )["stateMachineArn"]
    return arn


def run(states: Any, arn: str, given: str) -> dict[str, Any]:
    execution = states.start_execution(stateMachineArn=arn, input=given)["executionArn"]

    def ended() -> dict[str, Any] | None:
        found: dict[str, Any] = states.describe_execution(executionArn=execution)
        return None if found["status"] == "RUNNING" else found

    return wait_until(ended, interval=0.5) or {}


def text(bytes_: int) -> str:
    """Return JSON of that many bytes, most of whose letters take two."""
    filled = f'"{"ä" * ((bytes_ - 2) // 2)}"'
    return filled + " " * (bytes_ - len(filled.encode()))


def test_an_input_may_have_this_many_bytes(states: Any) -> None:
    arn = machine(states, "Pass", Pass=PASS)
    assert run(states, arn, text(LIMIT))["status"] == "SUCCEEDED"
    with pytest.raises(ClientError, match="less than or equal to 262144") as refused:
        states.start_execution(stateMachineArn=arn, input=text(LIMIT + 2))
    assert refused.value.response["Error"]["Code"] == "ValidationException"


@pytest.mark.parametrize(
    "name", ["x" * 81, "with space", "a/b", "a:b", "ünicode?", "tab\there", "a*"]
)
def test_names_are_checked(states: Any, name: str) -> None:
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html"""
    arn = machine(states, "Pass", Pass=PASS)
    with pytest.raises(ClientError):
        states.start_execution(stateMachineArn=arn, name=name)


def test_names_of_all_allowed_letters(states: Any) -> None:
    arn = machine(states, "Pass", Pass=PASS)
    for name in ("x" * 80, "a.b-c_d+e=f(g)!@'"):
        started = states.start_execution(stateMachineArn=arn, name=name)
        assert started["executionArn"].endswith(f":{name}")


def test_of_starts_with_one_name_one_begins(local_aws: OwnServer, states: Any) -> None:
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html"""
    arn, together = machine(states, "Pass", Pass=PASS), threading.Barrier(8)
    # What a log makes of a start lies between the look at the name and its keeping.
    local_aws.client("logs").create_log_group(logGroupName="starts")
    group = {"logGroupArn": "arn:aws:logs:eu-central-1:000000000000:log-group:starts:*"}
    states.update_state_machine(
        stateMachineArn=arn,
        roleArn=ROLE,
        loggingConfiguration={"level": "ALL", "destinations": [{"cloudWatchLogsLogGroup": group}]},
    )

    def begins(name: str, given: int) -> bool:
        together.wait()
        try:
            states.start_execution(stateMachineArn=arn, name=name, input=str(given))
        except states.exceptions.ExecutionAlreadyExists:
            return False
        return True

    with ThreadPoolExecutor(together.parties) as pool:
        for name in ("a", "b", "c", "d", "e"):
            begun = pool.map(begins, [name] * together.parties, range(together.parties))
            assert list(begun).count(True) == 1


def invoke(function: str, length: int, **members: Any) -> dict[str, Any]:
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": function, "Payload": {"length": length}},
        "ResultSelector": {"length.$": "$.StatusCode"},
        **members,
    }


def test_a_result_that_is_too_large_fails_its_task(states: Any, function: str) -> None:
    arn = machine(states, "Call", Call=invoke(function, LIMIT, End=True))
    ended = run(states, arn, "{}")
    assert (ended["status"], ended["error"]) == ("FAILED", "States.DataLimitExceeded")


@pytest.mark.parametrize(
    ("error", "status"), [("States.DataLimitExceeded", "SUCCEEDED"), ("States.ALL", "FAILED")]
)
def test_only_its_own_name_catches_it(states: Any, function: str, error: str, status: str) -> None:
    """https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html"""
    catch = [{"ErrorEquals": [error], "Next": "Caught"}]
    call = invoke(function, LIMIT, Catch=catch, End=True)
    arn = machine(states, "Call", Call=call, Caught=CAUGHT)
    assert run(states, arn, "{}")["status"] == status


def test_parameters_that_are_too_large_fail_their_task(states: Any, function: str) -> None:
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {
            "FunctionName": function,
            "Payload": {"one.$": "$.text", "two.$": "$.text", "length": 1},
        },
        "End": True,
    }
    ended = run(states, machine(states, "Call", Call=task), json.dumps({"text": "x" * 140_000}))
    assert (ended["status"], ended["error"]) == ("FAILED", "States.DataLimitExceeded")
    assert "provided parameters" in ended["cause"]


def test_a_runtime_error_is_caught_by_no_wildcard(states: Any, function: str) -> None:
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}]
    call = invoke(function, 1, Catch=catch, End=True)
    call["Parameters"]["Payload"] = {"length.$": "$.nowhere"}
    ended = run(states, machine(states, "Call", Call=call, Caught=CAUGHT), "{}")
    assert (ended["status"], ended["error"]) == ("FAILED", "States.Runtime")
