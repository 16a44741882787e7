"""How a workflow run is shown while it goes on."""

import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from rich.console import Console

from tools.demo_workflow import RunFailedError, assert_succeeded, watching
from tools.run_graph import NOT_RUN, PASSED, Edge, RunGraph, Step

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
GRAPH = RunGraph(
    pipeline="refresh",
    run_id="wr_" + 20 * "a",
    status="RUNNING",
    started=NOON,
    ended=None,
    steps=[
        Step("start", "scheduled trigger", PASSED),
        Step("convert", "job"),
        Step("crawl", "crawler"),
    ],
    edges=[Edge("start", "convert"), Edge("convert", "crawl")],
)


def with_states(convert: Step, crawl: str = NOT_RUN) -> RunGraph:
    return replace(GRAPH, steps=[GRAPH.steps[0], convert, Step("crawl", "crawler", crawl)])


def test_a_log_file_has_a_line_for_each_change_and_the_graph() -> None:
    console = Console(record=True, width=120, force_terminal=False)
    running = Step("convert", "job", "RUNNING", NOON)
    done = Step("convert", "job", "SUCCEEDED", NOON, NOON)
    with watching(console) as show:
        for graph in (GRAPH, with_states(running), with_states(running), with_states(done)):
            show(graph)
    lines = console.export_text().splitlines()
    assert lines[:3] == ["  start: PASSED", "  convert: RUNNING", "  convert: SUCCEEDED"]
    assert "refresh" in lines[3]
    assert "○ NOT RUN" in lines[-1]
    assert "Error" not in lines[4]


def test_a_narrow_terminal_ends_with_the_whole_graph() -> None:
    console = Console(record=True, width=30, force_terminal=True, file=io.StringIO())
    done = Step("convert", "job", "SUCCEEDED", NOON, NOON, 1)
    with watching(console) as show:
        show(with_states(done))
    shown = [line for line in console.export_text().splitlines() if "convert" in line]
    assert shown[-1].split()[-6:] == ["✔", "SUCCEEDED", "12:00:00", "0.0", "s", "1"]


def test_a_run_whose_nodes_all_succeeded_is_well() -> None:
    assert_succeeded(with_states(Step("convert", "job", "SUCCEEDED"), "SUCCEEDED"))


def test_a_failed_run_says_what_failed_and_where_to_look() -> None:
    failed = Step("convert", "job", "FAILED", error="ValueError: no rows")
    with pytest.raises(RunFailedError) as told:
        assert_succeeded(with_states(failed))
    assert str(told.value) == (
        "convert FAILED ValueError: no rows; crawl NOT RUN. "
        "Look closer: make run-details RUN=wr_aaaaaaaaaaaa"
    )
