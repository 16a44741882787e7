"""The faults, each with the promise that it puts to the test.

One module per part of the way that a file takes; ``registry`` holds them together.
"""

from tests.faults.matrix import (  # noqa: F401 - each registers its faults
    arrival,
    chance,
    content,
    express,
    flaky,
    functions,
    jobs,
    maps,
    operation,
    publishing,
    telling,
)
from tests.faults.matrix.registry import FAULTS

__all__ = ["FAULTS"]
