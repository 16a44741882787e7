"""The files that are measured: the same bytes on every machine."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

MB = 1_000_000
_ROWS_PER_BLOCK = 8_000
COLUMNS = {
    "id": "bigint",
    "customer": "string",
    "city": "string",
    "amount": "double",
    "paid": "boolean",
    "ordered_at": "timestamp",
}
"""The columns of a file, with the types that validation finds."""

_CITIES = ("Chicago", "San Francisco", "Zürich", "New York", "São Paulo", "Łódź")


def make(folder: Path, form: str, megabytes: int) -> Path:
    """Return a file of about that size; ``form`` is ``csv``, ``json_lines`` or ``json_array``.

    Orders: whole numbers, texts, amounts, a flag and a time. A block of rows is repeated, with
    other numbers in front, until the size is there.
    """
    path = folder / f"orders-{megabytes}.{form}"
    if not path.exists():
        partial = path.with_suffix(".partial")
        with partial.open("wb") as file:
            for piece in _pieces(form, megabytes * MB):
                file.write(piece)
        partial.rename(path)
    return path


def _pieces(form: str, size: int) -> Iterator[bytes]:
    head, row, between, tail = {
        "csv": (b"id,customer,city,amount,paid,ordered_at\n", _CSV, b"", b""),
        "json_lines": (b"", _JSON + "\n", b"", b""),
        "json_array": (b"[", _JSON, b",\n", b"]\n"),
    }[form]
    yield head
    written, first = len(head), 1
    while written < size:
        block = between.join(row_text.encode() for row_text in _rows(row, first))
        if form == "json_array" and first > 1:
            block = between + block
        yield block
        written += len(block)
        first += _ROWS_PER_BLOCK
    yield tail


_CSV = "{id},customer {customer},{city},{amount},{paid},{time}\n"
_JSON = (
    '{{"id": {id}, "customer": "customer {customer}", "city": "{city}", "amount": {amount}, '
    '"paid": {paid}, "ordered_at": "{time}"}}'
)


def _rows(row: str, first: int) -> Iterator[str]:
    chance = random.Random(first)
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    for number in range(first, first + _ROWS_PER_BLOCK):
        yield row.format(
            id=number,
            customer=chance.randrange(100_000),
            city=_CITIES[chance.randrange(len(_CITIES))],
            amount=chance.randrange(1, 1_000_000) / 100,
            paid=("true", "false")[chance.randrange(2)],
            time=(begin + timedelta(seconds=chance.randrange(31_536_000))).strftime(
                "%Y-%m-%dT%H:%M:%S"
            ),
        )
