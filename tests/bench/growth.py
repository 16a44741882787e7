"""Growth: many small files through the batch state machine on a local AWS, ten to ten thousand."""

import json
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.bench.local import LocalAws, local_aws
from tests.bench.measure import ROOT
from tests.wait import wait_until

BATCH_ROOT = ROOT / "tests/integration/roots/batch"
PATIENCE = 7_200.0


def measure(folder: Path, counts: tuple[int, ...]) -> dict[str, Any]:
    """Return each run's seconds and memory, and the slope of the line through the seconds."""
    with local_aws(folder / "aws-of-growth") as local:
        outputs = local.apply(BATCH_ROOT, folder / "batch", {"name_prefix": "growth-"})
        _measure(local, outputs, 1)
        runs = [_measure(local, outputs, count) for count in counts]
    files, seconds = ([run[name] for run in runs] for name in ("files", "seconds"))
    line = statistics.linear_regression(files, seconds)
    return {"runs": runs, "slope_seconds": line.slope, "intercept_seconds": line.intercept}


def _measure(local: LocalAws, outputs: Any, count: int) -> dict[str, Any]:
    aws, prefix = local.aws, f"growth-{count}/"

    def upload(number: int) -> None:
        body = f"id,name\n{number},Name {number}\n".encode()
        aws.s3.put_object(Bucket=outputs["source_bucket"], Key=f"{prefix}{number}.csv", Body=body)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(upload, range(count)))
    begin, peak = time.monotonic(), 0.0
    arn = aws.step_functions.start_execution(
        stateMachineArn=outputs["batch_state_machine_arn"], input=json.dumps({"prefix": prefix})
    )["executionArn"]

    def over() -> str | None:
        nonlocal peak
        peak = max(peak, local.memory_mb())
        status = aws.step_functions.describe_execution(executionArn=arn)["status"]
        return status if status != "RUNNING" else None

    status = wait_until(over, PATIENCE, f"the batch of {count} files", interval=0.5)
    if status != "SUCCEEDED":
        raise SystemExit(f"The batch of {count} files ended {status}.")
    return {"files": count, "seconds": time.monotonic() - begin, "peak_mb": peak}
