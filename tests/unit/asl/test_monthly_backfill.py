"""The state machine of one month."""

import json
import re
from pathlib import Path
from typing import Any

PATH = Path(__file__).parents[3] / "asl/monthly-backfill.asl.json"
DEFINITION = json.loads(re.sub(r"\$\{\w+\}", "1", PATH.read_text()))
STATES: dict[str, dict[str, Any]] = DEFINITION["States"]
TASKS = {name: state for name, state in STATES.items() if state["Type"] == "Task"}


def following(state: dict[str, Any]) -> set[str]:
    named = {state.get("Next"), state.get("Default")}
    named |= {rule["Next"] for rule in state.get("Choices", []) + state.get("Catch", [])}
    return {name for name in named if name}


def test_every_state_is_reached_and_every_next_exists() -> None:
    reached, to_visit = set(), {DEFINITION["StartAt"]}
    while to_visit:
        name = to_visit.pop()
        reached.add(name)
        to_visit |= following(STATES[name]) - reached
    assert reached == set(STATES)


def test_every_task_ends_retries_with_jitter_and_is_caught() -> None:
    assert DEFINITION["TimeoutSeconds"]
    for name, task in TASKS.items():
        assert task["TimeoutSeconds"], name
        assert task["Catch"][-1]["ErrorEquals"] == ["States.ALL"], name
        for retrier in task["Retry"]:
            assert retrier["MaxAttempts"] == 0 or retrier["JitterStrategy"] == "FULL", name


def test_every_failure_is_told_before_the_execution_fails() -> None:
    for name, task in TASKS.items():
        ways = {catcher["Next"] for catcher in task["Catch"]}
        assert ways == {"MonthFailed" if name == "NotifyMonthFailed" else "NotifyMonthFailed"}


def test_what_no_second_try_can_mend_is_not_tried_again() -> None:
    hopeless = TASKS["DownloadFile"]["Retry"][0]
    assert hopeless["MaxAttempts"] == 0
    assert {"FileNotOfferedError", "DownloadRefusedError"} <= set(hopeless["ErrorEquals"])


def test_a_failed_run_of_the_file_pipeline_is_not_run_again_by_itself() -> None:
    """It has retried what it can, and has told of its failure."""
    retried = {error for each in TASKS["ProcessMonth"]["Retry"] for error in each["ErrorEquals"]}
    assert retried.isdisjoint({"States.ALL", "States.TaskFailed", "States.Timeout"})
