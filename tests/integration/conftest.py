"""One local AWS and one deployed pipeline for all integration tests of the pipeline.

``AWS_ENDPOINT_URL`` names another LocalStack-compatible endpoint to run against.
"""

import os
import platform
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from local_aws import server
from local_aws.settings import Settings
from tests.integration.pipeline import Pipeline
from tools.aws import Aws
from tools.deployment import Deployment
from tools.inbox import Inbox

ROOT = Path(__file__).parents[2]
ARCHITECTURE = "arm64" if platform.machine() in ("arm64", "aarch64") else "x86_64"

Deploy = Callable[..., AbstractContextManager[Pipeline]]


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    """Clients of the endpoint AWS_ENDPOINT_URL, else of a local AWS made for these tests."""
    if given := os.environ.get("AWS_ENDPOINT_URL"):
        yield Aws(given)
        return
    state = tmp_path_factory.mktemp("local_aws")
    settings = Settings.from_environment(os.environ, ROOT, _free_port(), state)
    running = server.start(settings)
    try:
        yield Aws(running.endpoint_url)
    finally:
        server.stop(settings)


@pytest.fixture(scope="session")
def packages() -> None:
    """Build the zips; at once done if nothing has changed."""
    subprocess.run([sys.executable, "-m", "tools.package"], cwd=ROOT, check=True)


@pytest.fixture(scope="session")
def deploy(aws: Aws, packages: None, tmp_path_factory: pytest.TempPathFactory) -> Deploy:
    """Applies envs/local with given variables, under names of its own; removes it in the end."""

    from tests.integration.terraform import Terraform

    @contextmanager
    def deployed(**variables: str) -> Iterator[Pipeline]:
        prefix = f"t{uuid4().hex[:5]}-"
        terraform = Terraform(
            ROOT / "envs/local",
            {
                "endpoint_url": str(aws.endpoint_url),
                "architecture": ARCHITECTURE,
                "name_prefix": prefix,
                **variables,
            },
            tmp_path_factory.mktemp("terraform"),
        )
        terraform.init()
        terraform.apply()
        try:
            deployment = Deployment.from_outputs(terraform.outputs())
            inbox = Inbox.subscribe(aws, deployment.topic_arn, f"{prefix}inbox")
            yield Pipeline(aws, deployment, inbox)
        finally:
            # A local AWS of our own ends with the session, and what is in it with it.
            if os.environ.get("AWS_ENDPOINT_URL"):
                terraform.destroy()

    return deployed


@pytest.fixture(scope="session")
def pipeline(deploy: Deploy) -> Iterator[Pipeline]:
    """The pipeline that waits for its jobs by .sync."""
    with deploy(orchestration="sync") as deployed:
        yield deployed


@pytest.fixture(scope="session")
def polling_pipeline(deploy: Deploy) -> Iterator[Pipeline]:
    """A second pipeline beside the first, which waits for its jobs by polling."""
    with deploy(orchestration="polling") as deployed:
        yield deployed


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
