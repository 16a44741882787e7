"""Start the Glue workflow of examples/raw_to_curated, watch it, and query its tables.

``python -m tools.demo_workflow`` (``make demo-workflow`` applies the example before).
"""

import argparse
import contextlib
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.live import Live
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from tools import command, glue_runs, run_graph
from tools.aws import Aws
from tools.deployment import read_outputs
from tools.display import heading
from tools.errors import NotAppliedError, ToolError
from tools.outcomes import Rows
from tools.queries import Athena
from tools.run_graph import RunGraph
from tools.uncut import print_uncut

EXAMPLE = Path("examples/raw_to_curated")
SAMPLES = EXAMPLE / "samples"
POLL_SECONDS = 0.3
FIRST_ROWS = 3
REVENUE = """\
SELECT c.city, count(*) AS orders, sum(o.amount) AS revenue
FROM orders o JOIN customers c ON o.customer_id = c.customer_id
WHERE o.order_date >= '2026-11-19'
GROUP BY c.city ORDER BY revenue DESC"""

NEXT = (
    ("make runs", "list what has run"),
    ("make run-details RUN=…", "a run as a graph again"),
    ("make demo-workflow", "again: a run replaces the tables' files as a whole"),
)


class RunFailedError(ToolError):
    """The workflow run has ended, and not all of it well."""


@dataclass(frozen=True)
class Example:
    """The names of the example's parts: the outputs of its root."""

    data_bucket: str
    workflow_name: str
    database_name: str

    @classmethod
    def read(cls, aws: Aws, directory: Path = EXAMPLE) -> "Example":
        """Ask Terraform for the outputs. Raises NotAppliedError unless all of it is there."""
        outputs: Mapping[str, Any] = read_outputs(directory)
        names = ("data_bucket", "workflow_name", "database_name")
        try:
            example = cls(**{name: outputs[name] for name in names})
            aws.glue.get_workflow(Name=example.workflow_name)
        except (KeyError, aws.glue.exceptions.EntityNotFoundException) as error:
            raise NotAppliedError(
                f"{directory} has not been applied there. Apply it: make demo-workflow"
            ) from error
        return example


def demo(console: Console, aws: Aws) -> None:
    """Upload the samples, start a run, follow it and query what it made."""
    aws.assert_reachable()
    example = Example.read(aws)
    heading(console, f"Upload to s3://{example.data_bucket}/raw/")
    for file in sorted(SAMPLES.glob("*/*")):
        key = f"raw/{file.parent.name}/{file.name}"
        aws.s3.put_object(Bucket=example.data_bucket, Key=key, Body=file.read_bytes())
        console.print(f"  {key} ({file.stat().st_size} bytes)", markup=False)
    show_schedule(console, aws, example)
    run_id = aws.glue.start_workflow_run(Name=example.workflow_name)["RunId"]
    heading(console, "A run, without waiting for the schedule")
    with watching(console) as show:
        for graph in follow(aws, example.workflow_name, run_id):
            show(graph)
    assert_succeeded(graph)
    show_tables(console, aws, example)
    heading(console, "Try next")
    for verb, meaning in NEXT:
        console.print(Text.assemble("  ", (f"{verb:<22}", "cyan"), f" {meaning}"))


def show_schedule(console: Console, aws: Aws, example: Example) -> None:
    """Print what starts the workflow when nobody does."""
    trigger = aws.glue.get_trigger(Name=f"{example.workflow_name}-start")["Trigger"]
    schedule = trigger.get("Schedule", "no schedule")
    heading(console, f"{example.workflow_name}: {schedule} UTC, {trigger['State'].lower()}")


def follow(
    aws: Aws, workflow: str, run_id: str, *, pause: Callable[[float], None] = time.sleep
) -> Iterator[RunGraph]:
    """Yield the run as it stands, again and again, until it has ended."""
    while True:
        graph = glue_runs.graph(aws, workflow, run_id)
        yield graph
        if graph.ended is not None:
            return
        pause(POLL_SECONDS)


def assert_succeeded(graph: RunGraph) -> None:
    """Raise RunFailedError unless every job and crawler has succeeded."""
    nodes = [step for step in graph.steps if not step.kind.endswith("trigger")]
    bad = [step for step in nodes if step.state != "SUCCEEDED"]
    if bad:
        told = "; ".join(f"{step.name} {step.state} {step.error or ''}".strip() for step in bad)
        raise RunFailedError(
            f"{told}. Look closer: make run-details RUN={graph.run_id[: glue_runs.LABEL_LENGTH]}"
        )


@contextlib.contextmanager
def watching(console: Console) -> Iterator[Callable[[RunGraph], None]]:
    """Yield a function that shows a run as it stands now.

    A terminal sees one graph that changes; a log file gets a line for each change. Either gets
    the last graph whole.
    """
    last: list[RunGraph] = []
    told: dict[str, str] = {}

    def tell_changes(graph: RunGraph) -> None:
        last[:] = [graph]
        for step in graph.steps:
            if step.state not in (told.get(step.name), run_graph.NOT_RUN):
                told[step.name] = step.state
                console.print(f"  {step.name}: {step.state}", markup=False)

    def redraw(graph: RunGraph) -> None:
        last[:] = [graph]
        live.update(run_graph.render(graph, datetime.now(UTC)))

    if console.is_terminal:
        with Live(console=console, refresh_per_second=8, transient=True) as live:
            yield redraw
    else:
        yield tell_changes
    for graph in last:
        print_uncut(console, run_graph.render(graph, datetime.now(UTC)))


def show_tables(console: Console, aws: Aws, example: Example) -> None:
    """Print each table of the catalog with what Athena finds in it, and a question to both."""
    athena = Athena(aws, example.database_name, f"s3://{example.data_bucket}/_athena/")
    pages = aws.glue.get_paginator("get_tables").paginate(DatabaseName=example.database_name)
    for table in (table for page in pages for table in page["TableList"]):
        name = table["Name"]
        count = athena.query(f'SELECT count(*) FROM "{name}"').values[0][0]  # noqa: S608
        heading(console, f"{example.database_name}.{name}: {count} rows")
        console.print(_columns(aws, example.database_name, table))
        first = athena.query(f'SELECT * FROM "{name}" ORDER BY 1 LIMIT {FIRST_ROWS}')  # noqa: S608
        console.print(_rows(first))
    heading(console, "A question to both, answered by Athena")
    console.print(Padding(Text(REVENUE, style="dim"), (0, 0, 1, 2)))
    console.print(_rows(athena.query(REVENUE)))


def _columns(aws: Aws, database: str, table: Mapping[str, Any]) -> Padding:
    columns = [f"{each['Name']} {each['Type']}" for each in table["StorageDescriptor"]["Columns"]]
    line = Text(", ".join(columns), style="dim")
    if keys := [each["Name"] for each in table.get("PartitionKeys", [])]:
        found = aws.glue.get_partitions(DatabaseName=database, TableName=table["Name"])
        values = ", ".join("/".join(each["Values"]) for each in found["Partitions"])
        line.append(f"\npartitions by {', '.join(keys)}: {values}")
    return Padding(line, (0, 0, 0, 2))


def _rows(rows: Rows) -> Padding:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False)
    for column in rows.columns:
        table.add_column(Text(column), no_wrap=True)
    for values in rows.values:
        # Values come from files: nothing in them is mark-up.
        table.add_row(*(Text(value) for value in values))
    return Padding(table, (0, 0, 0, 2))


def main() -> int:
    """Run the demo from the command line."""
    parser = argparse.ArgumentParser(description="Watch a Glue workflow from raw files to tables.")
    parser.add_argument("--endpoint-url", default=command.DEFAULT_ENDPOINT, help="a local AWS")
    arguments = parser.parse_args()
    return command.run(lambda console: demo(console, Aws(arguments.endpoint_url)))


if __name__ == "__main__":
    sys.exit(main())
