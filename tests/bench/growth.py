"""Growth: many small files through the batch state machine on a local AWS, ten to ten thousand."""

import statistics
from pathlib import Path
from typing import Any

from tests.bench.batches import Batches
from tests.bench.local import local_aws


def measure(folder: Path, counts: tuple[int, ...]) -> dict[str, Any]:
    """Return each run's seconds and memory, and the slope of the line through the seconds."""
    with local_aws(folder / "aws-of-growth") as local:
        batches = Batches.deploy(local, folder / "growth", "growth-")
        batches.run(1)
        runs = [batches.run(count) for count in counts]
    files, seconds = ([run[name] for run in runs] for name in ("files", "seconds"))
    line = statistics.linear_regression(files, seconds)
    return {"runs": runs, "slope_seconds": line.slope}
