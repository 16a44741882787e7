"""https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html."""

import json
from uuid import uuid4

from tests.integration.local_aws.own_server import OwnServer
from tests.wait import wait_until


def test_tasks_of_a_role_share_its_session(local_aws: OwnServer) -> None:
    role = f"arn:aws:iam::000000000000:role/shared-{uuid4().hex[:8]}"
    who = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:sts:getCallerIdentity",
        "ResultSelector": {"arn.$": "$.Arn"},
    }
    branches = [{"StartAt": f"Who{n}", "States": {f"Who{n}": {**who, "End": True}}} for n in "ab"]
    states = {
        "Who": {**who, "Next": "Both"},
        "Both": {"Type": "Parallel", "Branches": branches, "End": True},
    }
    client = local_aws.client("stepfunctions")
    machine = client.create_state_machine(
        name=f"who-{uuid4().hex[:8]}",
        roleArn=role,
        definition=json.dumps({"StartAt": "Who", "States": states}),
    )["stateMachineArn"]

    def run() -> set[str]:
        execution = client.start_execution(stateMachineArn=machine)["executionArn"]
        wait_until(
            lambda: client.describe_execution(executionArn=execution)["status"] == "SUCCEEDED",
            interval=0.3,
        )
        output = client.describe_execution(executionArn=execution)["output"]
        return {answer["arn"] for answer in json.loads(output)}

    found = run()
    assert len(found) == 1, found
    (first,) = found
    assert f"assumed-role/{role.rpartition('/')[2]}/" in first
    assert run() == {first}
