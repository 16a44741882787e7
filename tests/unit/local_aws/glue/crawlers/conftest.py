from collections.abc import Iterator

import pytest
from moto import mock_aws

from tests.unit.local_aws.glue.crawlers.world import CrawlerWorld, MotoClients

# LocalStack's edition of moto mocks only what LocalStack uses, unless told otherwise.
EVERY_SERVICE = {
    "core": {"mock_credentials": True, "reset_boto3_session": True, "service_whitelist": None}
}


@pytest.fixture(scope="session")
def clients() -> MotoClients:
    return MotoClients()


@pytest.fixture
def world(clients: MotoClients) -> Iterator[CrawlerWorld]:
    with mock_aws(config=EVERY_SERVICE):
        world = CrawlerWorld(clients)
        yield world
        world.crawlers.close()
