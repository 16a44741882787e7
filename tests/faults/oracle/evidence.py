"""What lies in a pipeline's buckets, tables and queues when everything is quiet."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Arrival:
    """A version of an object in the source bucket. ``rank`` grows with the age of its key."""

    key: str
    version: str
    rank: int

    def __str__(self) -> str:
        return f"{self.key} (version {self.version[:8]})"


@dataclass(frozen=True)
class Claim:
    """A claim on an object version, under the name of an execution."""

    name: str
    key: str
    version: str
    origin: str
    execution_arn: str | None


@dataclass(frozen=True)
class Run:
    """An execution. ``outcome`` is that of its output; FAILURE however it failed; None while open.

    ``publication`` is what it says of its output, None where it published nothing.
    """

    arn: str
    name: str
    status: str
    key: str
    version: str
    outcome: str | None
    redrives: int = 0
    publication: Mapping[str, Any] | None = None

    @property
    def notification_id(self) -> str:
        """Return the identity of the message about its end."""
        return f"{self.name}:{self.redrives}"

    def __str__(self) -> str:
        return f"run {self.name} ({self.outcome or self.status})"


class ExpressRun(Run):
    """The execution of an Express workflow that a claim names."""

    @property
    def notification_id(self) -> str:
        """Return the identity of the message about its end: each end of a name is told once."""
        return f"{self.name}:{self.outcome}"


@dataclass(frozen=True)
class Output:
    """A manifest, and what its files hold.

    ``rows`` is the number of rows in the files, ``marks`` the values of their column ``mark``, by
    which the tests' files say what they are. ``missing`` are URIs that lead nowhere, ``unfinished``
    those of an attempt that has no result, or whose result does not name them.
    """

    manifest: str
    execution_name: str
    attempt_id: str
    version: str
    told_rows: int
    uris: tuple[str, ...]
    rows: int = 0
    marks: frozenset[str] = frozenset()
    missing: tuple[str, ...] = ()
    unfinished: tuple[str, ...] = ()


@dataclass(frozen=True)
class Note:
    """A message of the topic. ``about`` is its text."""

    notification_id: str
    outcome: str
    about: str


@dataclass(frozen=True)
class DeadLetter:
    """A message that waits in the dead-letter queue of ``hop``."""

    hop: str
    body: str


@dataclass(frozen=True)
class Evidence:
    """All of it. ``strays`` are keys below ``processed/`` that are no manifests."""

    arrivals: tuple[Arrival, ...] = ()
    claims: tuple[Claim, ...] = ()
    runs: tuple[Run, ...] = ()
    outputs: tuple[Output, ...] = ()
    strays: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    dead_letters: tuple[DeadLetter, ...] = ()

    def about(self, prefix: str) -> "Evidence":
        """Return what concerns the keys that begin with ``prefix``, a folder with its slash."""
        runs = tuple(run for run in self.runs if run.key.startswith(prefix))
        names = {run.name for run in runs}
        return replace(
            self,
            arrivals=tuple(one for one in self.arrivals if one.key.startswith(prefix)),
            claims=tuple(claim for claim in self.claims if claim.key.startswith(prefix)),
            runs=runs,
            outputs=tuple(one for one in self.outputs if one.execution_name in names),
            notes=tuple(n for n in self.notes if n.notification_id.rpartition(":")[0] in names),
            dead_letters=tuple(letter for letter in self.dead_letters if prefix in letter.body),
            strays=(),
        )
