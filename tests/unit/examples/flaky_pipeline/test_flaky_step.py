"""The random decision of examples/flaky_pipeline."""

import subprocess
import sys
from pathlib import Path

import pytest
from flaky_step.chance import Chance, ChanceError
from flaky_step.handler import FlakyStepError, attempt

FUNCTIONS = Path(__file__).parents[4] / "examples/flaky_pipeline/functions"
KEYS = [f"files/{number}.csv" for number in range(2000)]


def failures(chance: Chance, attempt: int = 0) -> list[str]:
    return [key for key in KEYS if chance.fails(key, attempt)]


@pytest.mark.parametrize("seed", ["monday", None])
def test_the_probability_is_kept(seed: str | None) -> None:
    # 0.3 ± 6 standard deviations of 2,000 draws.
    assert 480 < len(failures(Chance(0.3, seed))) < 720


def test_zero_never_fails_and_one_always() -> None:
    for seed in ("monday", None):
        assert failures(Chance(0, seed)) == []
        assert failures(Chance(1, seed)) == KEYS


def test_a_seed_repeats_the_run() -> None:
    assert failures(Chance(0.3, "monday")) == failures(Chance(0.3, "monday"))
    assert failures(Chance(0.3, "monday")) != failures(Chance(0.3, "tuesday"))
    assert failures(Chance(0.3)) != failures(Chance(0.3))


def test_a_seed_decides_the_same_in_another_process() -> None:
    script = (
        "from flaky_step.chance import Chance;"
        "print(*(n for n in range(50) if Chance(0.3, 'monday').fails(f'files/{n}.csv', 0)))"
    )
    there = subprocess.run(
        [sys.executable, "-c", script], cwd=FUNCTIONS, check=True, capture_output=True, text=True
    ).stdout.split()
    here = [n for n in range(50) if Chance(0.3, "monday").fails(f"files/{n}.csv", 0)]
    assert [int(n) for n in there] == here
    assert here


def test_the_next_attempt_is_decided_anew() -> None:
    chance = Chance(0.3, "monday")
    first = failures(chance)
    again = [key for key in first if chance.fails(key, 1)]
    # 0.3 of about 600, ± 6 standard deviations: neither all of them nor none.
    assert 0.18 < len(again) / len(first) < 0.42


def test_more_fail_as_the_probability_grows() -> None:
    assert set(failures(Chance(0.3, "monday"))) < set(failures(Chance(0.5, "monday")))


def test_an_attempt_says_which_it_was_or_raises() -> None:
    event = {"key": "a.csv", "attempt": 2}
    assert attempt(event, Chance(0)) == {"attempt": 2}
    with pytest.raises(FlakyStepError, match=r"Attempt 3 at a\.csv failed by chance\."):
        attempt(event, Chance(1))


def test_the_environment_is_read() -> None:
    environment = {"FAILURE_PROBABILITY": "0.25", "FAILURE_SEED": "monday"}
    assert Chance.from_environment(environment) == Chance(0.25, "monday")
    assert Chance.from_environment({"FAILURE_PROBABILITY": "1"}) == Chance(1.0)


@pytest.mark.parametrize("given", [None, "", "often", "nan", "-0.1", "1.1"])
def test_no_probability_is_refused(given: str | None) -> None:
    environment = {} if given is None else {"FAILURE_PROBABILITY": given}
    with pytest.raises(ChanceError, match="write a number from 0 to 1"):
        Chance.from_environment(environment)
