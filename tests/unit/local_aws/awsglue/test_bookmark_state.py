"""https://docs.aws.amazon.com/glue/latest/dg/monitor-continuations.html"""

import json
from dataclasses import replace

from awsglue.bookmark_state import BAND, Limits, SourceState, read
from awsglue.files import File
from hypothesis import given
from hypothesis import strategies as st

START = 1_790_000_000_000
DEFAULT = Limits()


def a_file(name: str, age: int = 0, size: int = 1) -> File:
    """A file that was written ``age`` milliseconds before START."""
    return File(f"s3://b/{name}", size, START - age)


def names(files: list[File]) -> list[str]:
    return [file.path.removeprefix("s3://b/") for file in files]


def test_the_second_run_reads_what_came_in_between() -> None:
    old = [a_file("ancient", 10 * BAND), a_file("fresh", 5)]
    chosen, state = read(None, old, DEFAULT, 1, START)
    assert names(chosen) == ["ancient", "fresh"]
    late = replace(a_file("late"), modified=START + 50)
    assert names(read(state, [*old, late], DEFAULT, 2, START + 100)[0]) == ["late"]


def test_a_file_that_shows_up_late_is_read() -> None:
    """Written before the run, listed after it: the band is there for it."""
    _, state = read(None, [a_file("seen", 10)], DEFAULT, 1, START)
    hidden = a_file("hidden", 1000)
    chosen, after = read(state, [a_file("seen", 10), hidden], DEFAULT, 2, START + 100)
    assert names(chosen) == ["hidden"]
    assert read(after, [a_file("seen", 10), hidden], DEFAULT, 3, START + 200)[0] == []


def test_a_file_that_is_written_again_is_read_again() -> None:
    first = a_file("a", 10)
    _, state = read(None, [first], DEFAULT, 1, START)
    again = replace(first, modified=START + 10)
    assert names(read(state, [again], DEFAULT, 2, START + 100)[0]) == ["a"]


def test_what_comes_after_the_start_is_the_next_runs() -> None:
    late = replace(a_file("late"), modified=START + 1)
    chosen, state = read(None, [a_file("now"), late], DEFAULT, 1, START)
    assert names(chosen) == ["now"]
    assert names(read(state, [a_file("now"), late], DEFAULT, 2, START + 5)[0]) == ["late"]


def test_the_marks_are_of_the_band_only() -> None:
    files = [a_file("old", BAND + 1), a_file("young", BAND - 1)]
    _, state = read(None, files, DEFAULT, 1, START)
    assert len(state.seen) == 1
    _, later = read(state, files, DEFAULT, 2, START + 2 * BAND)
    assert later.seen == frozenset()
    assert read(later, files, DEFAULT, 3, START + 2 * BAND)[0] == []


def test_too_many_files_in_the_band_wait_for_the_next_run() -> None:
    files = [a_file(str(number), 100 - number) for number in range(5)]
    few = Limits(files_in_band=2)
    chosen, state = read(None, files, few, 1, START)
    assert names(chosen) == ["0", "1"]
    # The two still hold their places as long as the band does.
    assert read(state, files, few, 2, START + 10)[0] == []
    assert names(read(state, files, few, 2, START + BAND + 10)[0]) == ["2", "3", "4"]


def test_bounds_leave_the_rest_to_later_runs() -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/bounded-execution-workload-partitioning.html"""
    files = [a_file(str(number), 10 * BAND - number) for number in range(5)]
    state, seen, two = None, [], Limits(files=2)
    for at in range(4):
        chosen, state = read(state, files, two, at, START + at)
        seen.append(names(chosen))
    assert seen == [["0", "1"], ["2", "3"], ["4"], []]
    big = [a_file("big", 3, size=100), a_file("small", 2), a_file("last", 1, size=10)]
    assert names(Limits(size=10).within(big)) == ["big"]
    assert names(Limits(size=102).within(big)) == ["big", "small"]


def test_options_set_the_limits() -> None:
    assert Limits.of({}) == DEFAULT
    given_as_text = {
        "maxBand": "5", "maxFilesInBand": "6", "boundedFiles": "7", "boundedSize": "8"
    }  # fmt: skip
    assert Limits.of(given_as_text) == Limits(5, 6, 7, 8)


def test_a_state_survives_its_journey() -> None:
    _, state = read(None, [a_file("a", 1), a_file("b", 2)], DEFAULT, 3, START + 7)
    kept = json.loads(json.dumps(state.to_json()))
    assert SourceState.from_json(kept) == state
    assert kept["timestamps"]["CURR_RUN_START_TIME"] == "2026-09-21T14:13:20.007Z"
    assert (kept["timestamps"]["RUN"], kept["timestamps"]["HIGH_BAND"]) == ("3", "900000")


ages = st.integers(0, 3 * BAND)
arrivals = st.lists(st.tuples(st.integers(0, 5), ages), max_size=12)
limits = st.builds(
    Limits,
    st.sampled_from([0, 1000, BAND]),
    st.integers(1, 4),
    st.none() | st.integers(1, 3),
    st.none(),
)


@given(arrivals, limits)
def test_every_file_is_read_once_in_the_end(
    arrivals: list[tuple[int, int]], limits: Limits
) -> None:
    """Whatever comes when and however little a run may read: nothing twice, nothing lost.

    A file shows up before the run it belongs to, and was written at most a band earlier.
    """
    step = 10 * BAND
    seen: list[str] = []
    state: SourceState | None = None
    for at in range(40):
        now = START + at * step
        there = [
            File(f"f{number}", 1, START + run * step - age % (limits.band + 1))
            for number, (run, age) in enumerate(arrivals)
            if run <= at
        ]
        chosen, state = read(state, there, limits, at, now)
        seen += [file.path for file in chosen]
    assert sorted(seen) == sorted(f"f{number}" for number in range(len(arrivals)))
