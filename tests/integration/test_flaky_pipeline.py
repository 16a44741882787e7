"""examples/flaky_pipeline as a whole: every file ends once, and each failure is told once."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flaky_step.chance import Chance

from tests.integration.leftovers import leftovers
from tests.integration.terraform import Terraform
from tests.wait import wait_until
from tools.aws import Aws
from tools.inbox import Inbox

EXAMPLE = Path(__file__).parents[2] / "examples/flaky_pipeline"
PROBABILITY = 0.3
# Of these files one fails in all attempts, and six are retried and succeed.
SEED = "alpha"
ATTEMPTS = 3
CHOSEN = [f"files/{number:02}.{extension}" for number in range(7) for extension in ("csv", "json")]
OTHERS = [f"files/{number:02}.txt" for number in range(7)]
RUN_SECONDS = 240


@dataclass(frozen=True)
class Execution:
    """An ended execution. ``failed_attempts`` are those of the flaky step."""

    name: str
    key: str
    status: str
    output: dict[str, Any] | None
    failed_attempts: int
    states: tuple[str, ...]


@dataclass(frozen=True)
class FlakyPipeline:
    """The applied example, and a queue that listens to its topic."""

    aws: Aws
    terraform: Terraform
    outputs: dict[str, Any]
    inbox: Inbox

    def upload(self, key: str) -> None:
        self.aws.s3.put_object(Bucket=self.outputs["source_bucket"], Key=key, Body=b"id\n1\n")

    def listed(self) -> list[Any]:
        pages = self.aws.step_functions.get_paginator("list_executions").paginate(
            stateMachineArn=self.outputs["state_machine_arn"]
        )
        return [execution for page in pages for execution in page["executions"]]

    def ended(self, count: int) -> list[Any] | None:
        """All executions once at least ``count`` are there and none runs, else None."""
        listed = self.listed()
        running = any(execution["status"] == "RUNNING" for execution in listed)
        return None if running or len(listed) < count else listed

    def execution(self, arn: str) -> Execution:
        described = self.aws.step_functions.describe_execution(executionArn=arn)
        pages = self.aws.step_functions.get_paginator("get_execution_history").paginate(
            executionArn=arn
        )
        events = [event for page in pages for event in page["events"]]
        failures = [e["taskFailedEventDetails"] for e in events if e["type"] == "TaskFailed"]
        output = described.get("output")
        return Execution(
            name=described["name"],
            key=json.loads(described["input"])["detail"]["object"]["key"],
            status=described["status"],
            output=json.loads(output) if output else None,
            failed_attempts=sum(each["error"] == "FlakyStepError" for each in failures),
            states=tuple(e["stateEnteredEventDetails"]["name"] for e in events if is_entry(e)),
        )

    def statuses(self) -> Counter[str]:
        return Counter(execution["status"] for execution in self.listed())


def is_entry(event: Any) -> bool:
    return event["type"].endswith("StateEntered")


def predicted_failures(key: str) -> int:
    """How many attempts at a file fail, if the seed decides alone."""
    chance = Chance(PROBABILITY, SEED)
    attempts = range(ATTEMPTS)
    return next((number for number in attempts if not chance.fails(key, number)), ATTEMPTS)


@pytest.fixture(scope="module")
def flaky(
    aws: Aws, packages: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FlakyPipeline]:
    prefix = f"t{uuid4().hex[:5]}-"
    variables: dict[str, object] = {
        "endpoint_url": str(aws.endpoint_url),
        "name_prefix": prefix,
        "failure": {"probability": PROBABILITY, "seed": SEED},
    }
    terraform = Terraform(EXAMPLE, variables, tmp_path_factory.mktemp("flaky_pipeline"))
    terraform.init()
    try:
        terraform.apply()
        outputs = terraform.outputs()
        inbox = Inbox.subscribe(aws, outputs["topic_arn"], "inbox")
        yield FlakyPipeline(aws, terraform, outputs, inbox)
    finally:
        terraform.destroy()
        for queue in aws.sqs.list_queues(QueueNamePrefix=prefix).get("QueueUrls", []):
            aws.sqs.delete_queue(QueueUrl=queue)
    assert terraform.resources() == []
    assert leftovers(str(aws.endpoint_url), prefix) == {}


@pytest.fixture(scope="module")
def executions(flaky: FlakyPipeline) -> list[Execution]:
    """All executions, after files of three extensions were uploaded and all is quiet."""
    assert flaky.listed() == [], "an apply must start nothing"
    keys = [*CHOSEN, *OTHERS]
    for key in keys:
        flaky.upload(key)
    ended = wait_until(
        lambda: flaky.ended(len(keys)), RUN_SECONDS, lambda: f"{len(keys)} ends: {flaky.statuses()}"
    )
    assert ended is not None
    return [flaky.execution(execution["executionArn"]) for execution in ended]


def test_a_second_plan_is_empty(flaky: FlakyPipeline) -> None:
    assert flaky.terraform.plan() == []


def test_every_file_has_exactly_one_ended_execution(executions: list[Execution]) -> None:
    assert sorted(each.key for each in executions) == sorted([*CHOSEN, *OTHERS])
    assert {each.status for each in executions} == {"SUCCEEDED", "FAILED"}


def test_the_seed_decides_which_attempts_fail(executions: list[Execution]) -> None:
    failed = {each.key: each.failed_attempts for each in executions if each.key in CHOSEN}
    assert failed == {key: predicted_failures(key) for key in CHOSEN}


def test_failures_are_retried_and_most_files_succeed(executions: list[Execution]) -> None:
    chosen = [each for each in executions if each.key in CHOSEN]
    assert Counter(each.failed_attempts for each in chosen) == {0: 7, 1: 4, 2: 2, ATTEMPTS: 1}
    for each in chosen:
        if each.failed_attempts < ATTEMPTS:
            assert each.status == "SUCCEEDED"
            assert each.states == ("DetectFileType", "RouteByFileType", "FlakyStep", "Succeeded")
            assert each.output is not None
            assert each.output["outcome"] == "SUCCESS"
            assert each.output["attempt"] == each.failed_attempts


def test_an_unknown_extension_goes_its_own_way(executions: list[Execution]) -> None:
    others = [each for each in executions if each.key in OTHERS]
    assert len(others) == len(OTHERS)
    for each in others:
        assert each.states == ("DetectFileType", "RouteByFileType", "FileSkipped")
        assert each.output is not None
        assert (each.output["outcome"], each.output["key"]) == ("SKIPPED", each.key)


def test_what_failed_in_all_attempts_is_told_exactly_once(
    flaky: FlakyPipeline, executions: list[Execution]
) -> None:
    failed = [each for each in executions if each.status == "FAILED"]
    assert [each.failed_attempts for each in failed] == [ATTEMPTS]
    wait_until(
        lambda: len(flaky.inbox.heard()) >= len(failed),
        describe=lambda: f"a notification; heard: {flaky.inbox.heard()}",
    )
    for each in failed:
        assert each.states[-2:] == ("NotifyFailure", "PipelineFailed")
        (note,) = flaky.inbox.about(each.name)
        assert note.attributes["outcome"] == "FAILURE"
        assert note.subject == "Flaky pipeline: a file failed"
        assert f"s3://{flaky.outputs['source_bucket']}/{each.key} was not processed" in note.body
        assert "FlakyStepError" in note.body
        assert f"Attempt {ATTEMPTS} at {each.key} failed by chance." in note.body
    assert len(flaky.inbox.heard()) == len(failed)


def test_a_repeated_file_meets_the_same_fate(
    flaky: FlakyPipeline, executions: list[Execution]
) -> None:
    key = next(each.key for each in executions if each.status == "FAILED")
    before = {each.name for each in executions}
    flaky.upload(key)
    ended = wait_until(
        lambda: flaky.ended(len(executions) + 1), RUN_SECONDS, lambda: f"{flaky.statuses()}"
    )
    assert ended is not None
    (new,) = (each for each in ended if each["name"] not in before)
    again = flaky.execution(new["executionArn"])
    assert (again.key, again.status, again.failed_attempts) == (key, "FAILED", ATTEMPTS)
    (note,) = wait_until(lambda: flaky.inbox.about(again.name), describe="its notification")
    assert key in note.body
