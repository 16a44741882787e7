"""Each fault of the matrix, and the promise that it must not break."""

from collections.abc import Iterator

import pytest

from tests.faults.matrix import FAULTS, chance
from tests.faults.matrix.play import Performance, play
from tests.faults.matrix.registry import Fault
from tests.faults.world import Worlds

IN_ORDER = sorted(FAULTS.values(), key=lambda fault: fault.alone)
# All are played side by side, so that the first to be asked for may wait for the last.
TIMEOUT = 1800 + 60 * chance.settings()[0]


@pytest.fixture(scope="module")
def performance(worlds: Worlds, request: pytest.FixtureRequest) -> Iterator[Performance]:
    """Play the scenarios of the tests that were chosen."""
    chosen = [
        item.callspec.params["fault"]
        for item in request.session.items
        if isinstance(item, pytest.Function)
        and "performance" in item.fixturenames
        and "fault" in getattr(getattr(item, "callspec", None), "params", {})
    ]
    playing = play(worlds, chosen)
    yield playing
    playing.end()


@pytest.mark.timeout(TIMEOUT)
@pytest.mark.parametrize("fault", IN_ORDER, ids=[fault.name for fault in IN_ORDER])
def test_fault(performance: Performance, fault: Fault) -> None:
    performance.played[fault.name].result()


@pytest.mark.timeout(TIMEOUT)
def test_when_all_is_quiet_every_promise_is_kept(performance: Performance, worlds: Worlds) -> None:
    for playing in performance.played.values():
        playing.exception()
    for world in worlds.made:
        assert world.quiet.judge(performance.expected(world)) == []
