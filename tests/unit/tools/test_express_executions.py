"""Executions of an Express workflow, read from their log.

https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

from tests.unit.mocked_aws import every_service
from tools.aws import Aws
from tools.executions import Upload
from tools.express_executions import ExpressExecutions, events, is_express, name_of
from tools.outcomes import Outcome

ARN = "arn:aws:states:us-east-1:123456789012:express:pipeline:people-1:0b1c"
GROUP = "/aws/vendedlogs/states/pipeline"
BEGAN = 1_795_000_000_000
UPLOAD = Upload("source", "people.csv", "v1", datetime(2026, 11, 21, tzinfo=UTC))
WAY: list[tuple[str, dict[str, Any]]] = [
    ("ExecutionStarted", {}),
    ("TaskStateEntered", {"name": "ValidateFile"}),
    ("TaskScheduled", {"resource": "invoke"}),
    ("TaskFailed", {"error": "States.Timeout"}),
    ("TaskScheduled", {"resource": "invoke"}),
    ("TaskSucceeded", {}),
    ("TaskStateExited", {"name": "ValidateFile"}),
    ("PassStateEntered", {"name": "FileRejected"}),
    ("PassStateExited", {"name": "FileRejected"}),
    ("ExecutionSucceeded", {}),
]
FAILED = [
    ("ExecutionStarted", {}),
    ("FailStateEntered", {"name": "PipelineFailed"}),
    ("ExecutionFailed", {"error": "Pipeline.SourceGoneError", "cause": "gone"}),
]


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    with every_service():
        logs = boto3.client("logs", region_name="us-east-1")
        logs.create_log_group(logGroupName=GROUP)
        logs.create_log_stream(logGroupName=GROUP, logStreamName="states")
        yield Aws(None, "us-east-1")


def log(aws: Aws, arn: str, way: list[tuple[str, dict[str, Any]]]) -> None:
    """Write events as Step Functions does; a moment's events in any order."""
    lines = [
        {
            "id": str(number),
            "type": kind,
            "details": details,
            "previous_event_id": str(number - 1),
            "event_timestamp": str(BEGAN + number),
            "execution_arn": arn,
        }
        for number, (kind, details) in enumerate(way, 1)
    ]
    told = [{"timestamp": BEGAN, "message": json.dumps(line)} for line in reversed(lines)]
    aws.logs.put_log_events(logGroupName=GROUP, logStreamName="states", logEvents=told)  # type: ignore[arg-type]


class Asked:
    """A trigger that knows one run after a while."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)

    def runs_of(self, version: dict[str, Any]) -> list[str]:
        assert version == {"bucket": "source", "key": "people.csv", "version_id": "v1"}
        return self.answers.pop(0)


def executions(aws: Aws, *answers: list[str]) -> ExpressExecutions:
    return ExpressExecutions(aws, Asked(*answers))  # type: ignore[arg-type]


def test_a_run_is_found_when_it_has_ended(aws: Aws) -> None:
    ours = executions(aws, [], [f"{ARN}-first", ARN])
    assert ours.find(UPLOAD) is None
    assert ours.find(UPLOAD) == ARN


def test_its_way_is_read_from_the_log_in_order(aws: Aws) -> None:
    log(aws, ARN, WAY)
    log(aws, f"{ARN}-of-another", FAILED)
    progress = executions(aws).progress(ARN)
    assert (progress.name, progress.status, progress.is_over) == ("people-1", "SUCCEEDED", True)
    assert [visit.state for visit in progress.visits] == ["ValidateFile", "FileRejected"]
    assert progress.visits[0].retries == 1
    assert Outcome.of(progress) == Outcome("INVALID")
    assert [event["id"] for event in events(aws, ARN)] == list(range(1, len(WAY) + 1))


def test_a_failure_has_its_error(aws: Aws) -> None:
    log(aws, ARN, FAILED)
    outcome = Outcome.of(executions(aws).progress(ARN))
    assert outcome == Outcome("FAILURE", explanation="Pipeline.SourceGoneError: gone")


def test_it_is_running_until_its_log_has_the_end(aws: Aws) -> None:
    assert executions(aws).progress(ARN).status == "RUNNING"
    log(aws, ARN, WAY[:4])
    assert executions(aws).progress(ARN).status == "RUNNING"


def test_what_an_arn_says() -> None:
    assert is_express(ARN)
    assert name_of(ARN) == "people-1"
    assert not is_express("arn:aws:states:us-east-1:123456789012:execution:express:people-1")
    assert not is_express("people-1")
