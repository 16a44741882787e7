"""The variant for an Express workflow: the Lambda one's states, in five minutes, without redrives.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-standard-vs-express.html
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from functions.common.express import TOLD
from tests.unit.asl import test_definitions as definitions
from tests.unit.asl.test_definitions import ASL, EXPRESS, State, states, successors

LAMBDA = ASL / "data-processing-pipeline.lambda.asl.json"
ENDS = {"PipelineFailed", "NobodyWasTold"}
ONLY_REDRIVEN = {"RememberFailure", "FailUnlessRedriven", "ResumeWhereItFailed"}
TELL_FAILURE = {"NotifyFailure": "PipelineFailed", "NotifyFailurePlainly": "PipelineFailed"}

SHARED_RULES = (
    definitions.test_every_task_ends_retries_with_jitter_and_is_caught,
    definitions.test_every_lambda_task_retries_the_errors_that_aws_calls_transient,
    definitions.test_the_whole_execution_ends,
    definitions.test_every_state_is_reached_and_every_next_exists,
    definitions.test_every_ending_is_told_before,
    definitions.test_no_account_region_or_partition_is_written_down,
)


@pytest.mark.parametrize("rule", SHARED_RULES, ids=lambda rule: rule.__name__)
def test_what_holds_for_every_variant(rule: Callable[[Path], None]) -> None:
    rule(EXPRESS)


def test_its_states_are_those_of_the_lambda_variant() -> None:
    ours, theirs = states(EXPRESS), states(LAMBDA)
    assert ours.keys() - theirs.keys() == ENDS
    assert theirs.keys() - ours.keys() == ONLY_REDRIVEN
    for name in theirs.keys() & ours.keys() - TELL_FAILURE.keys():
        assert without_bounds(ours[name]) == without_bounds(theirs[name]), name
    for name in TELL_FAILURE:
        one, other = (without_bounds(found[name], "Next", "Catch") for found in (ours, theirs))
        if name == "NotifyFailurePlainly":
            attributes = [each["Parameters"].pop("MessageAttributes") for each in (one, other)]
            assert attributes[0]["outcome"] == attributes[1]["outcome"]
        assert one == other


def without_bounds(state: State, *others: str) -> State:
    """The state without what Express has otherwise: fewer and sooner retries, and no redrives."""
    kept = {name: value for name, value in state.items() if name not in ("TimeoutSeconds", *others)}
    kept["Retry"] = [rule["ErrorEquals"] for rule in state.get("Retry", [])]
    parameters: dict[str, Any] = dict(state.get("Parameters") or {})
    payload = dict(parameters.get("Payload") or {})
    payload.pop("redrive_count.$", None)
    kept["Parameters"] = {**parameters, "Payload": payload}
    return kept


def test_nothing_speaks_of_redrives() -> None:
    """https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html"""
    assert "redrive" not in EXPRESS.read_text().lower()


def test_nothing_waits_for_a_job_or_a_token() -> None:
    for name, task in states(EXPRESS, "Task").items():
        assert not task["Resource"].endswith((".sync", ".sync:2", ".waitForTaskToken")), name
    assert not states(EXPRESS, "Wait")


def test_every_failure_is_told_before_and_the_end_says_whether_it_was() -> None:
    for name, task in states(EXPRESS, "Task").items():
        ways = {catcher["Next"] for catcher in task["Catch"]}
        if name == "NotifyFailure":
            assert ways == {"NotifyFailurePlainly"}
        elif name == "NotifyFailurePlainly":
            assert ways == {"NobodyWasTold"}
        else:
            assert ways == {"NotifyFailure"}, name
    ends = states(EXPRESS, "Fail")
    assert ends.keys() == ENDS
    assert ends["PipelineFailed"]["ErrorPath"].startswith(f"States.Format('{TOLD}{{}}'")
    assert not ends["NobodyWasTold"]["Error"].startswith(TOLD)
    assert {
        name for name, state in states(EXPRESS).items() if "PipelineFailed" in successors(state)
    } == {
        "NotifyFailure",
        "NotifyFailurePlainly",
    }


def test_waiting_for_second_tries_leaves_time_for_the_work() -> None:
    """Half a minute for one state's retries, of an execution's 290 seconds."""
    for name, task in states(EXPRESS, "Task").items():
        waits = sum(
            min(rule["IntervalSeconds"] * rule["BackoffRate"] ** number, rule["MaxDelaySeconds"])
            for rule in task["Retry"]
            for number in range(rule["MaxAttempts"])
        )
        assert waits <= 30, name
