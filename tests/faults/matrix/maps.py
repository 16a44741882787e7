"""Map over many: how many failures it tolerates, to the item."""

import json
from collections.abc import Mapping
from typing import Any

from tests.faults.matrix.registry import fault
from tests.faults.matrix.stage import Stage
from tests.wait import wait_until

ITEMS = 40
TOLERATED = 5

# https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html#maprun-fail-threshold
EACH: Mapping[str, Any] = {
    "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
    "StartAt": "IsGood",
    "States": {
        "IsGood": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.good", "BooleanEquals": True, "Next": "Done"}],
            "Default": "Failed",
        },
        "Done": {"Type": "Pass", "End": True},
        "Failed": {"Type": "Fail", "Error": "Pipeline.Bad"},
    },
}


def _tolerating(difference: int, words: str, status: str) -> None:
    @fault(
        f"Map with {words} tolerated failures",
        "A Map ends well up to the failures that it tolerates, and not beyond",
    )
    def map_over_many(stage: Stage) -> None:
        failures = TOLERATED + difference
        ended = run(stage, [number >= failures for number in range(ITEMS)])
        assert ended["status"] == status, ended
        if status == "FAILED":
            assert ended["error"] == "States.ExceedToleratedFailureThreshold"
        else:
            assert counts(stage, ended) == (ITEMS - failures, failures)


_tolerating(-1, "one fewer than the", "SUCCEEDED")
_tolerating(0, "exactly the", "SUCCEEDED")
_tolerating(1, "one more than the", "FAILED")


def run(stage: Stage, good: list[bool]) -> Mapping[str, Any]:
    """Run a Map over a list in S3 to its end."""
    aws, deployment = stage.world.aws, stage.world.deployment
    place = {"Bucket": deployment.artifacts_bucket, "Key": f"{stage.folder}/items.json"}
    aws.s3.put_object(**place, Body=json.dumps([{"good": each} for each in good]).encode())
    each = {
        "Type": "Map",
        "ItemReader": {
            "Resource": "arn:aws:states:::s3:getObject",
            "ReaderConfig": {"InputType": "JSON"},
            "Parameters": place,
        },
        "ItemProcessor": EACH,
        "ToleratedFailureCount": TOLERATED,
        "MaxConcurrency": 4,
        "ResultWriter": {
            "Resource": "arn:aws:states:::s3:putObject",
            "Parameters": {"Bucket": place["Bucket"], "Prefix": f"{stage.folder}/results"},
        },
        "End": True,
    }
    role = aws.step_functions.describe_state_machine(stateMachineArn=deployment.state_machine_arn)
    machine = aws.step_functions.create_state_machine(
        name=stage.folder,
        definition=json.dumps({"StartAt": "Each", "States": {"Each": each}}),
        roleArn=role["roleArn"],
    )["stateMachineArn"]
    arn = aws.step_functions.start_execution(stateMachineArn=machine)["executionArn"]

    def over() -> Mapping[str, Any] | None:
        found = aws.step_functions.describe_execution(executionArn=arn)
        return None if found["status"] == "RUNNING" else found

    ended = wait_until(over, 200, f"the end of {arn}", 0.5)
    aws.step_functions.delete_state_machine(stateMachineArn=machine)
    assert ended is not None
    return ended


def counts(stage: Stage, ended: Mapping[str, Any]) -> tuple[int, int]:
    """Return how many items the Map's results tell of: done, and failed."""
    output = json.loads(ended["output"])
    told = output["ResultWriterDetails"]
    manifest = json.loads(_read(stage, told["Bucket"], told["Key"]))
    numbers = {
        kind: sum(
            len(json.loads(_read(stage, told["Bucket"], file["Key"])))
            for file in manifest["ResultFiles"][kind]
        )
        for kind in ("SUCCEEDED", "FAILED")
    }
    return numbers["SUCCEEDED"], numbers["FAILED"]


def _read(stage: Stage, bucket: str, key: str) -> bytes:
    return stage.world.aws.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
