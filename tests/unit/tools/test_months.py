"""Which months a backfill starts, over moto's Step Functions."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import urllib3
from rich.console import Console

from tests.unit.mocked_aws import every_service
from tools import backfill as tool
from tools.aws import Aws
from tools.backfill import Order
from tools.errors import ToolError
from tools.months import MonthError, MonthRuns, months

DEFINITION = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}})
ROLE = "arn:aws:iam::123456789012:role/backfill"


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2026-01", "2026-01", ["2026-01"]),
        ("2025-11", "2026-02", ["2025-11", "2025-12", "2026-01", "2026-02"]),
    ],
)
def test_both_ends_of_a_range_belong_to_it(first: str, last: str, expected: list[str]) -> None:
    assert months(first, last) == expected


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2026-13", "2026-12", "write it as 2026-01"),
        ("2026-1", "2026-12", "write it as 2026-01"),
        ("2026-02", "2026-01", "earlier month as FROM"),
        ("1000-01", "2026-01", "more than"),
    ],
)
def test_what_is_no_range_is_refused(first: str, last: str, said: str) -> None:
    with pytest.raises(MonthError, match=said):
        months(first, last)


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Iterator[MonthRuns]:
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with every_service():
        machine = boto3.client("stepfunctions", "us-east-1").create_state_machine(
            name="backfill", definition=DEFINITION, roleArn=ROLE
        )["stateMachineArn"]
        yield MonthRuns(Aws(None, "us-east-1"), machine)


def ended(runs: MonthRuns, name: str) -> None:
    """Run an execution that ends badly: moto's run until they are stopped."""
    machine = runs._machine
    client = boto3.client("stepfunctions", "us-east-1")
    arn = client.start_execution(stateMachineArn=machine, name=name, input="{}")["executionArn"]
    client.stop_execution(executionArn=arn)


def test_a_month_is_started_under_its_own_name(runs: MonthRuns) -> None:
    run, name = runs.look("2026-01", force=False)
    assert name == "2026-01"
    runs.start(run, name, force=False)
    assert run.progress is not None
    assert run.progress.name == "2026-01"
    described = boto3.client("stepfunctions", "us-east-1").describe_execution(
        executionArn=run.progress.arn
    )
    assert json.loads(described["input"]) == {"month": "2026-01", "force": False}


def test_a_month_that_runs_is_followed_and_not_started_again(runs: MonthRuns) -> None:
    run, name = runs.look("2026-01", force=False)
    assert name
    runs.start(run, name, force=False)
    for force in (False, True):
        again, free = runs.look("2026-01", force=force)
        assert free is None
        assert again.progress is not None
        assert not again.was_done


def test_a_month_that_failed_gets_another_execution(runs: MonthRuns) -> None:
    ended(runs, "2026-01")
    assert runs.look("2026-01", force=False)[1] == "2026-01-r1"
    ended(runs, "2026-01-r1")
    run, name = runs.look("2026-01", force=False)
    assert name == "2026-01-r2"
    assert run.progress is None


def test_two_backfills_at_once_start_a_month_once(runs: MonthRuns) -> None:
    first, name = runs.look("2026-01", force=False)
    second, same = runs.look("2026-01", force=False)
    assert name == same == "2026-01"
    runs.start(first, name, force=False)
    runs.start(second, same, force=False)
    assert first.progress is not None
    assert second.progress is not None
    assert first.progress.arn == second.progress.arn


def test_no_more_than_asked_for_run_at_a_time(
    runs: MonthRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tool.time, "sleep", lambda _: None)
    most = 0
    client: Any = boto3.client("stepfunctions", "us-east-1")
    for now in tool.backfill(runs, Order(months("2026-01", "2026-05"), parallel=2)):
        running = [run for run in now if run.progress and not run.is_over]
        most = max(most, len(running))
        for run in running:
            assert run.progress
            client.stop_execution(executionArn=run.progress.arn)
    assert most == 2
    assert all(run.has_failed for run in now)


def test_the_result_says_why_a_month_failed_in_the_inner_executions_words(
    runs: MonthRuns,
) -> None:
    cause = json.dumps({"Error": "Pipeline.OutOfMemory", "Cause": "[bold]not mark-up[/bold]"})
    assert tool._reason("Backfill.States.TaskFailed", cause) == (
        "Pipeline.OutOfMemory: [bold]not mark-up[/bold]"
    )
    ended(runs, "2026-01")
    console = Console(record=True, width=120)
    run, _ = runs.look("2026-01", force=False)
    run.progress = runs._executions.progress(runs._arn("2026-01"))
    console.print(tool.results([run]))
    assert "ABORTED" in console.export_text()


def test_samples_are_served(tmp_path: Path) -> None:
    (tmp_path / "2026-01.csv").write_text("id\n1\n")
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    with tool.serving(tmp_path, port):
        answer = urllib3.PoolManager().request("GET", f"http://127.0.0.1:{port}/2026-01.csv")
    assert answer.data == b"id\n1\n"


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with (
            pytest.raises(ToolError, match=f"Port {port}.*is not free"),
            tool.serving(tmp_path, port),
        ):
            pass
