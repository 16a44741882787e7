"""RedriveExecution: https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.integration.local_aws.functions import Functions
from tests.integration.local_aws.own_server import REGION, OwnServer
from tests.wait import wait_until

ROLE = "arn:aws:iam::000000000000:role/states"
# Says how often it was called, and fails as long as the object "mended" is not there.
WORK = """
import os
import boto3

s3 = boto3.client("s3", endpoint_url=os.environ["AWS_ENDPOINT_URL"])

def handler(event, context):
    bucket = event["bucket"]
    s3.put_object(Bucket=bucket, Key=f"calls/{event['state']}/{context.aws_request_id}", Body=b"")
    if event.get("fails") and not s3.list_objects_v2(Bucket=bucket, Prefix="mended")["KeyCount"]:
        raise ValueError("not mended")
    return {"state": event["state"], "input": event}
"""


@dataclass
class Machine:
    """A state machine whose tasks write into a bucket of its own."""

    aws: OwnServer
    bucket: str
    arn: str

    def __post_init__(self) -> None:
        self.states = self.aws.client("stepfunctions")
        self.s3 = self.aws.client("s3")

    def start(self) -> str:
        given = json.dumps({"bucket": self.bucket})
        arn: str = self.states.start_execution(stateMachineArn=self.arn, input=given)[
            "executionArn"
        ]
        return arn

    def describe(self, execution: str) -> dict[str, Any]:
        found: dict[str, Any] = self.states.describe_execution(executionArn=execution)
        return found

    def end(self, execution: str) -> dict[str, Any]:
        wait_until(
            lambda: self.describe(execution)["status"] != "RUNNING",
            describe=lambda: self.describe(execution),
            interval=0.5,
        )
        return self.describe(execution)

    def calls(self, state: str) -> int:
        found = self.s3.list_objects_v2(Bucket=self.bucket, Prefix=f"calls/{state}/")
        count: int = found["KeyCount"]
        return count

    def mend(self) -> None:
        self.s3.put_object(Bucket=self.bucket, Key="mended", Body=b"")

    def history(self, execution: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.states.get_execution_history(executionArn=execution)[
            "events"
        ]
        return found


@pytest.fixture(scope="module")
def function(local_aws: OwnServer) -> Iterator[str]:
    functions = Functions(local_aws.client("lambda"))
    yield functions.create("redriven", WORK)
    functions.delete_all()


@pytest.fixture
def make_machine(local_aws: OwnServer) -> Iterator[Any]:
    states, s3 = local_aws.client("stepfunctions"), local_aws.client("s3")
    made: list[str] = []

    def make(definition: Mapping[str, Any], **members: Any) -> Machine:
        name = f"redriven-{uuid4().hex[:8]}"
        location = {"LocationConstraint": REGION}
        s3.create_bucket(Bucket=name, CreateBucketConfiguration=location)
        arn = states.create_state_machine(
            name=name, roleArn=ROLE, definition=json.dumps(definition), **members
        )["stateMachineArn"]
        made.append(arn)
        return Machine(local_aws, name, arn)

    yield make
    for arn in made:
        states.delete_state_machine(stateMachineArn=arn)


def task(function: str, state: str, **members: Any) -> dict[str, Any]:
    fails = state == "Work"
    payload = {"bucket.$": "$.bucket", "state": state, "fails": fails}
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": function, "Payload": payload},
        "ResultSelector": {"state.$": "$.Payload.state"},
        "ResultPath": f"$.{state.lower()}",
        **members,
    }


def two_tasks(function: str, **members: Any) -> dict[str, Any]:
    retry = [{"ErrorEquals": ["ValueError"], "IntervalSeconds": 1, "MaxAttempts": 1}]
    states = {
        "Prepare": task(function, "Prepare", Next="Work"),
        "Work": task(function, "Work", Retry=retry, Next="Tell"),
        "Tell": {
            "Type": "Pass",
            "Parameters": {"before.$": "$", "redrives.$": "$$.Execution.RedriveCount"},
            "End": True,
        },
    }
    return {"StartAt": "Prepare", "States": states, **members}


def test_a_failed_execution_goes_on_from_the_state_that_failed(
    make_machine: Any, function: str
) -> None:
    machine = make_machine(two_tasks(function))
    execution = machine.start()
    failed = machine.end(execution)
    assert (failed["status"], failed["error"]) == ("FAILED", "ValueError")
    assert (failed["redriveCount"], failed["redriveStatus"]) == (0, "REDRIVABLE")
    assert "redriveDate" not in failed
    before = machine.history(execution)

    # Retries begin anew: the state is tried twice again, and fails again.
    first = machine.states.redrive_execution(executionArn=execution)
    failed = machine.end(execution)
    assert (failed["status"], failed["redriveCount"]) == ("FAILED", 1)
    assert failed["redriveDate"] == first["redriveDate"]
    assert (machine.calls("Prepare"), machine.calls("Work")) == (1, 4)

    machine.mend()
    # A machine changed since then changes nothing.
    other = json.dumps({"StartAt": "Tell", "States": {"Tell": {"Type": "Fail"}}})
    machine.states.update_state_machine(stateMachineArn=machine.arn, definition=other)
    machine.states.redrive_execution(executionArn=execution)
    done = machine.end(execution)
    assert (done["status"], done["redriveCount"]) == ("SUCCEEDED", 2)
    assert done["startDate"] == failed["startDate"]
    assert "error" not in done
    assert json.loads(done["output"]) == {
        "before": {
            "bucket": machine.bucket,
            "prepare": {"state": "Prepare"},
            "work": {"state": "Work"},
        },
        "redrives": 2,
    }
    assert (machine.calls("Prepare"), machine.calls("Work")) == (1, 5)

    history = machine.history(execution)
    assert history[: len(before)] == before
    assert [event["id"] for event in history] == list(range(1, len(history) + 1))
    redriven = [event for event in history if event["type"] == "ExecutionRedriven"]
    counts = [event["executionRedrivenEventDetails"]["redriveCount"] for event in redriven]
    assert counts == [1, 2]
    assert redriven[0]["id"] == len(before) + 1

    assert done["redriveStatus"] == "NOT_REDRIVABLE"
    assert done["redriveStatusReason"] == "Execution is SUCCEEDED and cannot be redriven"
    with pytest.raises(machine.states.exceptions.ExecutionNotRedrivable, match="SUCCEEDED"):
        machine.states.redrive_execution(executionArn=execution)


def test_executions_are_listed_by_their_redrives(make_machine: Any) -> None:
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html"""
    failing = {"StartAt": "Stop", "States": {"Stop": {"Type": "Fail", "Error": "Stopped"}}}
    machine = make_machine(failing)
    redriven, untouched = machine.start(), machine.start()
    machine.end(redriven)
    machine.end(untouched)
    machine.states.redrive_execution(executionArn=redriven)
    # "Reenters the Fail state and fails again."
    assert machine.end(redriven)["status"] == "FAILED"

    def listed(**members: str) -> dict[str, int]:
        found = machine.states.list_executions(stateMachineArn=machine.arn, **members)
        return {one["executionArn"]: one["redriveCount"] for one in found["executions"]}

    assert listed() == {redriven: 1, untouched: 0}
    assert listed(redriveFilter="REDRIVEN") == {redriven: 1}
    assert listed(redriveFilter="NOT_REDRIVEN") == {untouched: 0}


def test_a_client_token_redrives_once(make_machine: Any) -> None:
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_RedriveExecution.html"""
    machine = make_machine({"StartAt": "Stop", "States": {"Stop": {"Type": "Fail"}}})
    execution = machine.start()
    machine.end(execution)
    dates = set()
    for _ in range(2):
        answer = machine.states.redrive_execution(executionArn=execution, clientToken="once")
        dates.add(answer["redriveDate"])
        machine.end(execution)
    assert len(dates) == 1
    assert machine.describe(execution)["redriveCount"] == 1


def test_a_stopped_execution_goes_on(make_machine: Any, function: str) -> None:
    definition = {
        "StartAt": "Prepare",
        "States": {
            "Prepare": task(function, "Prepare", Next="Pause"),
            "Pause": {"Type": "Wait", "Seconds": 3, "Next": "Work"},
            "Work": task(function, "Work", End=True),
        },
    }
    machine = make_machine(definition)
    machine.mend()
    execution = machine.start()

    def in_pause() -> bool:
        return any(event["type"] == "WaitStateEntered" for event in machine.history(execution))

    wait_until(in_pause, describe=lambda: machine.history(execution), interval=0.5)
    with pytest.raises(machine.states.exceptions.ExecutionNotRedrivable, match="RUNNING"):
        machine.states.redrive_execution(executionArn=execution)
    machine.states.stop_execution(executionArn=execution, error="Person")
    assert machine.end(execution)["status"] == "ABORTED"
    machine.states.redrive_execution(executionArn=execution)
    assert machine.end(execution)["status"] == "SUCCEEDED"
    assert (machine.calls("Prepare"), machine.calls("Work")) == (1, 1)


def test_a_timed_out_execution_has_its_time_again(make_machine: Any, function: str) -> None:
    """ "The state machine level timeout, if defined, is reset to 0." """
    waiting = {
        "StartAt": "Prepare",
        "TimeoutSeconds": 6,
        "States": {
            "Prepare": {"Type": "Wait", "Seconds": 4, "Next": "Pause"},
            "Pause": {"Type": "Wait", "Seconds": 4, "Next": "Work"},
            "Work": task(function, "Work", End=True),
        },
    }
    machine = make_machine(waiting)
    machine.mend()
    execution = machine.start()
    assert machine.end(execution)["status"] == "TIMED_OUT"
    machine.states.redrive_execution(executionArn=execution)
    done = machine.end(execution)
    entered = [
        event["stateEnteredEventDetails"]["name"]
        for event in machine.history(execution)
        if "stateEnteredEventDetails" in event
    ]
    assert entered == ["Prepare", "Pause", "Pause", "Work"]
    assert done["redriveCount"] == 1


def test_a_parallel_state_is_run_again_whole(make_machine: Any, function: str) -> None:
    """AWS reruns the branches that failed; here also those that succeeded."""
    definition = {
        "StartAt": "Fork",
        "States": {
            "Fork": {
                "Type": "Parallel",
                "Branches": [
                    {"StartAt": "Good", "States": {"Good": task(function, "Good", End=True)}},
                    {"StartAt": "Work", "States": {"Work": task(function, "Work", End=True)}},
                ],
                "End": True,
            }
        },
    }
    machine = make_machine(definition)
    execution = machine.start()
    assert machine.end(execution)["status"] == "FAILED"
    machine.mend()
    machine.states.redrive_execution(executionArn=execution)
    done = machine.end(execution)
    assert done["status"] == "SUCCEEDED", json.dumps(machine.history(execution), default=str)
    assert [branch["bucket"] for branch in json.loads(done["output"])] == [machine.bucket] * 2


def test_express_and_unknown_executions(make_machine: Any) -> None:
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_RedriveExecution.html"""
    machine = make_machine({"StartAt": "Stop", "States": {"Stop": {"Type": "Fail"}}})
    unknown = machine.arn.replace(":stateMachine:", ":execution:") + ":nobody"
    with pytest.raises(machine.states.exceptions.ExecutionDoesNotExist):
        machine.states.redrive_execution(executionArn=unknown)
    express = make_machine(
        {"StartAt": "Stop", "States": {"Stop": {"Type": "Fail"}}}, type="EXPRESS"
    )
    with pytest.raises(machine.states.exceptions.InvalidArn):
        machine.states.redrive_execution(executionArn=express.start())


def tool(machine: Machine, run: str) -> subprocess.CompletedProcess[str]:
    """Run what ``make redrive-execution RUN=…`` runs."""
    command = [sys.executable, "-m", "tools.redrive_execution", "--region", REGION]
    return subprocess.run(
        [*command, "--endpoint-url", machine.aws.endpoint_url, run],
        cwd=Path(__file__).parents[3],
        text=True,
        capture_output=True,
        check=False,
    )


def test_the_tool_redrives_and_follows(make_machine: Any, function: str) -> None:
    machine = make_machine(two_tasks(function))
    execution = machine.start()
    machine.end(execution)
    again = tool(machine, execution)
    assert again.returncode == 1
    assert "ended again as FAILED" in " ".join(again.stderr.split())
    machine.mend()
    name = machine.describe(execution)["name"]
    mended = tool(machine, name[:13])
    assert mended.returncode == 0, mended.stderr
    assert machine.describe(execution)["status"] == "SUCCEEDED"
    assert "Tell" in mended.stdout
    refused = tool(machine, name)
    assert refused.returncode == 1
    assert "Execution is SUCCEEDED and cannot be redriven" in " ".join(refused.stderr.split())


def test_the_tool_redrives_no_fail_state(make_machine: Any) -> None:
    """ "Reenters the Fail state and fails again." """
    failing = {"StartAt": "GiveUp", "States": {"GiveUp": {"Type": "Fail", "Error": "GaveUp"}}}
    machine = make_machine(failing)
    execution = machine.start()
    machine.end(execution)
    refused = tool(machine, execution)
    assert refused.returncode == 1
    assert "Fail state GiveUp" in " ".join(refused.stderr.split())
    assert machine.describe(execution)["redriveCount"] == 0


def test_a_redrive_goes_on_where_a_caught_failure_ended(make_machine: Any, function: str) -> None:
    """The state that failed is entered again, not the one whose failure was caught before."""
    caught = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Remember"}]
    remember = {
        "Type": "Pass",
        "Parameters": {"redrives.$": "$$.Execution.RedriveCount"},
        "ResultPath": "$.told",
        "Next": "Work",
    }
    first = task(function, "First", Catch=caught, Next="Work")
    first["Parameters"]["Payload"]["fails"] = True
    states = {"First": first, "Remember": remember, "Work": task(function, "Work", End=True)}
    machine = make_machine({"StartAt": "First", "States": states})
    execution = machine.start()
    assert machine.end(execution)["status"] == "FAILED"
    assert (machine.calls("First"), machine.calls("Work")) == (1, 1)
    machine.mend()
    machine.states.redrive_execution(executionArn=execution)
    done = machine.end(execution)
    assert done["status"] == "SUCCEEDED"
    assert (machine.calls("First"), machine.calls("Work")) == (1, 2)
    output = json.loads(done["output"])
    # What was remembered before the redrive is still there.
    assert (output["error"]["Error"], output["told"]) == ("ValueError", {"redrives": 0})
