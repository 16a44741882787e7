"""What ``make demo`` shows: each file's way, then what became of it."""

import io

import pytest
from rich.console import Console

from tests.integration.conftest import ROOT
from tests.integration.pipeline import Pipeline
from tools.demo import demo


@pytest.fixture(scope="module")
def shown(pipeline: Pipeline) -> str:
    """Everything that the demo prints where its output is no terminal."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        screen = io.StringIO()
        demo(Console(file=screen, width=160), pipeline.aws, pipeline.deployment)
    return screen.getvalue()


def line_with(text: str, *words: str) -> str:
    """Return the first line that holds all of the words."""
    return next((line for line in text.splitlines() if all(word in line for word in words)), "")


def test_each_state_is_told(shown: str) -> None:
    for name, states in {
        "people.csv": (
            "ValidateFile",
            "ProcessCsvData",
            "PublishOutput",
            "NotifySuccess",
            "Succeeded",
        ),
        "people.json": ("ValidateFile", "ProcessJsonData", "NotifySuccess", "Succeeded"),
        "people-broken.csv": (
            "ValidateFile",
            "QuarantineFile",
            "NotifyInvalidFile",
            "FileRejected",
        ),
    }.items():
        places = [shown.find(f"{name}: {state}\n") for state in states]
        assert -1 not in places, (name, states, shown)
        assert places == sorted(places)


def test_the_table_has_outcome_rows_and_parquet_of_each_file(
    shown: str, pipeline: Pipeline
) -> None:
    processed = f"s3://{pipeline.deployment.processed_bucket}/processed/people/people-"
    for name in ("people.csv", "people.json"):
        row = line_with(shown, name, "SUCCESS", processed)
        assert row.split()[:3] == [name, "SUCCESS", "5"], shown
    assert "s3://" not in line_with(shown, "people-broken.csv", "INVALID")


def test_first_rows_and_notifications_follow(shown: str) -> None:
    assert shown.count("Robert Johnson") == 2, "once for each of the two files"
    assert "processing_date" in shown
    for subject in ("[processed] people.csv", "[processed] people.json"):
        assert subject in shown
    assert line_with(shown, "✉", "people-broken.csv"), shown
    assert "Line 4 has 3 fields, the header has 4." in shown


def test_it_ends_with_what_to_try_next(shown: str) -> None:
    after = shown.partition("Try next")[2]
    assert "make run FILE=" in after
    assert "make logs" in after
