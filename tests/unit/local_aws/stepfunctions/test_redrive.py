"""https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local_aws.stepfunctions.redrive import Ended, Position, Redrives, position, refusal

START = datetime(2026, 11, 1, tzinfo=UTC)
END = START + timedelta(hours=1)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("status", ["FAILED", "ABORTED", "TIMED_OUT"])
def test_unsuccessful_executions_can_be_redriven_for_fourteen_days(status: str) -> None:
    ended = Ended(status, START, END, events=24_998)
    assert refusal(ended, END + timedelta(days=14)) is None
    late = refusal(ended, END + timedelta(days=14) + SECOND)
    assert late == "Execution redrivable period exceeded"


@pytest.mark.parametrize("status", ["RUNNING", "SUCCEEDED"])
def test_others_cannot(status: str) -> None:
    ended = Ended(status, START, None if status == "RUNNING" else END, events=5)
    assert refusal(ended, END) == f"Execution is {status} and cannot be redriven"


def test_a_history_needs_room_for_two_events() -> None:
    ended = Ended("FAILED", START, END, events=24_999)
    assert refusal(ended, END) == "Execution history event limit exceeded"


def test_an_execution_is_open_for_a_year_at_most() -> None:
    end = START + timedelta(days=364)
    ended = Ended("FAILED", START, end, events=5)
    assert refusal(ended, START + timedelta(days=365)) is None
    late = refusal(ended, START + timedelta(days=365) + SECOND)
    assert late == "Execution has exceeded the max execution time"


def test_a_client_token_answers_for_fifteen_minutes() -> None:
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_RedriveExecution.html"""
    redrives = Redrives()
    assert redrives.describe() == {"redriveCount": 0}
    redrives.add("token", END)
    assert redrives.describe() == {"redriveCount": 1, "redriveDate": END}
    assert redrives.answered("token", END + timedelta(minutes=15)) == END
    assert redrives.answered("token", END + timedelta(minutes=15) + SECOND) is None
    assert redrives.answered("other", END) is None
    assert redrives.answered(None, END) is None


def test_only_the_last_ten_client_tokens_answer() -> None:
    redrives = Redrives()
    for number in range(11):
        redrives.add(f"token {number}", END)
    assert redrives.answered("token 0", END) is None
    assert redrives.answered("token 1", END) == END


def entered(name: str, given: Any) -> dict[str, Any]:
    return {"stateEnteredEventDetails": {"name": name, "input": json.dumps(given)}}


def left(name: str, output: Any) -> dict[str, Any]:
    return {"stateExitedEventDetails": {"name": name, "output": json.dumps(output)}}


HISTORY = [{"type": "ExecutionStarted"}, entered("First", 0), left("First", 1), entered("Fork", 1)]


def test_the_state_that_failed_is_the_position_with_its_own_input() -> None:
    history = [*HISTORY, {"type": "ExecutionFailed"}]
    assert position(history, {"First", "Fork"}, None) == Position("Fork", 1)


def test_a_state_within_a_branch_is_no_position() -> None:
    history = [*HISTORY, entered("Inner", 2), left("Inner", 3), entered("Other", 2)]
    assert position(history, {"First", "Fork"}, "Fork") == Position("Fork", 1)


def test_stopped_between_two_states() -> None:
    history = [*HISTORY, left("Fork", [2]), {"type": "ExecutionAborted"}]
    assert position(history, {"First", "Fork", "Last"}, "Last") == Position("Last", [2])


def test_stopped_before_the_first_state() -> None:
    assert position(HISTORY[:1], {"First"}, "First") is None
