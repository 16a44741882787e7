"""One local AWS for the tests of this folder that need no settings of their own."""

from collections.abc import Iterator

import pytest

from tests.integration.local_aws.own_server import OwnServer, own_server

IDLE_SECONDS = 5


@pytest.fixture(scope="session")
def local_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServer]:
    """A local AWS that gives idle Lambda environments up after a few seconds."""
    folder = tmp_path_factory.mktemp("local_aws")
    with own_server(folder, LOCAL_AWS_LAMBDA_IDLE_SECONDS=str(IDLE_SECONDS)) as server:
        yield server
