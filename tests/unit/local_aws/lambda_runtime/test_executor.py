import functools
import socket
from pathlib import Path
from types import SimpleNamespace

import pytest
from localstack import config
from localstack.services.lambda_.invocation.runtime_executor import (
    LambdaRuntimeException,
    get_runtime_executor,
)

from local_aws.environment import server_environment
from local_aws.lambda_runtime.executor import ProcessRuntimeExecutor
from local_aws.lambda_runtime.runtime_api import RuntimeApi
from local_aws.settings import Settings


def test_the_servers_setting_chooses_our_executor(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """LocalStack takes Docker for a name that it does not know, with no more than a warning."""
    environment = server_environment(Settings(4600, tmp_path, tmp_path), {})
    monkeypatch.setattr(config, "LAMBDA_RUNTIME_EXECUTOR", environment["LAMBDA_RUNTIME_EXECUTOR"])
    assert get_runtime_executor() is ProcessRuntimeExecutor


@pytest.mark.parametrize("runtime", ["nodejs22.x", "java21", "provided.al2023", None])
def test_other_runtimes_are_refused_with_what_is_supported(runtime: str | None) -> None:
    version = SimpleNamespace(config=SimpleNamespace(runtime=runtime))
    with pytest.raises(LambdaRuntimeException, match=r"executes python3\.13"):
        ProcessRuntimeExecutor.prepare_version(version)


def test_a_closed_runtime_api_listens_no_more() -> None:
    api = RuntimeApi()
    host, port = api.address.split(":")
    connect = functools.partial(socket.create_connection, (host, int(port)), timeout=5)
    connect().close()
    api.close()
    with pytest.raises(OSError, match="refused"):
        connect()
