"""A history as Step Functions tells it becomes the states a person follows."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tools.executions import visits

START = datetime(2026, 11, 20, 12, tzinfo=UTC)


def event(second: float, kind: str, **details: Any) -> dict[str, Any]:
    return {"timestamp": START + timedelta(seconds=second), "type": kind, **details}


def entered(second: float, kind: str, name: str) -> dict[str, Any]:
    return event(second, f"{kind}StateEntered", stateEnteredEventDetails={"name": name})


def failed(second: float, kind: str, error: str) -> dict[str, Any]:
    key = "lambdaFunctionFailedEventDetails" if "Lambda" in kind else "taskFailedEventDetails"
    return event(second, kind, **{key: {"error": error}})


def test_states_in_order_with_their_times() -> None:
    found = visits(
        [
            event(0, "ExecutionStarted"),
            entered(0, "Task", "ValidateFile"),
            event(0.1, "LambdaFunctionScheduled"),
            event(1, "TaskStateExited"),
            entered(1, "Choice", "IsFileValid"),
            event(1, "ChoiceStateExited"),
            entered(1, "Task", "ProcessCsvData"),
        ]
    )
    now = START + timedelta(seconds=5)
    assert [(visit.state, visit.is_work, visit.seconds(now)) for visit in found] == [
        ("ValidateFile", True, 1.0),
        ("IsFileValid", False, 0.0),
        ("ProcessCsvData", True, 4.0),
    ]


@pytest.mark.parametrize("prefix", ["LambdaFunction", "Task"])
def test_a_retry_that_works_is_counted_and_is_no_failure(prefix: str) -> None:
    (visit,) = visits(
        [
            entered(0, "Task", "ValidateFile"),
            event(0, f"{prefix}Scheduled"),
            failed(1, f"{prefix}Failed", "Lambda.ServiceException"),
            event(2, f"{prefix}Scheduled"),
            failed(3, f"{prefix}Failed", "Lambda.ServiceException"),
            event(4, f"{prefix}Scheduled"),
            event(5, f"{prefix}Succeeded"),
            event(5, "TaskStateExited"),
        ]
    )
    assert (visit.retries, visit.failure) == (2, None)


def test_a_failure_that_was_caught_stays_with_its_state() -> None:
    found = visits(
        [
            entered(0, "Task", "ProcessCsvData"),
            event(0, "TaskScheduled"),
            failed(1, "TaskFailed", "States.TaskFailed"),
            event(1, "TaskStateExited"),
            entered(1, "Task", "NotifyFailure"),
            event(2, "TaskStateExited"),
            entered(2, "Fail", "PipelineFailed"),
            event(2, "ExecutionFailed", executionFailedEventDetails={"error": "x"}),
        ]
    )
    assert [visit.failure for visit in found] == ["States.TaskFailed", None, None]
    assert all(visit.left for visit in found)
