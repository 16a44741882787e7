"""Many small files through the batch state machine."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.local import LocalAws
from tests.bench.measure import ROOT
from tests.wait import wait_until

PATIENCE = 7_200.0


@dataclass(frozen=True)
class Batches:
    """The batch pipeline of tests/bench/root, and where its files go."""

    local: LocalAws
    source_bucket: str
    arn: str
    function: str

    @classmethod
    def deploy(cls, local: LocalAws, state: Path, name_prefix: str) -> "Batches":
        """Apply the root."""
        outputs = local.apply(ROOT / "tests/bench/root", state, {"name_prefix": name_prefix})
        names = ("source_bucket", "batch_arn", "batch_function")
        return cls(local, *(outputs[name] for name in names))

    def run(self, count: int) -> dict[str, Any]:
        """Upload so many files, then take them through; the time is that of the execution."""
        prefix = f"orders-{count}/"

        def upload(number: int) -> None:
            body = f"id,name\n{number},Name {number}\n".encode()
            key = f"{prefix}{number}.csv"
            self.local.aws.s3.put_object(Bucket=self.source_bucket, Key=key, Body=body)

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(upload, range(count)))
        begin = time.monotonic()
        arn = self.local.aws.step_functions.start_execution(
            stateMachineArn=self.arn, input=json.dumps({"prefix": prefix})
        )["executionArn"]
        peak = self._await_end(arn, count)
        return {"files": count, "seconds": time.monotonic() - begin, "peak_mb": peak, "arn": arn}

    def _await_end(self, arn: str, count: int) -> float:
        """Return the most memory that the local AWS held meanwhile, in MB."""
        held: list[float] = []

        def over() -> str | None:
            held.append(self.local.memory_mb())
            answer = self.local.aws.step_functions.describe_execution(executionArn=arn)
            return answer["status"] if answer["status"] != "RUNNING" else None

        status = wait_until(over, PATIENCE, f"the batch of {count} files", interval=0.5)
        if status != "SUCCEEDED":
            raise SystemExit(f"The batch of {count} files ended {status}.")
        return max(held)
