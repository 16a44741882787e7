"""What every state machine template has to have, and what the two variants share."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

ASL = Path(__file__).parents[3] / "asl"
EXPRESS = ASL / "data-processing-pipeline.express.asl.json"
"""The variant for an Express workflow ends otherwise: see ``test_express``."""

TEMPLATES = sorted({*ASL.glob("data-processing-pipeline.*.asl.json")} - {EXPRESS})
State = dict[str, Any]


def render(path: Path) -> dict[str, Any]:
    """The definition with 1 for each placeholder, which is a number and a text alike."""
    definition: dict[str, Any] = json.loads(re.sub(r"\$\{\w+\}", "1", path.read_text()))
    return definition


def states(path: Path, kind: str | None = None) -> dict[str, State]:
    """States by name; only those of one type if it is given."""
    return {
        name: state
        for name, state in render(path)["States"].items()
        if kind in (None, state["Type"])
    }


def successors(state: State) -> set[str]:
    """Names of the states that may follow."""
    following = {state.get("Next"), state.get("Default")}
    following |= {rule["Next"] for rule in state.get("Choices", []) + state.get("Catch", [])}
    return {name for name in following if name}


pytestmark = pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name.split(".")[1])


BY_VARIANT = {"RouteByFileType", "ResumeWhereItFailed", "PinVersion", "IsFileValid"}
"""States that lead elsewhere where another engine, or another way to wait for it, follows."""

THE_END = "FailUnlessRedriven"
"""The one task that may fail uncaught: with what was caught and told before."""


def test_every_task_ends_retries_with_jitter_and_is_caught(path: Path) -> None:
    for name, task in states(path, "Task").items():
        assert task.get("TimeoutSeconds"), f"{name} may wait for ever"
        if name != THE_END:
            assert task["Catch"][-1]["ErrorEquals"] == ["States.ALL"], f"{name} fails unheard"
        for retrier in task["Retry"]:
            assert retrier["JitterStrategy"] == "FULL", f"{name} retries in step with others"
            assert retrier["BackoffRate"] > 1, name
            assert retrier["MaxDelaySeconds"] <= 120, name


def test_every_lambda_task_retries_the_errors_that_aws_calls_transient(path: Path) -> None:
    """https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html#bp-lambda-serviceexception"""
    transient = {
        "Lambda.ClientExecutionTimeoutException",
        "Lambda.ServiceException",
        "Lambda.AWSLambdaException",
        "Lambda.SdkClientException",
        "Lambda.TooManyRequestsException",
    }
    for name, task in states(path, "Task").items():
        if task["Resource"].endswith("lambda:invoke"):
            retried = {error for retrier in task["Retry"] for error in retrier["ErrorEquals"]}
            assert transient <= retried, name


def test_the_whole_execution_ends(path: Path) -> None:
    assert render(path)["TimeoutSeconds"]


def test_every_state_is_reached_and_every_next_exists(path: Path) -> None:
    all_states = states(path)
    reached: set[str] = set()
    to_visit = {render(path)["StartAt"]}
    while to_visit:
        name = to_visit.pop()
        reached.add(name)
        to_visit |= successors(all_states[name]) - reached
    assert reached == set(all_states)


def test_every_failure_is_announced_before_the_execution_fails(path: Path) -> None:
    assert not states(path, "Fail"), "a redrive could not pass it"
    for name, task in states(path, "Task").items():
        ways = {catcher["Next"] for catcher in task.get("Catch", [])}
        if name == "NotifyFailure":
            assert ways == {"NotifyFailurePlainly"}
        elif name == "NotifyFailurePlainly":
            assert ways == {"RememberFailure"}
        elif name != THE_END:
            assert ways == {"NotifyFailure"}, name


def test_the_end_fails_at_once_unless_lambda_itself_fails(path: Path) -> None:
    end = states(path)[THE_END]
    assert "Catch" not in end
    assert [error for retrier in end["Retry"] for error in retrier["ErrorEquals"]] == [
        "Lambda.ServiceException",
        "Lambda.AWSLambdaException",
        "Lambda.SdkClientException",
        "Lambda.ClientExecutionTimeoutException",
        "Lambda.TooManyRequestsException",
    ]


def test_every_ending_is_told_before(path: Path) -> None:
    all_states = states(path)
    tellers = {
        name
        for name, state in all_states.items()
        if state.get("Parameters", {}).get("Payload", {}).get("outcome")
    }
    for name, state in all_states.items():
        if state.get("End"):
            before = {other for other in all_states if name in successors(all_states[other])}
            assert before
            assert before <= tellers, name


def test_no_account_region_or_partition_is_written_down(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"\b\d{12}\b", text)
    assert not re.search(r"\b(us|eu|ap|sa|ca|me|af)-[a-z]+-\d\b", text)
    assert "arn:aws" not in text


def test_all_variants_share_the_states_of_the_same_name(path: Path) -> None:
    ours = states(path)
    for other in TEMPLATES:
        theirs = states(other)
        for name in ours.keys() & theirs.keys() - BY_VARIANT:
            assert ours[name] == theirs[name], f"{name} differs from the one in {other.name}"


def test_all_variants_give_a_job_the_same_arguments(path: Path) -> None:
    arguments = set()
    for template in TEMPLATES:
        for state in states(template).values():
            given = state.get("Parameters", {})
            given = given.get("Arguments") or given.get("arguments")
            if given:
                arguments.add(tuple(sorted(name.removesuffix(".$") for name in given)))
    assert len(arguments) == 1


def test_rejects_what_no_job_can_process(path: Path) -> None:
    if "lambda" not in path.name:
        assert states(path)["RouteByFileType"]["Default"] == "NameUnknownFileType"


def test_a_valid_file_is_processed_by_the_engine_for_its_size(path: Path) -> None:
    found = states(path)
    valid = {found["PinVersion"]["Next"], found["IsFileValid"]["Choices"][-1]["Next"]}
    if "lambda" in path.name:
        assert valid == {"ProcessFile"}
        return
    assert valid == {"RouteByEngine"}
    route = found["RouteByEngine"]
    assert {choice["Next"] for choice in route["Choices"]} == {"ProcessFile"}
    assert route["Default"] == "RouteByFileType"
