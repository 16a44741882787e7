"""examples/flaky_pipeline under its own oracle: with many files, and when its AWS dies."""

import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from flaky_step.chance import Chance

from local_aws.processes import descendants, is_alive
from tests.faults.matrix.registry import fault
from tests.faults.matrix.stage import Stage
from tests.faults.proxy.faults import Hold
from tests.faults.proxy.rules import On
from tests.faults.world import local_aws
from tests.integration.conftest import ROOT
from tests.integration.terraform import Terraform
from tests.wait import wait_until
from tools.aws import Aws
from tools.inbox import Inbox

FILES = 200
PROBABILITY = 0.3
SEED = "monday"
ATTEMPTS = 3
PATIENCE = 500.0


@dataclass(frozen=True)
class Flaky:
    """The applied example, and a queue that listens to its topic."""

    aws: Aws
    bucket: str
    machine: str
    inbox: Inbox

    def upload(self, key: str) -> None:
        self.aws.s3.put_object(Bucket=self.bucket, Key=key, Body=b"id\n1\n")

    def executions(self) -> list[Any]:
        pages = self.aws.step_functions.get_paginator("list_executions").paginate(
            stateMachineArn=self.machine
        )
        return [execution for page in pages for execution in page["executions"]]

    def ended(self, count: int) -> list[Any]:
        """Wait until ``count`` executions are there and all are over."""
        states: Counter[str] = Counter()

        def over() -> list[Any] | None:
            found = self.executions()
            states.clear()
            states.update(each["status"] for each in found)
            return found if len(found) >= count and not states["RUNNING"] else None

        found = wait_until(over, PATIENCE, lambda: f"{count} ends: {states}", 1.0)
        assert found is not None
        return found

    def key(self, arn: str) -> str:
        given = self.aws.step_functions.describe_execution(executionArn=arn)["input"]
        return str(json.loads(given)["detail"]["object"]["key"])

    def violations(self, keys: list[str]) -> list[str]:
        """Return what is wrong when ``keys`` were uploaded once each, and all is over."""
        runs = [(self.key(each["executionArn"]), each) for each in self.ended(len(keys))]
        count = Counter(key for key, _ in runs)
        found = [f"{key} has {count[key]} runs" for key in keys if count[key] != 1]
        for key, run in runs:
            wanted = "FAILED" if fails(key) else "SUCCEEDED"
            if run["status"] != wanted:
                found.append(f"{key} {run['status']}, and should have {wanted}")
            told = len(self.inbox.about(run["name"]))
            if told != (run["status"] == "FAILED"):
                found.append(f"{key} {run['status']} was told {told} times")
        return found


def fails(key: str) -> bool:
    """Whether the seed lets all attempts at a file fail."""
    chance = Chance(PROBABILITY, SEED)
    return all(chance.fails(key, attempt) for attempt in range(ATTEMPTS))


def apply(aws: Aws, state: Path) -> Flaky:
    """Apply the example, anew where it is gone. It is gone with its AWS."""
    failure = {"probability": PROBABILITY, "seed": SEED}
    terraform = Terraform(
        ROOT / "examples/flaky_pipeline",
        {"endpoint_url": str(aws.endpoint_url), "name_prefix": "fault-", "failure": failure},
        state,
    )
    terraform.init()
    terraform.apply()
    outputs = terraform.outputs()
    inbox = Inbox.subscribe(aws, outputs["topic_arn"], "inbox")
    return Flaky(aws, outputs["source_bucket"], outputs["state_machine_arn"], inbox)


@contextmanager
def scratch() -> Iterator[Path]:
    """Make a folder for what Terraform and a local AWS keep."""
    with tempfile.TemporaryDirectory(prefix="flaky-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@fault(
    f"flaky pipeline: {PROBABILITY:.0%} of the attempts at {FILES} files fail",
    "One run per file; what failed in all attempts is told once",
    alone=True,
)
def two_hundred_files(stage: Stage) -> None:
    with scratch() as state:
        flaky = apply(stage.world.aws, state)
        keys = [f"{number:03}.{('csv', 'json')[number % 2]}" for number in range(FILES)]
        assert 0 < sum(map(fails, keys)) < FILES / 5
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(flaky.upload, keys))
        flaky.ended(len(keys))
        try:
            wait_until(lambda: not flaky.violations(keys), 60, "its promises", 2.0)
        except AssertionError:
            raise AssertionError("\n".join(flaky.violations(keys))) from None


@fault(
    "local AWS killed and restarted mid-run",
    "Nothing of it goes on; applied again, it takes what is sent again",
    alone=True,
)
def restarted_mid_run(_: Stage) -> None:
    """What a local AWS holds is in memory: a restart is a new account."""
    key = next(f"{number}.csv" for number in range(100) if not fails(f"{number}.csv"))
    with scratch() as state, local_aws(state / "aws") as running:
        flaky = apply(running.aws, state)
        held = running.proxy.strike(On("lambda", "Invoke", "flaky-step"), Hold())
        flaky.upload(key)
        held.wait()
        _kill(running.start())  # it runs: this only tells which process it is
        running.proxy.remove(held)
        running.start()
        assert running.aws.step_functions.list_state_machines()["stateMachines"] == []
        flaky = apply(running.aws, state)
        assert flaky.executions() == []
        flaky.upload(key)
        assert flaky.violations([key]) == []


def _kill(supervisor: int) -> None:
    """Kill the supervisor as a machine out of memory would; what it started must end by itself."""
    below = descendants(supervisor)
    assert below
    psutil.Process(supervisor).kill()
    for process in below:
        wait_until(lambda: not is_alive(process), 60, f"the end of {process}")  # noqa: B023
