"""How runs are laid out and shown."""

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rich.console import Console

from tools.run_graph import NOT_RUN, Edge, RunGraph, Step, duration, render, rows
from tools.uncut import print_uncut

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def graph(*edges: str, steps: dict[str, Step] | None = None) -> RunGraph:
    """Return a graph: ``graph("a b", "b c")`` leads from a over b to c."""
    pairs = [edge.split() for edge in edges]
    names = dict.fromkeys(name for pair in pairs for name in pair)
    return RunGraph(
        pipeline="flow",
        run_id="wr_1",
        status="COMPLETED",
        started=NOON,
        ended=NOON + timedelta(minutes=3, seconds=5),
        steps=[(steps or {}).get(name, Step(name, "job")) for name in names],
        edges=[Edge(*pair) for pair in pairs],
    )


def drawn(shown: RunGraph) -> list[str]:
    return [
        row.branches + row.step.name + (f" < {','.join(row.also_after)}" if row.also_after else "")
        for row in rows(shown)
    ]


def printed(shown: RunGraph, width: int = 140) -> str:
    console = Console(width=width, record=True, file=io.StringIO())
    console.print(render(shown, NOON + timedelta(hours=1)))
    return console.export_text()


def test_a_chain_goes_down() -> None:
    assert drawn(graph("a b", "b c")) == ["a", "└─ b", "   └─ c"]


def test_a_fork_branches() -> None:
    assert drawn(graph("a b", "a c", "b d")) == ["a", "├─ b", "│  └─ d", "└─ c"]


def test_a_join_stands_once_and_names_all_it_waits_for() -> None:
    assert drawn(graph("a b", "a c", "b d", "c d")) == ["a", "├─ b", "└─ c", "   └─ d < b"]


def test_a_join_over_ways_of_different_length_comes_after_both() -> None:
    shown = drawn(graph("a d", "a b", "b c", "c d"))
    assert shown == ["a", "└─ b", "   └─ c", "      └─ d < a"]


def test_a_loop_is_drawn_once_and_names_the_way_back() -> None:
    shown = drawn(graph("start check", "check wait", "wait check", "check done"))
    assert shown == ["start", "└─ check < wait", "   ├─ wait", "   └─ done"]


def test_separate_parts_stand_below_one_another() -> None:
    assert drawn(graph("a b", "c d")) == ["a", "└─ b", "c", "└─ d"]


def test_every_step_stands_once_in_any_graph() -> None:
    tangled = graph("a b", "b a", "c a", "b c", "d d", "c e")
    assert sorted(row.step.name for row in rows(tangled)) == ["a", "b", "c", "d", "e"]


def test_shows_state_time_tries_and_error() -> None:
    failed = Step(
        "b",
        "job",
        "FAILED",
        NOON + timedelta(seconds=1),
        NOON + timedelta(seconds=43.26),
        3,
        "ValueError: no [rows] in here",
    )
    shown = printed(graph("a b", "b c", steps={"b": failed})).splitlines()
    assert "flow  wr_1  ✔ COMPLETED  2026-11-20 12:00:00  3 min 05 s" in shown[0]
    (line,) = [line for line in shown if "└─ b" in line]
    for part in ("✘ FAILED", "12:00:01", "42.3 s", " 3 ", "ValueError: no [rows] in here"):
        assert part in line
    assert NOT_RUN in next(line for line in shown if "└─ c" in line)


def test_a_narrow_terminal_cuts_no_cell() -> None:
    tried = Step("a", "conditional trigger", "SUCCEEDED", NOON, NOON, 1, "no " * 50)
    console = Console(width=40, record=True, file=io.StringIO())
    print_uncut(console, render(graph("a b", steps={"a": tried}), NOON))
    (line,) = [line for line in console.export_text().splitlines() if line.startswith("a ")]
    shown = " ".join(line.split())
    assert shown.startswith("a conditional trigger ✔ SUCCEEDED 12:00:00 0.0 s 1 no no no")
    assert console.width == 40


@pytest.mark.parametrize(
    ("took", "shown"),
    [
        ({"seconds": 0.04}, "0.0 s"),
        ({"seconds": 59.94}, "59.9 s"),
        ({"seconds": 60}, "1 min 00 s"),
        ({"minutes": 59, "seconds": 59}, "59 min 59 s"),
        ({"hours": 25, "minutes": 1}, "25 h 01 min"),
    ],
)
def test_durations(took: dict[str, Any], shown: str) -> None:
    assert duration(NOON, NOON + timedelta(**took), NOON) == shown


def test_what_still_runs_counts_until_now_and_what_never_ran_not_at_all() -> None:
    assert duration(NOON, None, NOON + timedelta(seconds=5)) == "5.0 s"
    assert duration(None, None, NOON) == ""
