"""How many items may fail.

https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html#maprun-fail-threshold
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tolerance:
    """The thresholds of one Map Run; None where the definition gives none.

    "If you specify both, … the Map Run fails if either is exceeded."
    """

    count: int | None = None
    percentage: float | None = None

    def exceeded(self, failed: int, total: int) -> bool:
        """Whether that many of all items are too many; without a threshold one is."""
        if self.count is None and self.percentage is None:
            return failed > 0
        by_count = self.count is not None and failed > self.count
        by_share = self.percentage is not None and failed * 100 > self.percentage * total
        return by_count or by_share
