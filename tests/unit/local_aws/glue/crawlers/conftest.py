from collections.abc import Iterator

import pytest

from tests.unit.local_aws.glue.crawlers.world import CrawlerWorld, MotoClients
from tests.unit.mocked_aws import every_service


@pytest.fixture(scope="session")
def clients() -> MotoClients:
    return MotoClients()


@pytest.fixture
def world(clients: MotoClients) -> Iterator[CrawlerWorld]:
    with every_service():
        world = CrawlerWorld(clients)
        yield world
        world.crawlers.close()
