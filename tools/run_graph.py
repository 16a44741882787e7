"""A run as a graph, and how it looks in a terminal.

Both kinds of pipeline come to this: ``glue_runs.py`` reads a run of a Glue workflow,
``machine_runs.py`` an execution of a state machine.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from tools.uncut import keep_cells

NOT_RUN = "NOT RUN"
# Steps that neither succeed nor fail by themselves: triggers that fired, choices that were made.
PASSED = "PASSED"

_LOOKS = {
    "SUCCEEDED": ("✔", "green"),
    "COMPLETED": ("✔", "green"),
    PASSED: ("●", "dim"),
    "RUNNING": ("▶", "cyan"),
    "STARTING": ("▶", "cyan"),
    "WAITING": ("…", "cyan"),
    "STOPPING": ("■", "yellow"),
    "STOPPED": ("■", "yellow"),
    "CANCELLED": ("■", "yellow"),
    "ABORTED": ("■", "yellow"),
    "FAILED": ("✘", "red"),
    "TIMEOUT": ("✘", "red"),
    "TIMED_OUT": ("✘", "red"),
    "ERROR": ("✘", "red"),
    "EXPIRED": ("✘", "red"),
    NOT_RUN: ("○", "dim"),
}


@dataclass(frozen=True)
class Step:
    """A node of a run. ``attempts`` counts retries too; ``error`` says why it did not succeed."""

    name: str
    kind: str
    state: str = NOT_RUN
    started: datetime | None = None
    ended: datetime | None = None
    attempts: int = 0
    error: str | None = None


@dataclass(frozen=True)
class Edge:
    """``target`` comes after ``source``; both are names of steps."""

    source: str
    target: str


@dataclass(frozen=True)
class RunGraph:
    """A run: its steps, each name once, and what comes after what. Cycles are allowed."""

    pipeline: str
    run_id: str
    status: str
    started: datetime
    ended: datetime | None
    steps: Sequence[Step]
    edges: Sequence[Edge]
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Row:
    """A step at its place in the tree. ``also_after`` names what else it waits for."""

    step: Step
    branches: str
    also_after: Sequence[str]


def rows(graph: RunGraph) -> list[Row]:
    """Lay the graph out as a tree, each step once, below the last step that it waits for.

    Where a step has several predecessors, the others are named beside it, so that no edge is lost.
    """
    order = _order(graph)
    place = {name: index for index, name in enumerate(order)}
    parents: dict[str, str] = {}
    for name in order:
        earlier = [one for one in _before(graph, name) if place[one] < place[name]]
        if earlier:
            parents[name] = max(earlier, key=lambda one: place[one])
    steps = {step.name: step for step in graph.steps}
    children: dict[str | None, list[str]] = {}
    for name in order:
        children.setdefault(parents.get(name), []).append(name)

    found: list[Row] = []

    def add(name: str, lead: str, branch: str, below: str) -> None:
        others = [one for one in _before(graph, name) if one != parents.get(name)]
        found.append(Row(steps[name], lead + branch, others))
        following = children.get(name, [])
        for child in following:
            last = child == following[-1]
            add(child, lead + below, "└─ " if last else "├─ ", "   " if last else "│  ")

    for root in children.get(None, []):
        add(root, "", "", "")
    return found


def render(graph: RunGraph, now: datetime) -> RenderableType:
    """Return the run as something that rich prints."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("Step", "Kind", "State", "Start", "Duration", "Tries"):
        table.add_column(column, no_wrap=True, justify="right" if column == "Tries" else "left")
    # Without errors the column would only take the room of the others.
    failed = any(step.error for step in graph.steps)
    if failed:
        table.add_column("Error", overflow="fold")
    for row in rows(graph):
        table.add_row(*_cells(row, now)[: len(table.columns)])
    keep_cells(table)
    notes = [Text(note, style="dim") for note in graph.notes]
    return Group(_headline(graph, now), table, *notes)


def state_text(state: str) -> Text:
    """Return a state with its sign and colour."""
    sign, style = _LOOKS.get(state, ("?", ""))
    return Text(f"{sign} {state}", style=style)


def duration(started: datetime | None, ended: datetime | None, now: datetime) -> str:
    """Return how long something took, or has taken so far."""
    if started is None:
        return ""
    took = max(timedelta(0), (ended or now) - started)
    seconds = took.total_seconds()
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s"


def _headline(graph: RunGraph, now: datetime) -> Text:
    line = Text.assemble((graph.pipeline, "bold"), "  ", graph.run_id, "  ")
    line.append_text(state_text(graph.status))
    began = graph.started.strftime("%Y-%m-%d %H:%M:%S")
    line.append(f"  {began}  {duration(graph.started, graph.ended, now)}", style="dim")
    return line


def _cells(row: Row, now: datetime) -> list[RenderableType]:
    step = row.step
    name = Text(row.branches, style="dim")
    name.append(step.name, style="" if step.state != NOT_RUN else "dim")
    if row.also_after:
        name.append(f"  ↰ {', '.join(row.also_after)}", style="dim")
    return [
        name,
        Text(step.kind, style="dim"),
        state_text(step.state),
        step.started.strftime("%H:%M:%S") if step.started else "",
        duration(step.started, step.ended, now),
        str(step.attempts or ""),
        # Text, so that brackets in an error are not taken for rich's markup.
        Text(step.error or "", style="red"),
    ]


def _order(graph: RunGraph) -> list[str]:
    """Return the steps' names so that each comes after those it waits for, as far as can be."""
    names = [step.name for step in graph.steps]
    reached: list[str] = []
    while len(reached) < len(names):
        waiting = [name for name in names if name not in reached]
        free = [name for name in waiting if set(_before(graph, name)) <= set(reached)]
        # In a cycle nothing is free: go on with what was reached first, or with the first of all.
        entered = [name for name in waiting if set(_before(graph, name)) & set(reached)]
        reached.append((free or entered or waiting)[0])
    return reached


def _before(graph: RunGraph, name: str) -> list[str]:
    sources: Iterable[str] = (edge.source for edge in graph.edges if edge.target == name)
    return list(dict.fromkeys(sources))
