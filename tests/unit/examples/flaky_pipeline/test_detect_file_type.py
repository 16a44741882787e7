"""By which extension examples/flaky_pipeline takes a file for what."""

import pytest
from detect_file_type.handler import handler


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("people.csv", "csv"),
        ("2026/11/people.JSON", "json"),
        ("my people.v2.csv", "csv"),
        ("people.csv.txt", "unknown"),
        ("folder.csv/people", "unknown"),
        ("people", "unknown"),
        (".csv", "unknown"),
        ("folder/", "unknown"),
    ],
)
def test_the_last_extension_decides(key: str, expected: str) -> None:
    assert handler({"key": key}, None) == {"file_type": expected}
