"""A local AWS for one test module, for modules that need settings of their own."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from local_aws import server
from local_aws.settings import Settings
from tests.ports import free_port

REGION = "eu-central-1"


@dataclass(frozen=True)
class OwnServer:
    """A running local AWS."""

    endpoint_url: str
    state_dir: Path

    def client(self, service: str, config: Config | None = None) -> Any:
        """Return a boto3 client of ``service``."""
        make: Callable[..., Any] = boto3.Session("test", "test", region_name=REGION).client
        return make(service, endpoint_url=self.endpoint_url, config=config)


@contextmanager
def own_server(state_dir: Path, **environment: str) -> Iterator[OwnServer]:
    """Start a local AWS on a free port, and stop it in the end."""
    settings = Settings.from_environment(os.environ, state_dir, free_port(), state_dir)
    running = server.start(settings, {**os.environ, **environment}, owner=os.getpid())
    try:
        yield OwnServer(running.endpoint_url, state_dir)
    finally:
        server.stop(settings)
