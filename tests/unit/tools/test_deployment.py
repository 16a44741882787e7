"""Outputs of Terraform, and clients for the place they speak of."""

from pathlib import Path
from typing import Any

import pytest

from tools.aws import LOCAL_REGION, Aws
from tools.deployment import Deployment
from tools.errors import NotAppliedError, NotReachableError

OUTPUTS: dict[str, Any] = {
    "source_bucket": "source",
    "processed_bucket": "processed",
    "artifacts_bucket": "artifacts",
    "state_machine_arn": "arn:aws:states:us-east-1:000000000000:stateMachine:m",
    "topic_arn": "arn:aws:sns:us-east-1:000000000000:t",
    "trigger_queue_url": "http://queue",
    "trigger_dead_letter_queue_url": "http://dead",
    "function_names": {"validate_file": "validate-file"},
    "glue_job_names": {},
    "dashboard_name": None,
    "database_name": None,
    "claims_table": "pipeline-claims",
    "dead_letter_queue_urls": {"trigger_pipeline": "http://dead"},
}


def test_takes_the_outputs_and_leaves_others() -> None:
    deployment = Deployment.from_outputs({**OUTPUTS, "of_another_tool": 1})
    assert deployment.source_bucket == "source"
    assert deployment.function_names == {"validate_file": "validate-file"}


def test_a_missing_output_is_named() -> None:
    outputs = {name: value for name, value in OUTPUTS.items() if name != "topic_arn"}
    with pytest.raises(NotAppliedError, match=r"lack topic_arn\. Apply it: make apply"):
        Deployment.from_outputs(outputs)


def test_an_unknown_environment_is_told_the_known_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parents[3])
    with pytest.raises(NotAppliedError, match=r"no environment 'nowhere'.*local"):
        Deployment.read("nowhere")


def test_an_endpoint_gets_dummy_credentials_whatever_the_shell_holds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "real")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "real")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    aws = Aws("http://127.0.0.1:9")
    request = aws.s3._request_signer._credentials  # type: ignore[attr-defined]
    assert (request.access_key, request.secret_key) == ("test", "test")
    assert aws.region == LOCAL_REGION
    assert aws.sqs.meta.endpoint_url == "http://127.0.0.1:9"


def test_nothing_there_says_how_to_start_it() -> None:
    with pytest.raises(NotReachableError, match=r"http://127.0.0.1:9\. Start it: make up"):
        Aws("http://127.0.0.1:9").assert_reachable()
