"""A CSV file large enough for the quick way, through the deployed pipeline."""

import pyarrow.compute as pc
import pytest

from tests.integration.pipeline import Pipeline
from tools.executions import Upload

ROWS = 360_000
"""Of 100 bytes: more than the 32 MiB from which on the job lets Arrow read."""


def large(odd: str | None = None) -> bytes:
    """Return the file; ``odd`` is the price in a row that validation's sample does not hold."""
    text = "x" * 80
    rows = [f"{n},{n / 4},{text}\n" for n in range(1_000_000, 1_000_000 + ROWS)]
    if odd is not None:
        rows[ODD] = f"1,{odd},{text}\n"
    return ("id,price,text\n" + "".join(rows)).encode()


ODD = 312_345


@pytest.fixture(scope="module")
def uploads(pipeline: Pipeline) -> dict[str, Upload]:
    return {
        "good": pipeline.upload("large/good.csv", large()),
        "bad": pipeline.upload("large/bad.csv", large("n/a")),
    }


def test_arrow_writes_a_large_file(pipeline: Pipeline, uploads: dict[str, Upload]) -> None:
    ended = pipeline.ended(uploads["good"])
    assert ended.outcome.kind == "SUCCESS", ended
    assert ended.outcome.rows == ROWS
    names = [key.rpartition("/")[2] for _, key in pipeline.published(ended.outcome.manifest_uri)]
    assert names
    assert all(name.startswith("arrow-") for name in names), names
    table = pipeline.table(ended.outcome.manifest_uri)
    assert table.num_rows == ROWS
    assert pc.count_distinct(table["id"]).as_py() == ROWS
    assert pc.sum(table["price"]).as_py() == pc.sum(table["id"]).as_py() / 4


def test_spark_tells_what_contradicts_in_a_large_file(
    pipeline: Pipeline, uploads: dict[str, Upload]
) -> None:
    ended = pipeline.ended(uploads["bad"])
    assert ended.outcome.kind == "FAILURE", ended
    note = pipeline.notification(ended)
    assert f"row {ODD + 1} (line {ODD + 2})" in note.body
    assert "Column price: 'n/a' is no double. Record begins: 1, n/a, xxx" in note.body
