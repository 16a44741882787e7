"""One line for each run, of whatever kind."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from rich.table import Table
from rich.text import Text

from tools.run_graph import duration, state_text
from tools.uncut import keep_cells


@dataclass(frozen=True)
class RunSummary:
    """A run in short.

    ``run_id`` is whole; ``label`` is what a person types, its beginning where it is long.
    ``reference`` is what the service finds it by: a run id, or an execution's ARN.
    """

    kind: str
    pipeline: str
    run_id: str
    label: str
    reference: str
    status: str
    started: datetime
    ended: datetime | None
    remark: str = ""


def render(runs: Iterable[RunSummary], now: datetime) -> Table:
    """Return the runs as a table that rich prints, newest first."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("Run", "Pipeline", "Kind", "State", "Start", "Duration"):
        table.add_column(column, no_wrap=True)
    table.add_column("Remark", overflow="fold")
    for run in sorted(runs, key=lambda run: run.started, reverse=True):
        table.add_row(
            Text(run.label),
            Text(run.pipeline),
            Text(run.kind, style="dim"),
            state_text(run.status),
            run.started.strftime("%Y-%m-%d %H:%M:%S"),
            duration(run.started, run.ended, now),
            Text(run.remark),
        )
    keep_cells(table)
    return table
