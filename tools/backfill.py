"""Fetch months: ``python -m tools.backfill --from 2026-01 --to 2026-06`` (``make backfill``).

What is done is not done again; what failed, and only that, is tried anew by the next call.
"""

import argparse
import contextlib
import json
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from tools import command
from tools.aws import Aws
from tools.deployment import read_outputs
from tools.display import heading, trail
from tools.errors import NotAppliedError, ToolError
from tools.months import MonthRun, MonthRuns, months

EXAMPLE = Path("examples/monthly_backfill")
POLL_SECONDS = 0.5
PARALLEL = 4
_CAUSE_LENGTH = 200
_COLOURS = {"SUCCESS": "green", "ALREADY_PUBLISHED": "green", "SUPERSEDED": "yellow"}


class MonthsFailedError(ToolError):
    """The backfill has ended, and not all months are done."""


def find_machine(aws: Aws, directory: Path = EXAMPLE) -> str:
    """Return the ARN of the root's backfill. Raises NotAppliedError unless it is there."""
    try:
        arn: str = read_outputs(directory)["state_machine_arn"]
        aws.step_functions.describe_state_machine(stateMachineArn=arn)
    except (KeyError, aws.step_functions.exceptions.StateMachineDoesNotExist) as error:
        raise NotAppliedError(
            f"{directory} has not been applied there. Apply it: make backfill FROM=… TO=…"
        ) from error
    return arn


@dataclass(frozen=True)
class Order:
    """Which months are wanted, how many at a time, and whether those that are done as well."""

    months: Sequence[str]
    parallel: int = PARALLEL
    force: bool = False


def backfill(runs: MonthRuns, order: Order) -> Iterator[Sequence[MonthRun]]:
    """Yield the months again and again, brought up to date, until all are over."""
    found = [runs.look(month, order.force) for month in order.months]
    all_runs = [run for run, _ in found]
    waiting = [(run, name) for run, name in found if name]
    while True:
        runs.refresh(all_runs)
        busy = sum(run.progress is not None and not run.is_over for run in all_runs)
        for run, name in waiting[: max(0, order.parallel - busy)]:
            runs.start(run, name, order.force)
        waiting = [(run, name) for run, name in waiting if run.progress is None]
        yield all_runs
        if all(run.is_over for run in all_runs):
            return
        time.sleep(POLL_SECONDS)


def work(console: Console, aws: Aws, order: Order, root: Path = EXAMPLE) -> None:
    """Do the months and show them. Raises MonthsFailedError unless all are done."""
    runs = MonthRuns(aws, find_machine(aws, root))
    heading(console, f"{len(order.months)} months, {order.months[0]} to {order.months[-1]}")
    last: Sequence[MonthRun] = ()
    with watching(console) as show:
        for last in backfill(runs, order):
            show(last)
    heading(console, "What became of the months")
    console.print(results(last))
    failed = [run.month for run in last if run.has_failed]
    if failed:
        raise MonthsFailedError(
            f"{len(failed)} of {len(last)} months failed: {', '.join(failed)}. Remove the cause "
            "and run the same command again: it does these alone."
        )
    if all(run.was_done for run in last):
        console.print("All were done already. FORCE=1 does them anew.")


@contextlib.contextmanager
def watching(console: Console) -> Iterator[Callable[[Sequence[MonthRun]], None]]:
    """Yield a function that shows the months as they stand.

    A terminal sees one table that changes; a log file gets a line for each change.
    """
    if not console.is_terminal:
        told: dict[str, list[str]] = {}
        yield lambda runs: _print_changes(console, runs, told)
        return
    with Live(console=console, refresh_per_second=4) as live:
        yield lambda runs: live.update(block(runs))


def block(runs: Sequence[MonthRun]) -> RenderableType:
    """Return one line per month: a sign, the month, its time, the states it went through."""
    table = Table.grid(padding=(0, 2))
    for justify in ("left", "left", "right", "left"):
        table.add_column(justify=justify, no_wrap=justify == "right")
    for run in runs:
        took = "" if run.was_done or not run.progress else f"{run.seconds():5.1f} s"
        table.add_row(_sign(run), run.month, Text(took, style="dim"), _story(run))
    return Padding(table, (0, 0, 0, 2))


def results(runs: Sequence[MonthRun]) -> RenderableType:
    """Return the table of what became of the months."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False)
    table.add_column("Month", no_wrap=True)
    table.add_column("Outcome", no_wrap=True)
    table.add_column("Rows", justify="right")
    table.add_column("Took", justify="right", no_wrap=True)
    table.add_column("Published, or why not", overflow="fold")
    for run in runs:
        outcome, rows, where = _outcome(run)
        style = "red" if run.has_failed else _COLOURS.get(outcome, "white")
        told = f"{outcome} (before)" if run.was_done else outcome
        table.add_row(
            run.month,
            Text(told, style=f"bold {style}"),
            rows,
            f"{run.seconds():.1f} s",
            Text(where, style="" if run.has_failed else "cyan"),
        )
    return table


def _outcome(run: MonthRun) -> tuple[str, str, str]:
    """Return a month's outcome, its number of rows, and where it lies or why it does not."""
    progress = run.progress
    if progress is None or not progress.is_over:
        return "", "", ""
    if progress.output is None:
        return progress.status, "", _reason(progress.error, progress.cause)
    output: Mapping[str, Any] = progress.output
    processed = (output.get("processing") or {}).get("output") or {}
    publication = processed.get("publication") or {}
    rows = publication.get("rows")
    return output["outcome"], "" if rows is None else str(rows), output["manifest_uri"]


def _reason(error: str | None, cause: str | None) -> str:
    """Shorten what Step Functions says; a nested execution's own words are inside its cause."""
    with contextlib.suppress(ValueError, TypeError):
        inner = json.loads(cause or "")
        error = inner.get("Error") or inner.get("errorType") or inner.get("code") or error
        cause = inner.get("Cause") or inner.get("errorMessage") or inner.get("message") or cause
    text = f"{(error or '').removeprefix('Backfill.')}: {cause or ''}"
    return text if len(text) <= _CAUSE_LENGTH else f"{text[:_CAUSE_LENGTH]}…"


def _sign(run: MonthRun) -> Text:
    if not run.is_over:
        return Text("·" if run.progress is None else "▸", style="cyan")
    return Text("✗", style="red") if run.has_failed else Text("✓", style="green")


def _story(run: MonthRun) -> Text:
    if run.progress is None:
        return Text("waits for its turn", style="dim")
    return Text("done before", style="dim") if run.was_done else trail(run.progress)


def _print_changes(console: Console, runs: Sequence[MonthRun], told: dict[str, list[str]]) -> None:
    for run in runs:
        lines = _lines(run)
        for line in lines[len(told.get(run.month, [])) :]:
            console.print(f"  {run.month}: {line}", soft_wrap=True, markup=False)
        told[run.month] = lines


def _lines(run: MonthRun) -> list[str]:
    if run.progress is None:
        return []
    if run.was_done:
        return ["done before"]
    lines = [f"started {run.progress.name}", *(visit.state for visit in run.progress.visits)]
    if run.is_over:
        lines.append(f"{run.progress.status} after {run.seconds():.1f} s")
    return lines


@contextlib.contextmanager
def serving(folder: Path | None, port: int) -> Iterator[None]:
    """Serve a folder's files over http on this machine, if there is one."""
    if folder is None:
        yield
        return
    handler = partial(_QuietHandler, directory=str(folder))
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError as error:
        raise ToolError(
            f"Port {port}, from which the samples are to be served, is not free: {error}"
        ) from error
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


class _QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the table is being shown."""


def main() -> int:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(description="Fetch months, some at a time.")
    parser.add_argument("--from", dest="first", required=True, help="first month: 2026-01")
    parser.add_argument("--to", dest="last", required=True, help="last month: 2026-06")
    parser.add_argument("--parallel", type=int, default=PARALLEL, help="months at a time")
    parser.add_argument("--force", action="store_true", help="also those that are done")
    parser.add_argument("--root", type=Path, default=EXAMPLE, help="the applied root")
    parser.add_argument("--serve", type=Path, help="a folder to serve as the web server")
    parser.add_argument("--serve-port", type=int, default=8610)
    parser.add_argument("--endpoint-url", help="a local AWS; without it AWS itself")
    arguments = parser.parse_args()

    def run(console: Console) -> None:
        wanted = months(arguments.first, arguments.last)
        order = Order(wanted, max(1, arguments.parallel), arguments.force)
        aws = Aws(arguments.endpoint_url)
        aws.assert_reachable()
        with serving(arguments.serve, arguments.serve_port):
            work(console, aws, order, arguments.root)

    return command.run(run)


if __name__ == "__main__":
    sys.exit(main())
