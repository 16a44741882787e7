"""Run history as a person reads it: a Glue workflow and a state machine, in one form."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.local_aws.own_server import REGION, OwnServer, own_server
from tests.wait import wait_until

ROLE = "arn:aws:iam::000000000000:role/test"
FAILING = {
    "Type": "Task",
    "Resource": "arn:aws:states:::glue:startJobRun.sync",
    "Parameters": {"JobName": "fails"},
    "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 1}],
    "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "GiveUp"}],
    "Next": "Done",
}
MACHINE = {
    "StartAt": "Fork",
    "States": {
        "Fork": {
            "Type": "Parallel",
            "Branches": [
                {"StartAt": "Left", "States": {"Left": {"Type": "Pass", "End": True}}},
                {
                    "StartAt": "Right",
                    "States": {"Right": {"Type": "Wait", "Seconds": 1, "End": True}},
                },
            ],
            "Next": "Work",
        },
        "Work": FAILING,
        "Done": {"Type": "Succeed"},
        "GiveUp": {"Type": "Fail", "Error": "GaveUp", "Cause": "the job [failed]"},
    },
}


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServer]:
    with own_server(tmp_path_factory.mktemp("history")) as server:
        s3, glue = server.client("s3"), server.client("glue")
        s3.create_bucket(Bucket="history", CreateBucketConfiguration={"LocationConstraint": REGION})
        for name, script in (("works", "pass"), ("fails", "raise ValueError('no [rows]')")):
            s3.put_object(Bucket="history", Key=f"{name}.py", Body=script.encode())
            command = {"Name": "pythonshell", "PythonVersion": "3.9"}
            command["ScriptLocation"] = f"s3://history/{name}.py"
            glue.create_job(Name=name, Role=ROLE, Command=command)
        yield server


@pytest.fixture(scope="module")
def workflow_run(aws: OwnServer) -> str:
    glue = aws.client("glue")
    glue.create_workflow(Name="flow")
    first = [{"JobName": "works"}, {"JobName": "fails"}]
    glue.create_trigger(Name="begin", WorkflowName="flow", Type="ON_DEMAND", Actions=first)
    glue.create_job(
        Name="never",
        Role=ROLE,
        Command={"Name": "pythonshell", "ScriptLocation": "s3://history/works.py"},
    )
    conditions = [
        {"LogicalOperator": "EQUALS", "JobName": name, "State": "SUCCEEDED"}
        for name in ("works", "fails")
    ]
    glue.create_trigger(
        Name="both",
        WorkflowName="flow",
        Type="CONDITIONAL",
        StartOnCreation=True,
        Predicate={"Logical": "AND", "Conditions": conditions},
        Actions=[{"JobName": "never"}],
    )
    run_id: str = glue.start_workflow_run(Name="flow")["RunId"]

    def status() -> Any:
        return glue.get_workflow_run(Name="flow", RunId=run_id)["Run"]["Status"]

    wait_until(lambda: status() == "COMPLETED", 120, status)
    return run_id


@pytest.fixture(scope="module")
def execution(aws: OwnServer, workflow_run: str) -> str:
    machines = aws.client("stepfunctions")
    arn = machines.create_state_machine(
        name="machine", definition=json.dumps(MACHINE), roleArn=ROLE
    )["stateMachineArn"]
    started: str = machines.start_execution(stateMachineArn=arn, name="execution-1")["executionArn"]

    def status() -> Any:
        return machines.describe_execution(executionArn=started)["status"]

    wait_until(lambda: status() == "FAILED", 180, status)
    return started


def history(aws: OwnServer, *arguments: str, code: int = 0) -> str:
    options = ["--endpoint-url", aws.endpoint_url, "--region", REGION]
    answer = subprocess.run(
        [sys.executable, "-m", "tools.run_history", *options, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={"COLUMNS": "200", "PYTHONPATH": ".", "PATH": "/usr/bin:/bin"},
    )
    assert answer.returncode == code, answer.stderr
    return answer.stdout + answer.stderr


def line(shown: str, name: str) -> str:
    """Return the line of a step."""
    (found,) = [
        line for line in shown.splitlines() if name in line.split("↰")[0].replace("─", " ").split()
    ]
    return found


def test_lists_runs_of_both_kinds(aws: OwnServer, workflow_run: str, execution: str) -> None:
    shown = history(aws, "list")
    assert "1 of 3 succeeded, 1 failed" in line(shown, workflow_run[:15])
    assert "✔ COMPLETED" in line(shown, workflow_run[:15])
    assert "✘ FAILED" in line(shown, "execution-1")
    assert shown.index("execution-1") < shown.index(workflow_run[:15])  # newest first
    assert workflow_run[:15] not in history(aws, "list", "--pipeline", "machine")


def test_shows_a_workflow_run(aws: OwnServer, workflow_run: str) -> None:
    shown = history(aws, "show", workflow_run[:12])
    assert "on demand trigger" in line(shown, "begin")
    assert "✔ SUCCEEDED" in line(shown, "works")
    assert "ValueError: no [rows]" in line(shown, "fails")
    assert "○ NOT RUN" in line(shown, "both")
    assert "↰ " in line(shown, "both")
    assert "○ NOT RUN" in line(shown, "never")


def test_shows_an_execution(aws: OwnServer, execution: str) -> None:
    for reference in (execution, "execution-1"):
        shown = history(aws, "show", reference)
        assert "✔ SUCCEEDED" in line(shown, "Fork")
        assert "● PASSED" in line(shown, "Left")
        assert "↰ Left" in line(shown, "Work")  # it waits for both branches
        assert "✔ SUCCEEDED" in line(shown, "Right")
        work = line(shown, "Work")
        assert "✘ FAILED" in work
        assert "ValueError: no [rows]" in work
        assert " 2 " in work  # tries
        assert "○ NOT RUN" in line(shown, "Done")
        assert "✘ FAILED" in line(shown, "GiveUp")
        assert "GaveUp: the job [failed]" in shown


def test_says_when_there_is_no_such_run(aws: OwnServer, execution: str) -> None:
    assert "There is no run 'nothing'" in history(aws, "show", "nothing", code=1)
