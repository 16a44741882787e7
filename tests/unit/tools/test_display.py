"""What a person sees, with and without a terminal."""

import io
from datetime import UTC, datetime, timedelta

from rich.console import Console

from tools import display
from tools.executions import Progress, Upload, Visit
from tools.follow import Followed
from tools.inbox import Notification
from tools.outcomes import Outcome, Rows

START = datetime(2026, 11, 20, 12, tzinfo=UTC)


def at(second: float) -> datetime:
    return START + timedelta(seconds=second)


VALIDATED = Visit("ValidateFile", "Task", at(0), at(1), retries=2)
CHOSEN = Visit("IsFileValid", "Choice", at(1), at(1))
PROCESSING = Visit("ProcessCsvData", "Task", at(1))
FAILED = Visit("ProcessCsvData", "Task", at(1), at(3), failure="States.TaskFailed")


def file(*visits: Visit, status: str = "RUNNING") -> Followed:
    stopped = None if status == "RUNNING" else at(9)
    output = {"outcome": "SUCCESS", "validation": {}} if status == "SUCCEEDED" else None
    progress = Progress("people-1", "arn", status, START, stopped, visits, output)
    return Followed("people.csv", Upload("b", "people.csv", "v", START), "arn", progress)


def console(**options: object) -> Console:
    return Console(file=io.StringIO(), width=110, **options)  # type: ignore[arg-type]


def printed(made: Console) -> str:
    assert isinstance(made.file, io.StringIO)
    return made.file.getvalue()


def test_trail() -> None:
    running = file(VALIDATED, CHOSEN, PROCESSING).progress
    assert display.trail(running, at(4)).plain == (
        "ValidateFile 1.0 s (retry 2) → IsFileValid → ProcessCsvData 3.0 s"
    )
    failed = file(VALIDATED, FAILED, status="FAILED").progress
    assert display.trail(failed).plain.endswith("ProcessCsvData 2.0 s (States.TaskFailed)")
    assert "waiting" in display.trail(None).plain


def test_a_log_file_gets_each_change_once() -> None:
    made = console()
    waiting = Followed("people.csv", Upload("b", "people.csv", "v", START))
    with display.watching(made) as show:
        show([waiting])
        show([waiting])
        show([file(VALIDATED)])
        show([file(VALIDATED, CHOSEN)])
        show([file(VALIDATED, CHOSEN, PROCESSING, status="SUCCEEDED")])
    assert printed(made).splitlines() == [
        "  people.csv: waiting for the event to start an execution",
        "  people.csv: started people-1",
        "  people.csv: ValidateFile",
        "  people.csv: IsFileValid",
        "  people.csv: ProcessCsvData",
        "  people.csv: SUCCEEDED after 9.0 s",
    ]


def test_a_terminal_sees_the_last_state() -> None:
    made = console(force_terminal=True)
    with display.watching(made) as show:
        show([file(VALIDATED, CHOSEN, PROCESSING)])
    assert "ProcessCsvData" in printed(made)


def test_results_take_nothing_in_a_file_for_mark_up() -> None:
    made = console()
    rows = Rows(("[red]name", "n"), (("[bold]x[/bold]", "1"),))
    note = Notification("people.csv [done]", "All [5] rows are in.", {})
    outcome = Outcome("SUCCESS", 5, "s3://out/[x]/")
    result = display.Result(file(VALIDATED, status="SUCCEEDED"), outcome, rows, note)
    made.print(display.results([result]))
    text = printed(made)
    for shown in ("[red]name", "[bold]x[/bold]", "people.csv [done]", "[5] rows", "s3://out/[x]/"):
        assert shown in text
