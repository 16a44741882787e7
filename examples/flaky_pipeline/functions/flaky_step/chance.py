"""Whether an attempt fails."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random


class ChanceError(ValueError):
    """The environment holds no probability."""


@dataclass(frozen=True)
class Chance:
    """Attempts fail with ``probability``, from 0 to 1.

    With a ``seed`` the decision depends on seed, key and attempt alone: the same files fail in the
    same attempts whenever the run is repeated. Without one it is drawn anew each time.
    """

    probability: float
    seed: str | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Chance":
        """Read FAILURE_PROBABILITY and FAILURE_SEED. Raises ChanceError."""
        given = environment.get("FAILURE_PROBABILITY", "")
        try:
            probability = float(given)
        except ValueError:
            probability = math.nan
        if not 0 <= probability <= 1:
            raise ChanceError(f"FAILURE_PROBABILITY is {given!r}; write a number from 0 to 1.")
        return cls(probability, environment.get("FAILURE_SEED"))

    def fails(self, key: str, attempt: int) -> bool:
        """Decide on one attempt, counted from 0, at the object ``key``."""
        # A seed of text is hashed, the same on any machine and in any process:
        # https://docs.python.org/3/library/random.html#random.seed
        seed = None if self.seed is None else f"{self.seed}\0{key}\0{attempt}"
        return Random(seed).random() < self.probability  # noqa: S311 - no secret hangs on it
