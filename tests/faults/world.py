"""A local AWS with a pipeline in it, and a proxy through which all its inner calls go."""

import os
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from local_aws import server
from local_aws.settings import Settings
from tests.faults.oracle.evidence import Evidence
from tests.faults.oracle.quiet import Quiet
from tests.faults.oracle.reading import Places, Reader
from tests.faults.proxy.server import Proxy
from tests.integration.conftest import ARCHITECTURE, ROOT
from tests.integration.terraform import Terraform
from tests.ports import free_port
from tools.aws import Aws
from tools.deployment import Deployment
from tools.express_executions import ExpressExecutions
from tools.inbox import Inbox
from tools.trigger import Trigger

PREFIXES = {"sync": "faults-", "express": "quick-"}
"""What the names of a style's pipeline begin with."""

FUNCTION_SECONDS = 15
"""How long a function may take, so that its timeout is soon there."""

UNHURRIED = {"process_file", "quarantine_file"}
"""Functions whose work takes its time: to load an engine, to copy a file of a gigabyte."""

WAITING = {"trigger_pipeline", "sweep_source"}
"""Functions that wait for the ends of an Express workflow's executions."""

SETTINGS = {
    "sweep_source": {"MIN_AGE_SECONDS": "1"},
    "trigger_pipeline": {"RETRY_SECONDS": "1"},
}
"""From which age on the sweep takes an object for missed, how soon a failed run is run again."""

VISIBILITY_SECONDS = {"sync": 10, "express": 30}
"""After which an event that failed is tried again; six times the timeout in earnest. A message
that waits for an Express execution is not to come back before its end."""


@dataclass(frozen=True)
class LocalAws:
    """A local AWS whose services, functions and jobs call one another through a proxy.

    ``aws`` goes past the proxy: what a test looks at is never faulty.
    """

    settings: Settings
    proxy: Proxy

    @property
    def aws(self) -> Aws:
        return Aws(self.settings.endpoint_url)

    def start(self) -> int:
        """Start it; return the process id of its supervisor."""
        through = {"LOCAL_AWS_INTERNAL_ENDPOINT_URL": self.proxy.endpoint_url}
        environment = {**os.environ, **through}
        return server.start(self.settings, environment, owner=os.getpid()).pid


@contextmanager
def local_aws(state: Path) -> Iterator[LocalAws]:
    """Start a local AWS behind a proxy, and stop both in the end."""
    port = free_port()
    settings = Settings.from_environment(os.environ, state, port, state)
    with Proxy(f"http://127.0.0.1:{port}") as proxy:
        made = LocalAws(settings, proxy)
        made.start()
        try:
            yield made
        finally:
            server.stop(settings)


@dataclass
class Watch:
    """Hands out evidence to many at once: each look serves all who asked before it began."""

    reader: Reader
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _begun: float = 0.0
    _seen: Evidence = field(default_factory=Evidence)

    def evidence(self) -> Evidence:
        """Return evidence that was gathered after the call."""
        asked = time.monotonic()
        with self._lock:
            if self._begun < asked:
                begun = time.monotonic()
                self._seen, self._begun = self.reader.evidence(), begun
            return self._seen

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Look at nothing meanwhile."""
        with self._lock:
            yield


@dataclass(frozen=True)
class World:
    """Everything that a fault test needs. ``names`` maps a function's folder to its name."""

    aws: Aws
    proxy: Proxy
    deployment: Deployment
    watch: Watch
    quiet: Quiet

    @property
    def names(self) -> Mapping[str, str]:
        return self.deployment.function_names


class Worlds:
    """A pipeline of each style that is asked for, in one local AWS; applied as soon as it is."""

    def __init__(self, running: LocalAws, state: Path) -> None:
        self._running = running
        self._state = state
        self._applying = ThreadPoolExecutor(len(PREFIXES), "apply")
        self._made: dict[str, Future[World]] = {}

    def ask(self, style: str) -> Future[World]:
        """Return the pipeline of a style, when it is there."""
        if style not in self._made:
            proxy, state = self._running.proxy, self._state / style
            state.mkdir()
            self._made[style] = self._applying.submit(
                deploy, self._running.aws, proxy, state, style
            )
        return self._made[style]

    @property
    def made(self) -> Iterator[World]:
        """All that were asked for."""
        return (world.result() for world in self._made.values())

    def close(self) -> None:
        """Wait for what is being applied: the local AWS must not stop meanwhile."""
        self._applying.shutdown()


def deploy(aws: Aws, proxy: Proxy, state: Path, style: str) -> World:
    """Apply a pipeline of a style, ``sync`` or ``express``, with short waits."""
    terraform = Terraform(
        ROOT / "tests/faults/root",
        {
            "endpoint_url": str(aws.endpoint_url),
            "name_prefix": PREFIXES[style],
            "style": style,
            "architecture": ARCHITECTURE,
        },
        state,
    )
    terraform.init()
    terraform.apply()
    deployment = Deployment.from_outputs(terraform.outputs()["pipeline"])
    _hurry(aws, deployment, style)
    places = Places(
        deployment.source_bucket,
        deployment.processed_bucket,
        deployment.state_machine_arn,
        deployment.claims_table,
        deployment.dead_letter_queue_urls,
    )
    inbox = Inbox.subscribe(aws, deployment.topic_arn, "oracle")
    express = ExpressExecutions(aws, Trigger(aws, deployment)) if style == "express" else None
    reader = Reader(aws, places, inbox, express)
    return World(
        aws, proxy, deployment, Watch(reader), Quiet(reader, (deployment.trigger_queue_url,))
    )


def _hurry(aws: Aws, deployment: Deployment, style: str) -> None:
    """Shorten the timeouts that have no variable, because nobody needs them short but tests."""
    unhurried = UNHURRIED | (WAITING if style == "express" else set())
    for folder, name in deployment.function_names.items():
        configuration = aws.functions.get_function_configuration(FunctionName=name)
        variables = configuration["Environment"]["Variables"] | SETTINGS.get(folder, {})
        aws.functions.update_function_configuration(
            FunctionName=name,
            Timeout=configuration["Timeout"] if folder in unhurried else FUNCTION_SECONDS,
            Environment={"Variables": variables},
        )
    aws.sqs.set_queue_attributes(
        QueueUrl=deployment.trigger_queue_url,
        Attributes={"VisibilityTimeout": str(VISIBILITY_SECONDS[style])},
    )
