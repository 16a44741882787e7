"""A local AWS of the bench's own, and pipelines on it."""

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from local_aws import server
from local_aws.settings import Settings
from tests.bench.measure import ROOT
from tests.integration.pipeline import Pipeline
from tests.integration.terraform import Terraform
from tests.ports import free_port
from tools.aws import Aws
from tools.deployment import Deployment
from tools.inbox import Inbox
from tools.package import host_architecture

ARCHITECTURE = host_architecture()


@dataclass(frozen=True)
class LocalAws:
    """A running local AWS: clients, the server's log and its processes."""

    aws: Aws
    log: Path
    process: psutil.Process

    def memory_mb(self) -> float:
        """Return what it and all its processes hold at the moment."""
        total = 0
        for process in (self.process, *self.process.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                total += process.memory_info().rss
        return total / 1024**2

    def apply(self, root: Path, state: Path, variables: Mapping[str, str]) -> dict[str, Any]:
        """Apply a Terraform root; return its outputs."""
        state.mkdir(parents=True)
        fixed = {"endpoint_url": self.aws.endpoint_url, "architecture": ARCHITECTURE}
        terraform = Terraform(root, {**fixed, **variables}, state)
        terraform.init()
        terraform.apply()
        return terraform.outputs()

    def pipeline(self, state: Path, variables: Mapping[str, str]) -> Pipeline:
        """Apply envs/local."""
        deployment = Deployment.from_outputs(self.apply(ROOT / "envs/local", state, variables))
        inbox = Inbox.subscribe(self.aws, deployment.topic_arn, "inbox")
        return Pipeline(self.aws, deployment, inbox)


def starts(folder: Path, repeats: int) -> list[float]:
    """Return how many seconds each start of a local AWS took, until it answered."""
    taken = []
    for number in range(repeats):
        begin = time.monotonic()
        with local_aws(folder / f"start-{number}"):
            taken.append(time.monotonic() - begin)
    return taken


@contextmanager
def local_aws(folder: Path) -> Iterator[LocalAws]:
    """Start a local AWS of the bench's own in ``folder``."""
    settings = Settings.from_environment({}, ROOT, free_port(), folder)
    running = server.start(settings, owner=os.getpid())
    try:
        log = settings.state_dir / "server.log"
        yield LocalAws(Aws(running.endpoint_url), log, psutil.Process(running.pid))
    finally:
        server.stop(settings)
