"""One pipeline under fault for all tests of this folder, and the table of what became of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.world import World, deploy, local_aws
from tests.integration.conftest import packages  # noqa: F401 - a fixture


@pytest.fixture(scope="session")
def world(packages: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:  # noqa: F811
    """A deployed pipeline, all of whose inner calls pass the proxy."""
    state: Path = tmp_path_factory.mktemp("faults")
    with local_aws(state / "aws") as (aws, proxy):
        yield deploy(aws, proxy, state)
