"""Odd files, all valid for validate_file, which both engines must turn into the same Parquet."""

import datetime as dt
import gzip
import io
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from functions.validate_file.sampling import Sampler

ROWS = 2000
_SAMPLED = frozenset(Sampler().take_from(0, ROWS))
LATE = next(row for row in range(ROWS // 2, ROWS) if row not in _SAMPLED)
"""The index of a record whose types validation does not look at."""


def csv(*rows: str, end: str = "\n") -> bytes:
    return "".join(row + end for row in rows).encode()


def lines(*records: Any) -> bytes:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records).encode()


def late(usual: str, odd: str, head: str = "id,x") -> bytes:
    """A CSV file in which one value, late and in between, is not like the others."""
    rows = [f"{n},{odd if n == LATE else usual}" for n in range(ROWS)]
    return csv(head, *rows)


def late_lines(usual: Any, odd: Any) -> bytes:
    return lines(*({"id": n, "x": odd if n == LATE else usual} for n in range(ROWS)))


def parquet(columns: Mapping[str, pa.Array], **options: Any) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns), buffer, **options)
    return buffer.getvalue()


def _instants(*texts: str, unit: str = "ns", zone: str | None = None) -> pa.Array:
    values = pa.array([dt.datetime.fromisoformat(text) for text in texts], pa.timestamp("us"))
    return values.cast(pa.timestamp(unit)).cast(pa.timestamp(unit, zone))


FITTING: Mapping[str, bytes] = {
    "five.csv": csv("id,name,born", "1,Ada,1815-12-10", "2,Grace,1906-12-09", "3,,", "4,Alan,"),
    "empty-and-null.csv": csv("a,b,c", '"",x,', ",y,1", '"  ", ,2'),
    "quoted.csv": csv("id,text", '1,"a ""b"" c"', '2,"x,y"', '3,"line one\nline two"', "4,plain"),
    "quoted-cr-lf.csv": csv("id,text", '1,"line one\r\nline two"', "2,plain", end="\r\n"),
    "cr-lf.csv": csv("id,amount", "1,1.50", "2,-0.25", end="\r\n"),
    "bom.csv": b"\xef\xbb\xbf" + csv("id,name", "1,Jos\u00e9"),
    "no-end.csv": b"id,name\n1,x\n2,y",
    "blank-lines.csv": csv("id,name", "", "1,x", "", "", "2,y", ""),
    "semicolons.csv": csv("id;price;day", "1;1.5;2026-01-02", "2;2.25;2026-02-28"),
    "tabs.tsv": csv("id\tname", "1\tx y", "2\tz"),
    "one-column.csv": csv("name", "x", '""', "z"),
    "bars.csv": csv("id|n", "1|-0", "2|9223372036854775807", "3|-9223372036854775808"),
    "big-integers.csv": csv("id,n", "1,12345678901234567890", "2,5"),
    "doubles.csv": csv("id,x", "1,0.1", "2,-0", "3,1e300", "4,2.5E-10", "5,123456789012345"),
    "decimals.csv": csv(
        "id,x", "1,12345678901234567.12", "2,0.000000000000000001", "3,-1.5", "4,7"
    ),
    "leading-zeros.csv": csv("zip,phone", "02134,+49", "10001,007"),
    "booleans.csv": csv("a,b", "true,TRUE", "False,", "false,true"),
    "dates.csv": csv("d", "0001-01-01", "1582-10-10", "1969-12-31", "9999-12-31", ""),
    "no-dates.csv": csv("d,e", "2026-02-30,2026-1-2", "2026-01-01,2026-01-02"),
    "timestamps.csv": csv(
        "local,zoned,mixed",
        "2026-01-02 03:04:05,2026-01-02T03:04:05Z,2026-01-02T03:04:05Z",
        "1890-01-02T03:04:05.1,2026-01-02T03:04:05.123456+05:30,2026-01-02 03:04:05",
        "9999-12-31T23:59:59.999999,0001-01-01T00:00:00-00:00,",
    ),
    "unicode.csv": csv(
        "na\u00efve,\u540d\u524d", "\U0001f600,\u202e x", "a\u0301,\u00a0", "\ufeffx,z"
    ),
    "odd-names.csv": csv('"a.b","c `d`","e ""f"" g",h i,"1st"', "1,2,3,4,5"),
    "formulas.csv": csv("id,cell", "1,=cmd|' /C calc'!A0", "2,@SUM(A1)", "3,-1+1"),
    "backslashes.csv": csv("id,path", r"1,C:\temp\n", r"2,\\", r"3,\N"),
    "words-for-null.csv": csv("a,b", "NULL,NaN", "null,nan", "NA,-", "None,#N/A"),
    "comments.csv": csv("id,x", "#1,x", "1,#"),
    "spaces.csv": csv("id, x ,y", " 1, a ,2", "2 ,b, 3"),
    "zipped.csv.gz": gzip.compress(csv("id,name", "1,x", "2,y")),
    "zipped-twice.csv.gz": gzip.compress(csv("id,name", "1,x")) + gzip.compress(b"2,y\n"),
    "many.csv": csv("id,x,day", *(f"{n},{n / 4},2026-01-{n % 28 + 1:02}" for n in range(5000))),
    "array.json": json.dumps([{"id": 1, "x": "a"}, {"id": 2, "y": [1, 2]}], indent=1).encode(),
    "object.json": b'{\n "id": 1,\n "tags": ["x", null],\n "at": "2026-01-02T03:04:05+02:00"\n}',
    "lines.jsonl": lines({"id": 1, "n": 1.5}, {"id": 2, "n": None}, {"n": 2, "id": 3}),
    "bom.jsonl": b"\xef\xbb\xbf" + lines({"id": 1}, {"id": 2}),
    "blank-lines.jsonl": b'\n{"id": 1}\n \n\r\n{"id": 2}\r\n',
    "missing-keys.jsonl": lines({"a": 1}, {"b": "x"}, {"c": {"d": 1}}, {"c": {"e": "2026-01-02"}}),
    "nested.jsonl": lines(
        {"p": {"x": 1, "q": [{"r": 1.5, "s": "2026-01-02T03:04:05Z"}, None]}, "l": [[1], []]},
        {"p": None, "l": None},
        {"p": {"q": [{"s": None}]}, "l": [None, [None, 2]]},
    ),
    "mixed-types.jsonl": b"".join(
        b'{"x": %b}\n' % value
        for value in (
            b'"text"',
            b"1",
            b"-0",
            b"1.10",
            b"1e5",
            b"12345678.9",
            b"0.00099",
            b"true",
            b"null",
            b'{"k": [1, 2.50, "\\u001f\\/\\u00e9"], "z": null}',
            b"[ ]",
            b"{ }",
            b"1.0",
            b"123456789012345678901234567890",
            b'"\\ud83d\\ude00"',
            b"-0.0",
            b"5e-320",
        )
    ),
    "numbers.jsonl": b'{"i": 9223372036854775807, "d": 1e5, "w": 12345678901234567890123}\n'
    b'{"i": -1, "d": -0, "w": 1}\n{"i": 0, "d": 1.7976931348623157e308, "w": null}\n',
    "decimals.jsonl": b'{"x": 12345678901234567.12}\n{"x": 1}\n{"x": 1.10}\n{"x": -0.5}\n',
    "dates.jsonl": lines(
        {"d": "2026-01-02", "t": "2026-01-02T03:04:05.5"},
        {"d": "0001-01-01", "t": "0001-01-01 00:00:00"},
        {"d": None, "t": "2026-01-02T03:04:05.123456-18:00"},
    ),
    "odd-keys.jsonl": lines({"a.b": 1, "c `d`": {"e.f": "x", "": 1}, 'g"h': True, "\u540d": [1.5]}),
    "deep.jsonl": lines({"a": {"b": {"c": {"d": [{"e": [[{"f": 1}]]}]}}}}),
    "unicode.jsonl": '{"x": "\u00e9\U0001f600\u2028"}\n{"x": "\\u00e9\\n\\"\\\\\\/"}\n'.encode(),
    "twice.jsonl": b'{"a": 1, "a": 2}\n{"a": 3}\n',
    "zipped.json.gz": gzip.compress(b'[{"id": 1}, {"id": 2}]'),
    "pandas.parquet": parquet(
        {
            "ns": _instants("1969-12-31T23:59:59.999999", "2026-01-02T03:04:05.123456"),
            "zoned": _instants("1969-12-31T23:59:59.5", "2026-01-02", unit="us", zone="Asia/Tokyo"),
            "ms": _instants("2026-01-02T03:04:05", "1900-01-01", unit="ms"),
            "category": pa.array(["x", "y"]).dictionary_encode(),
            "large": pa.array(["x", None], pa.large_string()),
            "nothing": pa.nulls(2),
        }
    ),
    "odd-nanoseconds.parquet": parquet(
        {"t": pa.array([-1, 1, -1001, 1999], pa.timestamp("ns", "UTC"))}
    ),
    "integers.parquet": parquet(
        {
            **{f"u{bits}": pa.array([2**bits - 1], f"uint{bits}") for bits in (8, 16, 32)},
            **{
                f"i{bits}": pa.array([-(2 ** (bits - 1))], f"int{bits}") for bits in (8, 16, 32, 64)
            },
            "u64": pa.array([2**64 - 1], "uint64"),
        }
    ),
    "decimals.parquet": parquet(
        {
            "small": pa.array([Decimal("1.50")], pa.decimal128(9, 2)),
            "middle": pa.array([Decimal("-1.5")], pa.decimal128(18, 3)),
            "large": pa.array([Decimal("1.5")], pa.decimal128(38, 10)),
        }
    ),
    "nested.parquet": parquet(
        {
            "s": pa.array([{"x": 1, "y z": ["a"]}, None]),
            "l": pa.array([[[1], None], []]),
            "m": pa.array([[("a", 1)], None], pa.map_(pa.string(), pa.int64())),
            "f": pa.array([[1, 2], None], pa.list_(pa.int16(), 2)),
        }
    ),
    "others.parquet": parquet(
        {
            "bytes": pa.array([b"\x00\xff"]),
            "fixed": pa.array([b"xyz"], pa.binary(3)),
            "f32": pa.array([0.1], pa.float32()),
            "flag": pa.array([True]),
            "day": pa.array([dt.date(1900, 1, 1)]),
            "nan": pa.array([float("nan")]),
        }
    ),
    "int96.parquet": parquet(
        {"t": _instants("2026-01-02T03:04:05", "1969-12-31T23:59:59.5")},
        use_deprecated_int96_timestamps=True,
    ),
    "required.parquet": parquet({"id": pa.array(range(10))}, row_group_size=3, version="1.0"),
}
"""What both engines take, by the key of the file."""

CONTRADICTING: Mapping[str, bytes] = {
    "text-for-number.csv": late("5", "n/a"),
    "zeros-for-number.csv": late("10001", "02134"),
    "fraction-for-number.csv": late("5", "5.5"),
    "beyond-bigint.csv": late("5", "9223372036854775808"),
    "text-for-double.csv": late("1.5", "1,5".replace(",", "_")),
    "endless-double.csv": late("1.5", "1e999"),
    "fine-decimal.csv": late("12345678901234567.12", "0.0000000000000000001"),
    "no-date.csv": late("2026-01-02", "2026-02-30"),
    "time-for-date.csv": late("2026-01-02", "2026-01-02T00:00:00"),
    "no-time.csv": late("2026-01-02T03:04:05Z", "2026-01-02T24:00:00Z"),
    "far-zone.csv": late("2026-01-02T03:04:05Z", "2026-01-02T03:04:05+18:30"),
    "word-for-boolean.csv": late("true", "yes"),
    "text-for-number.jsonl": late_lines(5, "n/a"),
    "fraction-for-number.jsonl": late_lines(5, 5.0),
    "number-for-boolean.jsonl": late_lines(True, 1),
    "number-for-date.jsonl": late_lines("2026-01-02", 5),
    "object-for-number.jsonl": late_lines(5, {"y": 1}),
    "array-for-object.jsonl": late_lines({"y": 1}, [1]),
    "text-in-object.jsonl": late_lines({"y": 1}, {"y": "n/a"}),
    "unseen-key.jsonl": lines(
        *({"id": n} | ({"new": 1} if n == LATE else {}) for n in range(ROWS))
    ),
    "unseen-nested-key.jsonl": late_lines({"y": 1}, {"z": 1}),
    "unseen-key-in-array.jsonl": late_lines([{"y": 1}], [{"y": 1}, {"z": 1}]),
}
"""What both engines refuse by default: record LATE does not fit."""
