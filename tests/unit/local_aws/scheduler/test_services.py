"""Calls of targets.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
"""

import socket

import boto3
import pytest
from botocore.stub import Stubber

from local_aws.host.ports import Site
from local_aws.scheduler.errors import DeliveryError
from local_aws.scheduler.requests import Request
from local_aws.scheduler.services import Services, spelled

START = Request("stepfunctions", "start_execution", {"StateMachineArn": "arn", "Input": "{}"})


@pytest.fixture
def services() -> Services:
    """Services of an endpoint at which nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    return Services(Site("000000000000", "eu-central-1", f"http://127.0.0.1:{port}"))


def refusal(services: Services, request: Request) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        services.call(request)
    return caught.value


@pytest.mark.parametrize(
    ("code", "status", "retryable"),
    [
        ("ThrottlingException", 400, True),
        ("TooManyRequestsException", 429, True),
        ("ServiceUnavailable", 503, True),
        ("AccessDeniedException", 403, False),
        ("StateMachineDoesNotExist", 400, False),
    ],
)
def test_only_errors_that_pass_are_tried_again(
    services: Services, code: str, status: int, retryable: bool
) -> None:
    """https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html"""
    with Stubber(services.client("stepfunctions")) as stub:
        stub.add_client_error("start_execution", code, "Because.", http_status_code=status)
        error = refusal(services, START)
    assert (error.code, error.message, error.retryable) == (code, "Because.", retryable)


def test_a_service_that_does_not_answer_is_tried_again(services: Services) -> None:
    """https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html"""
    error = refusal(services, START)
    assert (error.code, error.retryable) == ("AWS.Scheduler.InternalServerError", True)


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        (Request("nothing", "send", {}), "Unknown service"),
        (Request("sqs", "fly", {}), "no action fly"),
        (Request("sqs", "send_message", {"MessageBody": "x"}), "QueueUrl"),
    ],
)
def test_what_does_not_exist_is_not_tried_again(
    services: Services, request_: Request, reason: str
) -> None:
    error = refusal(services, request_)
    assert reason in error.message
    assert (error.code, error.retryable) == ("ValidationException", False)


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
