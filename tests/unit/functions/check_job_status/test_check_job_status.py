"""Looking at Glue job runs."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from functions.check_job_status.handler import handler
from functions.check_job_status.status import check_job_run
from functions.common.errors import InvalidInputError, ThrottlingException
from tests.unit.functions.conftest import Context

EVENT = {"job_name": "job", "job_run_id": "jr_1"}


@pytest.fixture
def glue(aws: None) -> Any:
    return boto3.client("glue")


@pytest.mark.parametrize(
    ("run_state", "state"),
    [
        ("STARTING", "RUNNING"),
        ("RUNNING", "RUNNING"),
        ("WAITING", "RUNNING"),
        ("STOPPING", "RUNNING"),
        ("SUCCEEDED", "SUCCEEDED"),
        ("FAILED", "FAILED"),
        ("STOPPED", "FAILED"),
        ("TIMEOUT", "FAILED"),
        ("ERROR", "FAILED"),
        ("EXPIRED", "FAILED"),
    ],
)
def test_every_state_that_glue_has(glue: Any, run_state: str, state: str) -> None:
    run = {"JobRunState": run_state, "ExecutionTime": 7, "ErrorMessage": "ValueError: no"}
    with Stubber(glue) as answers:
        answers.add_response("get_job_run", {"JobRun": run})
        found = check_job_run(EVENT, glue).to_json()
    assert found == {
        "job_name": "job",
        "job_run_id": "jr_1",
        "state": state,
        "job_run_state": run_state,
        "execution_time": 7,
        "error_message": "ValueError: no",
    }


def test_a_failure_has_a_text_even_where_glue_has_none(glue: Any) -> None:
    with Stubber(glue) as answers:
        answers.add_response("get_job_run", {"JobRun": {"JobRunState": "STOPPED"}})
        found = check_job_run(EVENT, glue)
    assert found.error_message == "The run ended STOPPED, and Glue names no error."


def test_errors(glue: Any) -> None:
    with pytest.raises(InvalidInputError, match="'job_run_id'"):
        check_job_run({"job_name": "job"}, glue)
    with Stubber(glue) as answers:
        answers.add_client_error("get_job_run", "ThrottlingException", "slow down")
        with pytest.raises(ThrottlingException, match="slow down"):
            check_job_run(EVENT, glue)
    with pytest.raises(ClientError, match="EntityNotFoundException"):
        check_job_run(EVENT, glue)


def test_a_real_run(glue: Any, context: Context) -> None:
    role = "arn:aws:iam::123456789012:role/job"
    glue.create_job(Name="job", Role=role, Command={"Name": "glueetl"})
    run = glue.start_job_run(JobName="job")["JobRunId"]
    found = handler({"job_name": "job", "job_run_id": run}, context)
    assert found["job_run_id"] == run
    assert found["state"] in ("RUNNING", "SUCCEEDED")
