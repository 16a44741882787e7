"""Settings that all tests share."""

import os

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes says more of what else the machine does than of the code. A commit's
# tests give one answer, whenever they run; `pytest --hypothesis-profile explore` looks for more.
settings.register_profile(
    "any machine",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "explore", settings.get_profile("any machine"), derandomize=False, max_examples=2_000
)
settings.load_profile("any machine")

# Tests' jobs are tiny: a quarter of their processor time is Java's compiler getting ready for more.
os.environ.setdefault("LOCAL_AWS_SPARK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1")

_SHOWN_BYTES = 20


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Name long bytes by their argument: gzip writes the time into its header (from 20 bytes on),
    and processes that collect in different seconds would not agree about the tests' names."""
    return argname if isinstance(val, bytes) and len(val) >= _SHOWN_BYTES else None
