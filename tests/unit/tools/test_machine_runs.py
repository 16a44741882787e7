"""What a state machine's design and an execution's history tell.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from tools.machine_runs import read_design, read_steps
from tools.run_graph import NOT_RUN, PASSED, Edge, Step

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)

POLLING = {
    "StartAt": "Start",
    "States": {
        "Start": {"Type": "Task", "Next": "Wait", "Catch": [{"Next": "Failed"}]},
        "Wait": {"Type": "Wait", "Next": "Check"},
        "Check": {"Type": "Task", "Next": "IsDone", "Catch": [{"Next": "Failed"}]},
        "IsDone": {"Type": "Choice", "Choices": [{"Next": "Done"}], "Default": "Wait"},
        "Done": {"Type": "Succeed"},
        "Failed": {"Type": "Fail"},
    },
}


class History:
    """Builds a history event by event, a second apart."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def add(self, kind: str, **details: Any) -> "History":
        number = len(self.events) + 1
        self.events.append(
            {
                "id": number,
                "previousEventId": details.pop("previous", number - 1),
                "type": kind,
                "timestamp": NOON + timedelta(seconds=number),
                **details,
            }
        )
        return self

    def enter(self, kind: str, name: str, **more: Any) -> "History":
        return self.add(f"{kind}StateEntered", stateEnteredEventDetails={"name": name}, **more)

    def leave(self, kind: str, name: str, **more: Any) -> "History":
        return self.add(f"{kind}StateExited", stateExitedEventDetails={"name": name}, **more)

    def task(self, name: str) -> "History":
        self.enter("Task", name).add("TaskScheduled").add("TaskStarted").add("TaskSucceeded")
        return self.leave("Task", name)

    def fail(self, error: str, cause: str) -> "History":
        self.add("TaskScheduled").add("TaskStarted")
        return self.add("TaskFailed", taskFailedEventDetails={"error": error, "cause": cause})


def read(history: History, status: str, definition: dict[str, Any] = POLLING) -> dict[str, Step]:
    steps = read_steps(read_design(definition), history.events, status)
    return {step.name: step for step in steps}


def test_a_loop_counts_its_rounds() -> None:
    history = History().add("ExecutionStarted").task("Start")
    for _ in range(3):
        history.enter("Wait", "Wait").leave("Wait", "Wait").task("Check")
        history.enter("Choice", "IsDone").leave("Choice", "IsDone")
    history.enter("Succeed", "Done").leave("Succeed", "Done").add("ExecutionSucceeded")
    steps = read(history, "SUCCEEDED")
    assert steps["Wait"].attempts == steps["Check"].attempts == 3
    assert steps["Check"].state == "SUCCEEDED"
    assert steps["IsDone"].state == PASSED
    assert steps["Failed"].state == NOT_RUN
    assert steps["Start"].attempts == 1


def test_a_retry_that_helped_leaves_no_error() -> None:
    history = History().add("ExecutionStarted").enter("Task", "Start")
    history.fail("Lambda.TooManyRequestsException", "later").add("TaskScheduled")
    history.add("TaskSucceeded").leave("Task", "Start").enter("Wait", "Wait")
    start = read(history, "RUNNING")["Start"]
    assert (start.state, start.attempts, start.error) == ("SUCCEEDED", 2, None)


def test_a_failure_that_was_caught_is_one_of_its_state() -> None:
    history = History().add("ExecutionStarted").enter("Task", "Start")
    history.fail("States.TaskFailed", '{"JobRunState": "FAILED", "ErrorMessage": "no rows"}')
    history.leave("Task", "Start").enter("Fail", "Failed")
    history.add("ExecutionFailed", executionFailedEventDetails={"error": "E", "cause": "C"})
    steps = read(history, "FAILED")
    assert steps["Start"].error == "States.TaskFailed: no rows"
    assert steps["Start"].state == "FAILED"
    assert steps["Failed"].error == "E: C"


def test_what_runs_is_running_and_what_was_cut_off_says_how() -> None:
    history = History().add("ExecutionStarted").enter("Task", "Start").add("TaskScheduled")
    assert read(history, "RUNNING")["Start"].state == "RUNNING"
    assert read(history.add("ExecutionAborted"), "ABORTED")["Start"].state == "ABORTED"


def test_events_of_branches_belong_to_their_own_states() -> None:
    branches = [
        {"StartAt": name, "States": {name: {"Type": "Task", "End": True}}} for name in ("A", "B")
    ]
    definition = {
        "StartAt": "Fork",
        "States": {
            "Fork": {"Type": "Parallel", "Branches": branches, "Next": "Done"},
            "Done": {"Type": "Succeed"},
        },
    }
    history = History().add("ExecutionStarted").enter("Parallel", "Fork")
    history.add("ParallelStateStarted").enter("Task", "A").enter("Task", "B", previous=3)
    history.add("TaskScheduled", previous=4).add("TaskScheduled", previous=5)
    failed = {"error": "Boom", "cause": "b"}
    history.add("TaskFailed", previous=7, taskFailedEventDetails=failed)
    history.add("TaskSucceeded", previous=6).leave("Task", "A")
    history.add("ParallelStateFailed", previous=8)
    history.add("ExecutionFailed", executionFailedEventDetails=failed)
    steps = read(history, "FAILED", definition)
    assert {name: step.state for name, step in steps.items()} == {
        "Fork": "FAILED",
        "A": "SUCCEEDED",
        "B": "FAILED",
        "Done": NOT_RUN,
    }
    assert steps["B"].error == "Boom: b"


def test_a_design_has_every_way() -> None:
    design = read_design(POLLING)
    assert list(design.kinds) == ["Start", "Wait", "Failed", "Check", "IsDone", "Done"]
    assert Edge("IsDone", "Wait") in design.edges
    assert Edge("Check", "Failed") in design.edges
    assert len(design.edges) == 7


def test_what_follows_a_map_waits_for_its_items() -> None:
    definition = {
        "StartAt": "Each",
        "States": {
            "Each": {
                "Type": "Map",
                "ItemProcessor": {
                    "StartAt": "One",
                    "States": {"One": {"Type": "Task", "End": True}},
                },
                "Catch": [{"Next": "Failed"}],
                "Next": "Done",
            },
            "Done": {"Type": "Succeed"},
            "Failed": {"Type": "Fail"},
        },
    }
    edges = read_design(definition).edges
    assert set(edges) == {Edge("Each", "One"), Edge("One", "Done"), Edge("Each", "Failed")}


def test_a_redriven_state_counts_as_tried_again() -> None:
    """https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html"""
    history = History().add("ExecutionStarted").enter("Task", "Start")
    history.fail("States.TaskFailed", "no rows").add("ExecutionFailed")
    redriven = {"executionRedrivenEventDetails": {"redriveCount": 1}}
    history.add("ExecutionRedriven", **redriven)
    start = read(history, "RUNNING")["Start"]
    assert (start.state, start.ended, start.error) == ("RUNNING", None, None)
    history.add("TaskScheduled").add("TaskSucceeded").leave("Task", "Start")
    start = read(history, "RUNNING")["Start"]
    assert (start.state, start.attempts, start.error) == ("SUCCEEDED", 2, None)


def test_a_state_that_was_stopped_in_is_entered_again_after_a_redrive() -> None:
    history = History().add("ExecutionStarted").enter("Wait", "Wait").add("ExecutionAborted")
    assert read(history, "ABORTED")["Wait"].state == "ABORTED"
    history.add("ExecutionRedriven").enter("Wait", "Wait").leave("Wait", "Wait")
    assert read(history, "RUNNING")["Wait"].state == "SUCCEEDED"
