"""The number of workers that a job gets for a file."""

import pytest

from functions.common.errors import MissingSettingError
from functions.validate_file.settings import Settings
from functions.validate_file.workers import Workers

GIB = 1024**3


@pytest.mark.parametrize(
    ("size", "is_gzip", "expected"),
    [
        (1, False, 2),
        (GIB, False, 2),
        (GIB + 1, False, 3),
        (3 * GIB, False, 4),
        (100 * GIB, False, 6),
        (GIB // 8, True, 2),
        (GIB // 2, True, 5),
    ],
)
def test_a_worker_for_so_many_bytes_and_a_driver(size: int, is_gzip: bool, expected: int) -> None:
    assert Workers(least=2, most=6, bytes_per_worker=GIB).for_size(size, is_gzip) == expected


def test_the_operator_sets_the_bounds() -> None:
    environment = {"PROCESSED_BUCKET": "b", "MIN_WORKERS": "3", "MAX_WORKERS": "40"}
    assert Settings.from_environment(environment | {"BYTES_PER_WORKER": "5"}).workers == Workers(
        least=3, most=40, bytes_per_worker=5
    )
    with pytest.raises(MissingSettingError, match="MAX_WORKERS is 'many'"):
        Settings.from_environment(environment | {"MAX_WORKERS": "many"})
