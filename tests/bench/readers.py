"""Ways to read a whole file and learn its rows and columns; a process runs one of them.

``python -m tests.bench.readers <reader> <form> <path>``; prints ``seconds``, ``peak_mb`` and the
number of rows. The libraries are those of the bench's own environment.
"""

import csv
import io
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

Reader = Callable[[str, Path], Callable[[], int]]
"""Imports what it needs for a form and returns what reads the file and counts its rows."""


def ours(form: str, path: Path) -> Callable[[], int]:
    from functions.common.limits import Limits
    from functions.common.objects import ObjectVersion
    from functions.validate_file.settings import Settings
    from functions.validate_file.validation import validate

    suffix = {"csv": "csv", "json_lines": "jsonl", "json_array": "json"}[form]
    item = ObjectVersion("bench", f"orders/orders.{suffix}")

    def read() -> int:
        verdict = validate(item, lambda: LocalFile(path), Settings("processed", Limits()))
        assert verdict.reason is None, verdict.reason
        return int(verdict.row_count or 0)

    return read


class LocalFile:
    """A file where S3's object would be."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.size = path.stat().st_size

    def open(self) -> Any:
        return self._path.open("rb", buffering=0)

    def read_range(self, start: int, length: int) -> bytes:
        with self._path.open("rb") as file:
            file.seek(start)
            return file.read(length)


def plain(form: str, path: Path) -> Callable[[], int]:
    """Everything in memory, as a function that nobody thought about much does it."""

    def read() -> int:
        text = path.read_bytes().decode("utf-8")
        if form == "csv":
            rows = csv.reader(io.StringIO(text))
            width = len(next(rows))
            return sum(1 for row in rows if len(row) == width)
        if form == "json_array":
            return len(json.loads(text))
        return len([json.loads(line) for line in text.splitlines()])

    return read


def pandas(form: str, path: Path) -> Callable[[], int]:
    import pandas as pd

    if form == "csv":
        return lambda: len(pd.read_csv(path))
    return lambda: len(pd.read_json(path, lines=form == "json_lines"))


def polars(form: str, path: Path) -> Callable[[], int]:
    import polars as pl

    read = {"csv": pl.read_csv, "json_lines": pl.read_ndjson, "json_array": pl.read_json}[form]
    return lambda: int(read(path).height)


def pyarrow(form: str, path: Path) -> Callable[[], int]:
    import pyarrow as pa
    from pyarrow import csv as arrow_csv
    from pyarrow import json as arrow_json

    pa.set_cpu_count(1)
    if form == "csv":
        return lambda: int(arrow_csv.read_csv(path).num_rows)
    if form == "json_lines":
        return lambda: int(arrow_json.read_json(path).num_rows)
    raise SystemExit("pyarrow reads no JSON arrays")


def duckdb(form: str, path: Path) -> Callable[[], int]:
    import duckdb as engine

    function = "read_csv" if form == "csv" else "read_json"
    database = engine.connect(config={"threads": 1})

    def read() -> int:
        # All columns, as into a table; a mere count would not look at them.
        database.execute(f"CREATE TABLE t AS SELECT * FROM {function}('{path}')")
        found = database.execute("SELECT count(*) FROM t").fetchone()
        assert found
        return int(found[0])

    return read


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb", buffering=0) as file:
        while chunk := file.read(256 * 1024):
            yield chunk


def raw_read(_form: str, path: Path) -> Callable[[], int]:
    """The limit: the bytes, not looked at."""
    return lambda: sum(0 for _ in _chunks(path))


def newline_count(_form: str, path: Path) -> Callable[[], int]:
    """The limit of anything that looks at each byte once."""
    return lambda: sum(chunk.count(b"\n") for chunk in _chunks(path))


READERS: Mapping[str, Reader] = {
    reader.__name__: reader
    for reader in (ours, plain, pandas, polars, pyarrow, duckdb, raw_read, newline_count)
}


def peak_mb() -> float:
    """Return the most memory this process has held. Linux only: getrusage tells the parent's."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def main(name: str, form: str, path: str) -> None:
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    read = READERS[name](form, Path(path))
    before = peak_mb()
    begin = time.perf_counter()
    rows = read()
    seconds = time.perf_counter() - begin
    found = {"rows": rows, "imports_mb": round(before, 1)}
    print(json.dumps({"seconds": seconds, "peak_mb": peak_mb(), "found": found}))


if __name__ == "__main__":
    # Polars counts the cores when it is imported.
    os.environ["POLARS_MAX_THREADS"] = "1"
    main(*sys.argv[1:])
