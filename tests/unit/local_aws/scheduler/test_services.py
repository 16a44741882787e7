"""Universal targets: https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html"""

import boto3

from local_aws.scheduler.services import spelled


def test_parameters_are_spelled_as_the_api_does() -> None:
    """Step Functions' members begin with a small letter, universal targets' with a capital."""
    model = boto3.client("stepfunctions", region_name="eu-central-1").meta.service_model
    shape = model.operation_model("CreateStateMachine").input_shape
    given = {"Name": "n", "Tags": [{"Key": "k", "value": "v"}], "Unknown": 1}
    assert spelled(given, shape) == {
        "name": "n",
        "tags": [{"key": "k", "value": "v"}],
        "Unknown": 1,
    }
