"""What has run, and how it went: ``python -m tools.run_history list`` and ``… show RUN``.

RUN is the id of a Glue workflow run (``wr_…``), an execution's ARN or name, or the beginning of
one of these as ``list`` shows them.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from rich.console import Console

from tools import express_executions, glue_runs, machine_runs, run_graph, run_listing
from tools.aws import Aws
from tools.errors import ToolError
from tools.run_listing import RunSummary
from tools.terminal import Terminal
from tools.uncut import print_uncut

PER_PIPELINE = 20
# How far back ``show`` looks for the beginning of an id or a name.
SEARCHED_PER_PIPELINE = 100


class UnknownRunError(ToolError):
    """No run, or more than one, is meant by what was asked for."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit code."""
    options = _parser().parse_args(arguments)
    console: Console = Terminal()
    try:
        aws = Aws(options.endpoint_url, options.region)
        aws.assert_reachable()
        if options.command == "list":
            _list(console, recent(aws, options.limit, options.pipeline))
            _name_unlisted(console, aws)
        else:
            print_uncut(console, run_graph.render(find(aws, options.run), datetime.now(UTC)))
    except ToolError as error:
        Terminal(stderr=True).print(str(error), soft_wrap=True)
        return 1
    return 0


def recent(aws: Aws, limit: int, pipeline: str | None = None) -> list[RunSummary]:
    """Return up to ``limit`` runs of each workflow and state machine, or of one of that name."""
    found: list[RunSummary] = []
    for workflow in glue_runs.workflows(aws):
        if pipeline in (None, workflow):
            found += glue_runs.runs(aws, workflow, limit)
    for arn, name in machine_runs.machines(aws).items():
        if pipeline in (None, name):
            found += machine_runs.runs(aws, arn, name, limit)
    return found


def find(aws: Aws, wanted: str) -> run_graph.RunGraph:
    """Return the graph of the run that is meant. Raises UnknownRunError."""
    if express_executions.is_express(wanted):
        return machine_runs.express_graph(aws, wanted)
    run = locate(aws, wanted)
    if run.reference.startswith(glue_runs.RUN_ID_PREFIX):
        return glue_runs.graph(aws, run.pipeline, run.run_id)
    return machine_runs.graph(aws, run.reference)


def locate(aws: Aws, wanted: str) -> RunSummary:
    """Return the run that is meant by an id, a name or an ARN. Raises UnknownRunError."""
    runs = recent(aws, SEARCHED_PER_PIPELINE)
    exact = [run for run in runs if wanted in (run.run_id, run.reference)]
    matches = exact or [run for run in runs if run.run_id.startswith(wanted)]
    if not matches:
        express = machine_runs.machines(aws, "EXPRESS").values()
        hint = f" Runs of {', '.join(express)} are shown by their ARN only." if express else ""
        raise UnknownRunError(f"There is no run {wanted!r}. See which there are: make runs{hint}")
    if len(matches) > 1:
        ids = ", ".join(run.run_id for run in matches[:5])
        raise UnknownRunError(f"{wanted!r} is not one run but {len(matches)}: {ids} …")
    return matches[0]


def _list(console: Console, runs: Sequence[RunSummary]) -> None:
    if not runs:
        console.print("Nothing has run yet.")
        return
    print_uncut(console, run_listing.render(runs, datetime.now(UTC)))
    console.print("\nOne of them as a graph: make run-details RUN=<run>", style="dim")


def _name_unlisted(console: Console, aws: Aws) -> None:
    for name in machine_runs.machines(aws, "EXPRESS").values():
        console.print(
            f"{name} is an Express workflow: AWS lists no runs of it. They stand in the log group "
            f"/aws/vendedlogs/states/{name}; one of them: make run-details RUN=<its ARN>",
            style="dim",
            soft_wrap=True,
        )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.run_history", description=__doc__)
    parser.add_argument(
        "--endpoint-url",
        default=os.environ.get("AWS_ENDPOINT_URL"),
        help="a local AWS; without it the shell's account",
    )
    parser.add_argument("--region", default=os.environ.get("AWS_REGION"))
    commands = parser.add_subparsers(dest="command", required=True)
    listing = commands.add_parser("list", help="the newest runs of every pipeline")
    listing.add_argument("--pipeline", help="only this workflow or state machine")
    listing.add_argument(
        "--limit", type=_page_size, default=PER_PIPELINE, help="how many of each (default 20)"
    )
    show = commands.add_parser("show", help="one run as a graph")
    show.add_argument("run", metavar="RUN")
    return parser


def _page_size(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 1000:
        raise argparse.ArgumentTypeError(f"takes 1 to 1000, not {number}")
    return number


if __name__ == "__main__":
    sys.exit(main())
