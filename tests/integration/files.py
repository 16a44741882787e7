"""Files that tests upload."""

import gzip
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from functions.validate_file.sampling import Sampler

SAMPLES = Path(__file__).parents[2] / "examples/samples"
CSV = (SAMPLES / "people.csv").read_bytes()
JSON = (SAMPLES / "people.json").read_bytes()
BROKEN_CSV = (SAMPLES / "people-broken.csv").read_bytes()
PEOPLE: list[dict[str, Any]] = json.loads(JSON)


def json_lines(records: list[dict[str, Any]]) -> bytes:
    return "".join(f"{json.dumps(record)}\n" for record in records).encode()


def parquet(table: pa.Table) -> bytes:
    body = io.BytesIO()
    pq.write_table(table, body)
    return body.getvalue()


@dataclass(frozen=True)
class Contradicted:
    """A CSV file whose sample says bigint, and one later row does not."""

    body: bytes
    bad_row: int


def contradicted_csv(rows: int = 3_000) -> Contradicted:
    """Make one whose bad row is among those that validation does not look at for types."""
    sampled = set(Sampler().take_from(0, rows))
    bad_row = next(index for index in range(rows - 200, rows) if index not in sampled)
    lines = [f"{index},{'02134' if index == bad_row else 10_001}" for index in range(rows)]
    return Contradicted(("id,zip\n" + "\n".join(lines) + "\n").encode(), bad_row)


@dataclass(frozen=True)
class Invalid:
    """An invalid file: its key's last part, its content, and the reason's code, line and column."""

    name: str
    body: bytes
    code: str
    line: int | None = None
    column: int | None = None


_GZIPPED = gzip.compress(CSV * 200)
_DEEP = b'{"a":' * 100_000 + b"1" + b"}" * 100_000
# Spark has no type for a time without a day.
_TIME_OF_DAY = pa.table({"at": pa.array([0], pa.time64("us"))})
_WIDE = json.dumps([{f"key_{number}": 1 for number in range(5_000)}]).encode()

INVALID = (
    Invalid("empty.csv", b"", "EMPTY"),
    Invalid("header-only.csv", b"id,name\n", "HEADER_ONLY"),
    Invalid("ragged.csv", BROKEN_CSV, "RAGGED_ROW", 4),
    Invalid("no-records.json", b"[]", "NO_RECORDS", 1),
    Invalid("no-fields.json", b"{}", "NO_FIELDS"),
    Invalid("after-quote.csv", b'id,name\n1,"John" Doe\n', "TEXT_AFTER_QUOTE", 2),
    Invalid("old-mac.csv", b"id,name\r1,John\r", "LINE_ENDINGS"),
    Invalid("nameless.csv", b"id,\n1,2\n", "EMPTY_COLUMN_NAME", 1),
    Invalid("wide.json", _WIDE, "TOO_MANY_COLUMNS"),
    Invalid("deep.jsonl", b'{"id": 1}\n' + _DEEP + b"\n", "TOO_DEEPLY_NESTED", 2),
    Invalid("long.jsonl", b'{"a": "' + b"x" * 5_000_000 + b'"}', "RECORD_TOO_LARGE", 1),
    Invalid("unclosed.csv", b'id,name\n1,"John\n2,Jane\n', "UNCLOSED_QUOTE", 2),
    Invalid("latin1.csv", "id,name\n1,Jürgen\n".encode("latin-1"), "WRONG_ENCODING", 2),
    Invalid("utf16.csv", "id,name\n1,John\n".encode("utf-16"), "WRONG_ENCODING"),
    Invalid("nul.csv", b"id,name\n1,Jo\x00hn\n", "NUL_BYTE", 2),
    Invalid("doubled.csv", b"id,ID\n1,2\n", "DUPLICATE_COLUMN", 1),
    Invalid("reserved.csv", b"id,processing_date\n1,2\n", "RESERVED_COLUMN", 1),
    Invalid("broken.json", b'[{"id": 1}, {"id": }]', "INVALID_JSON", 1),
    Invalid("broken.jsonl", b'{"id": 1}\n{"id": \n', "INVALID_JSON", 2),
    Invalid("garbage.json", b'[{"id": 1}] and more', "TRAILING_GARBAGE", 1),
    Invalid("scalars.json", b"[1, 2]", "RECORD_NOT_OBJECT", 1),
    Invalid("cut.parquet", parquet(pa.table({"id": [1]}))[:-9] + b"PAR1", "INVALID_PARQUET"),
    Invalid("time-of-day.parquet", parquet(_TIME_OF_DAY), "UNSUPPORTED_COLUMN_TYPE"),
    Invalid("cut.csv.gz", _GZIPPED[:-20], "GZIP_TRUNCATED"),
    Invalid("corrupt.csv.gz", _GZIPPED[:40] + b"\xff" * 20 + _GZIPPED[60:], "GZIP_CORRUPT"),
    Invalid("bomb.csv.gz", gzip.compress(b"id,a\n" + b"1,1\n" * 30_000_000, 9), "GZIP_BOMB"),
    Invalid("archive.csv", b"PK\x03\x04" + b"\x00" * 60, "UNSUPPORTED_TYPE"),
)
"""One file at least per reason that lies in a file's content."""
