"""A fake AWS in this process for the functions' clients, and Lambda's context."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.unit.mocked_aws import every_service


@dataclass(frozen=True)
class Context:
    """What the functions' decorators read of Lambda's context."""

    function_name: str = "function-under-test"
    memory_limit_in_mb: int = 256
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:under-test"
    aws_request_id: str = "6f4ea9c8-0000-4000-8000-000000000000"

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return 60_000


@pytest.fixture
def context() -> Context:
    return Context()


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "tests")
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with every_service(reset_boto3_session=False):
        yield
