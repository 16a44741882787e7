"""A ``.sync`` task and its Glue job run, when one of them is stopped.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-sync
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.local_aws.own_server import REGION, OwnServer
from tests.wait import wait_until

NAME = "sync-task-sleeps"
ROLE = "arn:aws:iam::000000000000:role/test"
PROCESS = {
    "Process": {
        "Type": "Task",
        "Resource": "arn:aws:states:::glue:startJobRun.sync",
        "Parameters": {"JobName": NAME},
        "End": True,
    }
}
ENDED = {"SUCCEEDED", "FAILED", "TIMEOUT", "STOPPED"}


@pytest.fixture(scope="module")
def machine(local_aws: OwnServer) -> Iterator[str]:
    """A state machine that waits for a job that sleeps."""
    s3, glue = local_aws.client("s3"), local_aws.client("glue")
    states = local_aws.client("stepfunctions")
    s3.create_bucket(Bucket=NAME, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket=NAME, Key="sleep.py", Body=b"import time; time.sleep(600)")
    script = {"ScriptLocation": f"s3://{NAME}/sleep.py", "PythonVersion": "3.9"}
    glue.create_job(
        Name=NAME,
        Role=ROLE,
        Command={"Name": "pythonshell", **script},
        ExecutionProperty={"MaxConcurrentRuns": 5},
    )
    made = states.create_state_machine(
        name=NAME, roleArn=ROLE, definition=json.dumps({"StartAt": "Process", "States": PROCESS})
    )
    yield made["stateMachineArn"]
    states.delete_state_machine(stateMachineArn=made["stateMachineArn"])
    glue.delete_job(JobName=NAME)


@pytest.fixture
def started(local_aws: OwnServer, machine: str) -> tuple[str, str]:
    """An execution that waits, and the run that it waits for."""
    states = local_aws.client("stepfunctions")
    execution: str = states.start_execution(stateMachineArn=machine)["executionArn"]
    run_id = submitted(local_aws, execution)
    wait_until(
        lambda: job_run(local_aws, run_id)["JobRunState"] == "RUNNING",
        describe=lambda: job_run(local_aws, run_id),
        interval=0.5,
    )
    return execution, run_id


def submitted(aws: OwnServer, execution: str) -> str:
    """Return the job run that an execution waits for."""
    states = aws.client("stepfunctions")

    def run_id() -> str:
        for event in states.get_execution_history(executionArn=execution)["events"]:
            if event["type"] == "TaskSubmitted":
                run: str = json.loads(event["taskSubmittedEventDetails"]["output"])["JobRunId"]
                return run
        return ""

    return wait_until(run_id, describe="the job run", interval=0.5)


def job_run(aws: OwnServer, run_id: str) -> dict[str, Any]:
    run: dict[str, Any] = aws.client("glue").get_job_run(JobName=NAME, RunId=run_id)["JobRun"]
    return run


def end_of_run(aws: OwnServer, run_id: str) -> str:
    wait_until(
        lambda: job_run(aws, run_id)["JobRunState"] in ENDED,
        describe=lambda: job_run(aws, run_id),
        interval=0.5,
    )
    state: str = job_run(aws, run_id)["JobRunState"]
    return state


def end(aws: OwnServer, execution: str) -> dict[str, Any]:
    states = aws.client("stepfunctions")

    def described() -> dict[str, Any]:
        found: dict[str, Any] = states.describe_execution(executionArn=execution)
        return found

    wait_until(lambda: described()["status"] != "RUNNING", describe=described, interval=0.5)
    return described()


def test_a_stopped_execution_stops_its_job_run(
    local_aws: OwnServer, started: tuple[str, str]
) -> None:
    """ "If a task that uses this service integration pattern is aborted", the run is cancelled."""
    execution, run_id = started
    local_aws.client("stepfunctions").stop_execution(executionArn=execution)
    assert end(local_aws, execution)["status"] == "ABORTED"
    assert end_of_run(local_aws, run_id) == "STOPPED"


def test_a_branch_that_fails_stops_the_job_run_of_another(
    local_aws: OwnServer, machine: str
) -> None:
    """A task is aborted too when "a different branch of a Parallel state fails"."""
    states = local_aws.client("stepfunctions")
    failing = {
        "Pause": {"Type": "Wait", "Seconds": 3, "Next": "GiveUp"},
        "GiveUp": {"Type": "Fail", "Error": "GaveUp"},
    }
    branches = [
        {"StartAt": "Process", "States": PROCESS},
        {"StartAt": "Pause", "States": failing},
    ]
    fork = {"Type": "Parallel", "Branches": branches, "End": True}
    definition = json.dumps({"StartAt": "Fork", "States": {"Fork": fork}})
    name = f"{NAME}-in-a-branch"
    made = states.create_state_machine(name=name, roleArn=ROLE, definition=definition)
    execution = states.start_execution(stateMachineArn=made["stateMachineArn"])["executionArn"]
    run_id = submitted(local_aws, execution)
    ended = end(local_aws, execution)
    states.delete_state_machine(stateMachineArn=made["stateMachineArn"])
    assert (ended["status"], ended["error"]) == ("FAILED", "GaveUp")
    assert end_of_run(local_aws, run_id) == "STOPPED"


def test_a_stopped_job_run_fails_its_task(local_aws: OwnServer, started: tuple[str, str]) -> None:
    execution, run_id = started
    local_aws.client("glue").batch_stop_job_run(JobName=NAME, JobRunIds=[run_id])
    ended = end(local_aws, execution)
    assert (ended["status"], ended["error"]) == ("FAILED", "States.TaskFailed")
    assert json.loads(ended["cause"])["JobRunState"] == "STOPPED"
