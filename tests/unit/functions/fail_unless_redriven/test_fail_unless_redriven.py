"""An execution that failed fails, and goes on once somebody has redriven it."""

from typing import Any

import pytest

from functions.common.errors import InvalidInputError
from functions.fail_unless_redriven.handler import handler
from tests.unit.functions.conftest import Context


def event(failed_after: Any, redrives: Any, error: Any = None) -> dict[str, Any]:
    return {
        "error": error or {"Error": "States.TaskFailed", "Cause": "the job ended FAILED"},
        "execution_name": "people-1",
        "failed_after_redrives": failed_after,
        "redrive_count": redrives,
    }


@pytest.mark.parametrize("count", [0, 3])
def test_it_raises_what_was_caught(context: Context, count: int) -> None:
    with pytest.raises(Exception, match="the job ended FAILED") as caught:
        handler(event(count, count), context)  # type: ignore[arg-type]
    # What Lambda tells Step Functions is the class's name.
    assert type(caught.value).__name__ == "Pipeline.States.TaskFailed"


def test_a_redriven_execution_goes_on(context: Context) -> None:
    assert handler(event(0, 1), context) == {"redriven": True}  # type: ignore[arg-type]
    assert handler(event(1, 2), context) == {"redriven": True}  # type: ignore[arg-type]


def test_an_error_without_words_is_one_all_the_same(context: Context) -> None:
    with pytest.raises(Exception, match=r"^$") as caught:
        handler(event(0, 0, {"Error": None}), context)  # type: ignore[arg-type]
    assert type(caught.value).__name__ == "Pipeline.UnknownError"


@pytest.mark.parametrize("counts", [(None, 0), (0, "1"), ({"count": 0}, 0)])
def test_counts_must_be_numbers(context: Context, counts: tuple[Any, Any]) -> None:
    with pytest.raises(InvalidInputError, match="whole numbers"):
        handler(event(*counts), context)  # type: ignore[arg-type]
