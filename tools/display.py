"""How files on their way, and what became of them, look in a terminal."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from rich import box
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.panel import Panel
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from tools.executions import Progress, Visit
from tools.follow import Followed
from tools.inbox import Notification
from tools.outcomes import Outcome, Rows

_LEAST_WIDTH = 8
COLOURS = {"SUCCESS": "green", "SUPERSEDED": "cyan", "INVALID": "yellow", "FAILURE": "red"}


def heading(console: Console, text: str) -> None:
    """Print what comes next."""
    console.print()
    console.print(Text(text, style="bold"))


@contextlib.contextmanager
def watching(console: Console) -> Iterator[Callable[[Sequence[Followed]], None]]:
    """Yield a function that shows the files as they stand now.

    A terminal sees one block that changes; a log file gets a line for each change.
    """
    if not console.is_terminal:
        yield _ChangePrinter(console).show
        return
    with Live(console=console, refresh_per_second=8, transient=False) as live:
        yield lambda files: live.update(block(files))


def block(files: Sequence[Followed]) -> RenderableType:
    """Return one line per file: a sign, its name, the time, the states it went through."""
    table = Table.grid(padding=(0, 2))
    table.add_column(width=1)
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(ratio=1)
    for file in files:
        table.add_row(
            _sign(file),
            file.label,
            Text(f"{file.seconds():5.1f} s", style="dim"),
            trail(file.progress),
        )
    return Padding(table, (0, 0, 0, 2))


def trail(progress: Progress | None, now: datetime | None = None) -> Text:
    """Return the states of an execution in order, those that work with their durations."""
    if progress is None:
        return Text("waiting for the event to start an execution", style="dim")
    moment = now or datetime.now(UTC)
    arrow = Text(" → ", style="dim")
    return arrow.join(_state(visit, moment, progress.is_over) for visit in progress.visits)


@dataclass(frozen=True)
class Result:
    """What became of one file, and what lies and was said about it."""

    file: Followed
    outcome: Outcome
    rows: Rows | None = None
    notification: Notification | None = None


def results(found: Sequence[Result]) -> RenderableType:
    """Return the table of what became of the files, then each file's details."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False)
    table.add_column("File", no_wrap=True)
    table.add_column("Outcome", no_wrap=True)
    table.add_column("Rows", justify="right")
    table.add_column("Took", justify="right", no_wrap=True)
    table.add_column("Published", overflow="fold")
    for one in found:
        table.add_row(
            one.file.label,
            Text(one.outcome.kind, style=f"bold {COLOURS.get(one.outcome.kind, 'white')}"),
            "" if one.outcome.rows is None else str(one.outcome.rows),
            f"{one.file.seconds():.1f} s",
            Text(one.outcome.manifest_uri or "", style="cyan"),
        )
    return Group(table, *(_details(one) for one in found))


class _ChangePrinter:
    """Prints a line whenever an execution enters or ends a state."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._told: dict[str, tuple[str, ...]] = {}

    def show(self, files: Sequence[Followed]) -> None:
        for file in files:
            now = self._lines(file)
            for line in now[len(self._told.get(file.label, ())) :]:
                self._console.print(f"  {file.label}: {line}", highlight=False, soft_wrap=True)
            self._told[file.label] = now

    @staticmethod
    def _lines(file: Followed) -> tuple[str, ...]:
        if file.progress is None:
            return ("waiting for the event to start an execution",)
        lines = ["waiting for the event to start an execution", f"started {file.progress.name}"]
        lines.extend(visit.state for visit in file.progress.visits)
        if file.progress.is_over:
            lines.append(f"{file.progress.status} after {file.seconds():.1f} s")
        return tuple(lines)


def _state(visit: Visit, now: datetime, is_over: bool) -> Text:
    is_here = visit.left is None and not is_over
    style = "bold cyan" if is_here else "" if visit.is_work else "dim"
    text = Text(visit.state, style="red" if visit.failure else style)
    if visit.is_work:
        text.append(f" {visit.seconds(now):.1f} s", style="dim")
    if visit.retries:
        text.append(f" (retry {visit.retries})", style="yellow")
    if visit.failure:
        text.append(f" ({visit.failure})", style="red")
    return text


def _sign(file: Followed) -> RenderableType:
    if not file.is_over or file.progress is None:
        return Spinner("dots", style="cyan")
    kind = Outcome.of(file.progress).kind
    return Text("✓" if kind == "SUCCESS" else "✗", style=COLOURS.get(kind, ""))


def _details(one: Result) -> RenderableType:
    parts: list[RenderableType] = []
    if one.outcome.explanation and not one.notification:
        parts.append(Text(one.outcome.explanation))
    if one.rows:
        parts.extend([_preview(one.rows), ""])
    if one.notification:
        parts.append(Text(f"✉ {one.notification.subject}", style="bold"))
        parts.extend(_line(line) for line in one.notification.body.strip().splitlines())
    return Panel(
        Group(*parts),
        title=Text(one.file.label),
        title_align="left",
        border_style=COLOURS.get(one.outcome.kind, "white"),
        padding=(0, 1),
    )


def _line(line: str) -> Text:
    # A link that is cut into several lines is of no use either; the log has it whole.
    if "https://" in line:
        return Text(line, style="dim", no_wrap=True, overflow="ellipsis")
    return Text(line, style="dim", overflow="fold")


def _preview(rows: Rows) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), show_edge=False)
    for column in rows.columns:
        width = min(len(column), _LEAST_WIDTH)
        table.add_column(Text(column), overflow="ellipsis", no_wrap=True, min_width=width)
    for values in rows.values:
        # Values come from files: nothing in them is mark-up.
        table.add_row(*(Text(value) for value in values))
    return table
