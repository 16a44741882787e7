"""Which faults there are."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from tests.faults.matrix.stage import Stage

type Scenario = Callable[[Stage], None]


@dataclass(frozen=True)
class Fault:
    """A fault by its ``name``, the promise that must hold, and what brings it about.

    ``style`` is that of the pipeline which it strikes. One that is ``alone`` disturbs others and
    runs when they are done.
    """

    name: str
    invariant: str
    scenario: Scenario
    style: str = "sync"
    alone: bool = False

    @property
    def folder(self) -> str:
        """Return the first folder of the fault's keys; also found in names of runs and outputs."""
        return folder(self.name)


FAULTS: dict[str, Fault] = {}


def fault(
    name: str, invariant: str, *, style: str = "sync", alone: bool = False
) -> Callable[[Scenario], Scenario]:
    """Register a scenario as the fault ``name``."""

    def register(scenario: Scenario) -> Scenario:
        made = Fault(name, invariant, scenario, style, alone)
        taken = [other for other in FAULTS.values() if _alike(other.folder, made.folder)]
        assert not taken, f"{name} is too like {taken[0].name} to tell their calls apart"
        FAULTS[name] = made
        return scenario

    return register


def folder(name: str) -> str:
    """Return letters and digits of a name: what no service encodes or shortens."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _alike(one: str, other: str) -> bool:
    return one in other or other in one
