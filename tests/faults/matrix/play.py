"""Plays the scenarios, as many side by side as two cores can bear."""

from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor

from tests.faults.matrix.registry import Fault
from tests.faults.matrix.stage import Stage
from tests.faults.oracle.judgement import Expected
from tests.faults.world import World, Worlds

SIDE_BY_SIDE = 6
"""Most of a scenario is waiting: for a retry, a timeout, a job's turn."""


def play(worlds: Worlds, faults: Iterable[Fault]) -> "Performance":
    """Begin to play; those that disturb others come last, one after the other."""
    return Performance(worlds, tuple(faults))


class Performance:
    """Scenarios on their way."""

    def __init__(self, worlds: Worlds, faults: tuple[Fault, ...]) -> None:
        self._worlds = {fault.style: worlds.ask(fault.style) for fault in faults}
        self._together = ThreadPoolExecutor(SIDE_BY_SIDE, "together")
        self._alone = ThreadPoolExecutor(1, "alone")
        self._expected: dict[str, tuple[World, Expected]] = {}
        # Those of the usual style first: they take longer, and the other pipeline is not there yet.
        crowd = sorted(
            (one for one in faults if not one.alone), key=lambda one: one.style != "sync"
        )
        self._played: dict[str, Future[None]] = {
            fault.name: self._together.submit(self._play, fault) for fault in crowd
        }
        self._crowd = tuple(self._played.values())
        for fault in faults:
            if fault.alone:
                self._played[fault.name] = self._alone.submit(self._play_alone, fault)

    @property
    def played(self) -> Mapping[str, Future[None]]:
        """The scenarios by their faults' names. A result means: the promises held."""
        return self._played

    def expected(self, world: World) -> Expected:
        """Return what a world's scenarios left for the oracle; to be asked when all are over."""
        union = Expected()
        for where, expected in self._expected.values():
            if where is world:
                union |= expected
        return union

    def end(self) -> None:
        """Wait for all, and forget those that have not begun."""
        self._together.shutdown(cancel_futures=True)
        self._alone.shutdown(cancel_futures=True)

    def _play(self, fault: Fault) -> None:
        world = self._worlds[fault.style].result()
        stage = Stage(world, fault.folder)
        try:
            fault.scenario(stage)
            stage.judge()
        finally:
            stage.close()
            self._expected[fault.name] = (world, stage.expected)

    def _play_alone(self, fault: Fault) -> None:
        for other in self._crowd:
            other.exception()
        self._play(fault)
