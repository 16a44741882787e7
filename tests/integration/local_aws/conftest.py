"""One local AWS for the tests of this folder that need no settings of their own."""

from collections.abc import Iterator

import pytest

from tests.integration.local_aws.own_server import OwnServer, own_server

IDLE_SECONDS = 5


@pytest.fixture(scope="session")
def local_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServer]:
    """A local AWS that soon gives idle Lambda environments up, and soon retries deliveries."""
    settings = {
        "LOCAL_AWS_LAMBDA_IDLE_SECONDS": str(IDLE_SECONDS),
        "LOCAL_AWS_EVENTS_RETRY_SECONDS": "0.1",
    }
    with own_server(tmp_path_factory.mktemp("local_aws"), **settings) as server:
        yield server
