"""The function with buckets of its own."""

from collections.abc import Iterator

import pytest

from tests.unit.functions.process_file.engine import Lambda, empty_lambda


@pytest.fixture
def engine(aws: None) -> Iterator[Lambda]:
    with empty_lambda() as function:
        yield function
