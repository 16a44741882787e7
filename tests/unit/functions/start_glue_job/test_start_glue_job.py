"""Starting Glue jobs, over moto's Glue."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from functions.common.errors import InvalidInputError
from functions.start_glue_job.handler import handler, start
from tests.unit.functions.conftest import Context

ROLE = "arn:aws:iam::123456789012:role/job"


@pytest.fixture
def glue(aws: None) -> Any:
    client = boto3.client("glue")
    client.create_job(Name="job", Role=ROLE, Command={"Name": "glueetl"})
    return client


def test_starts_a_run(glue: Any, context: Context) -> None:
    event = {"job_name": "job", "arguments": {"--a": "1"}, "execution_name": "e"}
    started = handler(event, context)
    assert started["job_name"] == "job"
    run = glue.get_job_run(JobName="job", RunId=started["job_run_id"])["JobRun"]
    assert run["Arguments"] == {"--a": "1"}


def test_the_workers_that_the_file_needs(glue: Any) -> None:
    event = {"job_name": "job", "worker_type": "G.2X", "number_of_workers": 7}
    with Stubber(glue) as answers:
        expected = {
            "JobName": "job",
            "Arguments": {},
            "WorkerType": "G.2X",
            "NumberOfWorkers": 7,
        }
        answers.add_response("start_job_run", {"JobRunId": "jr_1"}, expected)
        assert start(event, glue) == {"job_name": "job", "job_run_id": "jr_1"}


@pytest.mark.parametrize(
    ("event", "message"),
    [
        ({"job_name": "job", "worker_type": "G.1X"}, "belong together"),
        ({"job_name": "job", "number_of_workers": 2}, "belong together"),
        ({"job_name": "job", "worker_type": "G.1X", "number_of_workers": "2"}, "belong together"),
        ({}, "'job_name'"),
        ({"job_name": ""}, "'job_name'"),
        ({"job_name": "job", "arguments": ["--a"]}, "'arguments'"),
        ({"job_name": "job", "arguments": {"--a": 1}}, "--a"),
    ],
)
def test_input_that_makes_no_sense(glue: Any, event: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        start(event, glue)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("ConcurrentRunsExceededException", "ConcurrentRunsExceededException"),
        ("ResourceNumberLimitExceededException", "ResourceNumberLimitExceededException"),
        ("ThrottlingException", "ThrottlingException"),
        ("Throttling", "ThrottlingException"),
    ],
)
def test_a_retry_can_name_what_passes(glue: Any, code: str, name: str) -> None:
    """Lambda hands the class's name to the state machine as the error's name."""
    with Stubber(glue) as answers:
        answers.add_client_error("start_job_run", code, "one too many")
        with pytest.raises(Exception, match="one too many") as caught:
            start({"job_name": "job"}, glue)
    assert type(caught.value).__name__ == name


def test_other_errors_stay_what_they_are(glue: Any) -> None:
    with pytest.raises(ClientError, match="EntityNotFoundException"):
        start({"job_name": "no such job"}, glue)
