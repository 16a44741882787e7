"""One local AWS and one deployed pipeline for all integration tests of the pipeline.

``AWS_ENDPOINT_URL`` names another LocalStack-compatible endpoint to run against.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from local_aws import server
from local_aws.call_log import SETTING as CALL_LOG
from local_aws.settings import Settings
from tests.integration.pipeline import Pipeline
from tests.integration.terraform import Terraform
from tests.ports import free_port
from tools.aws import Aws
from tools.deployment import Deployment
from tools.inbox import Inbox
from tools.package import host_architecture

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
ARCHITECTURE = host_architecture()

STYLES = {"pipeline": "sync", "polling_pipeline": "polling", "auto_pipeline": "auto"}
"""The fixtures that hand out a pipeline, and how that one waits for its jobs, which are Glue's;
the one named auto lets a function process small files."""

ENCRYPTED = {"polling"}
"""The styles that are deployed with a key of their own, so that no test needs one more pipeline."""


LONGEST = {"test_infrastructure", "test_raw_to_curated"}


@dataclass(frozen=True)
class Deployed:
    """A pipeline, the Terraform that made it, and what all its names begin with."""

    pipeline: Pipeline
    terraform: Terraform
    prefix: str

    def remove(self) -> None:
        """Remove the pipeline, and the queues with which tests listened to it."""
        self.terraform.destroy()
        sqs = self.pipeline.aws.sqs
        for queue in sqs.list_queues(QueueNamePrefix=self.prefix).get("QueueUrls", []):
            sqs.delete_queue(QueueUrl=queue)


# First, for xdist reads the groups in a hook of the same name.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Group the tests for ``pytest -n 4 --dist loadgroup``: most of their time is waiting.

    What shares a deployed pipeline stays in one process, and so do unit tests that share a Spark;
    of the rest, each file. What takes long begins first, or it would be all that is left in the
    end: the shared pipelines, Spark's unit tests, and what applies Terraform; other unit tests fill
    what is left of the processor. For that xdist has to keep the order
    (``--no-loadscope-reorder``).
    """
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item)))
    items.sort(key=_rank)


def _group(item: pytest.Item) -> str:
    if "deployments" in _fixtures(item):
        return "pipeline"
    return "spark" if _starts_spark(item) else item.path.stem


def _starts_spark(item: pytest.Item) -> bool:
    """Whether it is a unit test with a Spark in its own process; others let a job start one."""
    return item.get_closest_marker("spark") is not None and not item.path.is_relative_to(HERE)


def _rank(item: pytest.Item) -> tuple[bool, ...]:
    stem = item.path.stem
    return (
        # What judges the calls of all other tests comes after them, and its group before others.
        "deployments" not in _fixtures(item),
        stem == "test_recorded_calls",
        stem not in LONGEST and not _starts_spark(item),
        not item.path.is_relative_to(HERE),
        item.path.parent.name == "local_aws" and not stem.endswith("terraform"),
    )


def pytest_collection_finish(session: pytest.Session) -> None:
    """Make sure that xdist has seen the groups, or each process would deploy everything.

    It writes them into the tests' names, which not every version of pytest lets it do.
    """
    grouped = session.config.getvalue("loadgroup") if _is_worker(session.config) else False
    if grouped and not all("@" in item.nodeid for item in session.items):
        raise pytest.UsageError("pytest-xdist ignores groups. Run `make setup` for other versions.")


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


@pytest.fixture(scope="session")
def call_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file in which the local AWS of these tests records the calls that it answers."""
    return tmp_path_factory.mktemp("call_log") / "calls.jsonl"


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory, call_log: Path) -> Iterator[Aws]:
    """Clients of the endpoint AWS_ENDPOINT_URL, else of a local AWS made for these tests."""
    if given := os.environ.get("AWS_ENDPOINT_URL"):
        yield Aws(given)
        return
    state = tmp_path_factory.mktemp("local_aws")
    settings = Settings.from_environment(os.environ, ROOT, free_port(), state)
    running = server.start(settings, {**os.environ, CALL_LOG: str(call_log)}, owner=os.getpid())
    try:
        yield Aws(running.endpoint_url)
    finally:
        server.stop(settings)


@pytest.fixture(scope="session")
def packages() -> None:
    """Build the zips; at once done if nothing has changed."""
    subprocess.run([sys.executable, "-m", "tools.package"], cwd=ROOT, check=True)


@pytest.fixture(scope="session")
def deployments(
    aws: Aws,
    packages: None,
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> Iterator[Mapping[str, Future[Deployed]]]:
    """The styles of the pipeline that this session's tests need, applied side by side.

    Terraform mostly waits: five seconds between looks at a queue, six looks long.
    """
    wanted = {name for item in request.session.items for name in _fixtures(item)} & STYLES.keys()
    with ThreadPoolExecutor(len(STYLES)) as pool:
        futures = {
            name: pool.submit(_deploy, aws, STYLES[name], tmp_path_factory.mktemp(name))
            for name in wanted
        }
        yield futures
    # A local AWS of our own ends with the session, and what is in it with it.
    if os.environ.get("AWS_ENDPOINT_URL"):
        for future in futures.values():
            future.result().remove()


@pytest.fixture(scope="session")
def pipeline(deployments: Mapping[str, Future[Deployed]]) -> Pipeline:
    """The pipeline that waits for its jobs by .sync."""
    return deployments["pipeline"].result().pipeline


@pytest.fixture(scope="session")
def polling_pipeline(deployments: Mapping[str, Future[Deployed]]) -> Pipeline:
    """A second pipeline beside the first: it polls its jobs, and has a key of its own."""
    return deployments["polling_pipeline"].result().pipeline


@pytest.fixture(scope="session")
def auto_pipeline(deployments: Mapping[str, Future[Deployed]]) -> Pipeline:
    """A third one, whose small files a Lambda function processes."""
    return deployments["auto_pipeline"].result().pipeline


def _deploy(aws: Aws, style: str, state: Path) -> Deployed:
    """Apply envs/local under names of its own."""
    prefix = f"t{uuid4().hex[:5]}-"
    terraform = Terraform(
        ROOT / "envs/local",
        {
            "endpoint_url": aws.endpoint_url,
            "architecture": ARCHITECTURE,
            "name_prefix": prefix,
            "orchestration": "sync" if style == "auto" else style,
            "engine": "auto" if style == "auto" else "glue",
            **({"encryption_key_alias": f"{prefix}pipeline"} if style in ENCRYPTED else {}),
        },
        state,
    )
    terraform.init()
    terraform.apply()
    deployment = Deployment.from_outputs(terraform.outputs())
    inbox = Inbox.subscribe(aws, deployment.topic_arn, "inbox")
    return Deployed(Pipeline(aws, deployment, inbox), terraform, prefix)


def _fixtures(item: pytest.Item) -> Sequence[str]:
    return item.fixturenames if isinstance(item, pytest.Function) else ()
