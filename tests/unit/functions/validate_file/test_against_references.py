"""The validator's verdicts against those of plain, strict, whole-file readers.

Random files and random damage to sound ones. A verdict that differs in either direction is a fault:
nothing may get quicker by accepting what must be rejected. And whatever the verdict is, the size of
the chunks in which a file is read does not change it.
"""

import csv
import io
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from functions.validate_file.verdict import Verdict
from tests.unit.functions.validate_file.files import judge

CHUNKS = (64, 97, 256, 1024, 256 * 1024)
JSON_CODES = frozenset(
    {"INVALID_JSON", "TRAILING_GARBAGE", "RECORD_NOT_OBJECT", "NUL_BYTE", "WRONG_ENCODING"}
)


def verdicts(data: bytes, key: str) -> Verdict:
    """Judge a file in chunks of several sizes and return the verdict, which must be one."""
    found = [judge(data, key, chunk_bytes=size) for size in CHUNKS]
    assert all(verdict == found[0] for verdict in found), found
    return found[0]


# --- JSON -------------------------------------------------------------------------------------


def strict_json(text: str) -> Any:
    """Return the value, or raise ValueError where RFC 8259 does not allow the text."""

    def refuse(name: str) -> None:
        raise ValueError(name)

    value = json.loads(text, parse_constant=refuse, parse_int=str, parse_float=str)
    # Python accepts half a surrogate pair, which no UTF-8 can hold.
    json.dumps(value, ensure_ascii=False).encode()
    return value


def sound_array(data: bytes) -> bool:
    try:
        value = strict_json(data.decode())
    except (ValueError, RecursionError):
        return False
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def sound_lines(data: bytes) -> bool:
    try:
        lines = [line for line in data.decode().split("\n") if line.strip(" \t\r")]
        return all(isinstance(strict_json(line), dict) for line in lines)
    except (ValueError, RecursionError):
        return False


names = st.sampled_from(["id", "a", "b c", "ë", "日本", 'quo"te', "x\\y"])
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12),
    st.sampled_from(["}, {", "},{", '"id"', "[", "]", "{", "}", "\\", "🙂", "\u2028"]),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
    max_leaves=12,
)
records = st.lists(st.dictionaries(names, values, min_size=1, max_size=5), min_size=1, max_size=25)
styles = st.sampled_from(
    [
        {"separators": (",", ":")},
        {},
        {"indent": 2},
        {"indent": 1, "ensure_ascii": False},
        {"separators": (" ,\n", " : ")},
    ]
)
PIECES = [
    *b'{ } [ ] , : " \\ \xff \xc3 e 0 - . NaN null \\u \\ud83d ;'.split(),
    *(b"\n", b"\r", b"\t", b" ", b"\0"),
]
damages = st.lists(
    st.tuples(
        st.sampled_from(["delete", "insert", "replace", "swap", "cut", "repeat"]),
        st.integers(0, 10_000),
        st.sampled_from(PIECES),
    ),
    max_size=3,
)


def damaged(data: bytes, damage: list[tuple[str, int, bytes]]) -> bytes:
    """Return the data with the damages done one after the other, each at some place."""
    for kind, number, piece in damage:
        place = number % (len(data) + 1)
        before, after = data[:place], data[place:]
        if kind == "delete":
            data = before + after[1:]
        elif kind == "insert":
            data = before + piece + after
        elif kind == "replace":
            data = before + piece + after[len(piece) :]
        elif kind == "swap":
            data = before + after[1:2] + after[:1] + after[2:]
        elif kind == "cut":
            data = before
        else:
            data = data + before
    return data


@settings(max_examples=settings().max_examples * 3 // 2)
@given(records, styles, damages)
@example([{"a": 1}, {"a": "}, {"}], {}, [])
@example([{"a": 1}] * 30, {"indent": 2}, [("insert", 200, b"\xff")])
def test_json_arrays(
    items: list[dict[str, Any]], style: dict[str, Any], damage: list[tuple[str, int, bytes]]
) -> None:
    data = b"[" + damaged(json.dumps(items, **style).encode()[1:], damage)
    verdict = verdicts(data, "x/records.json")
    wrong = verdict.reason is not None and verdict.reason.code in JSON_CODES
    assert wrong is not sound_array(data), (data, verdict.reason)
    if not wrong and verdict.reason is None:
        assert verdict.row_count == len(strict_json(data.decode()))


@settings(max_examples=settings().max_examples * 3 // 2)
@given(records, st.booleans(), damages)
@example([{"a": 1}], True, [("insert", 7, b"\n")])
def test_json_lines(
    items: list[dict[str, Any]], windows: bool, damage: list[tuple[str, int, bytes]]
) -> None:
    end = b"\r\n" if windows else b"\n"
    text = b"".join(json.dumps(item, ensure_ascii=windows).encode() + end for item in items)
    data = b"{" + damaged(text[1:], damage)
    verdict = verdicts(data, "x/records.jsonl")
    wrong = verdict.reason is not None and verdict.reason.code in JSON_CODES
    assert wrong is not sound_lines(data), (data, verdict.reason)
    if verdict.reason is None:
        lines = [line for line in data.decode().split("\n") if line.strip()]
        assert verdict.row_count == len(lines)


@settings(max_examples=settings().max_examples * 3 // 2)
@given(st.binary(max_size=60))
def test_any_bytes_as_an_array(noise: bytes) -> None:
    data = b'[{"a":' + noise + b"}]"
    verdict = verdicts(data, "x/records.json")
    wrong = verdict.reason is not None and verdict.reason.code in JSON_CODES
    assert wrong is not sound_array(data), (data, verdict.reason)


LINES = {
    "flat": b'{"a": 1, "b": "x"}\n{"a": -2e3, "b": null}\n',
    "blank lines": b'{"a":1}\n\n \r\n{"a":2}\n',
    "no last line break": b'{"a":[{"b":1},{"b":2}]}\r\n{"a":[]}',
    "not ASCII": '{"ë": "🙂"}\n{"ë": "\\ud83d\\ude42"}\n'.encode(),
    "two faults that make up for each other": b'{"a":1}{"a":2}\n{"a":\n3}\n',
    "records within an array over two lines": b'{"a":[{"b":1}\n{"b":2}]}\n{"a":1},{"a":2}\n',
}
ARRAYS = {
    "compact": b'[{"a":1},{"a":[{"a":2},{"a":3}]}]',
    "pretty": b'[\n  {\n    "a": true\n  },\n  {\n    "a": "}, {"\n  }\n]\n',
    "not ASCII": '[{"ë": "🙂"}, {"ë": "\\ud83d\\ude42"}]'.encode(),
}
DAMAGES = [bytes([value]) for value in b'{}[],:"\\0e- \n\r\0\xff\xc3']


def each_damage(data: bytes) -> Iterator[bytes]:
    """Yield the data, and it with each byte deleted, replaced by each other one, and repeated."""
    yield data
    for place in range(len(data)):
        before, byte, after = data[:place], data[place : place + 1], data[place + 1 :]
        yield before + after
        yield data + before
        for piece in DAMAGES:
            yield before + piece + after
            yield before + byte + piece + after


@pytest.mark.parametrize("shape", LINES)
def test_every_byte_of_lines_damaged(shape: str) -> None:
    for data in each_damage(LINES[shape][1:]):
        reason = judge(b"{" + data, "x/records.jsonl").reason
        wrong = reason is not None and reason.code in JSON_CODES
        assert wrong is not sound_lines(b"{" + data), (data, reason)


@pytest.mark.parametrize("shape", ARRAYS)
def test_every_byte_of_an_array_damaged(shape: str) -> None:
    for data in each_damage(ARRAYS[shape][1:]):
        reason = judge(b"[" + data, "x/records.json").reason
        wrong = reason is not None and reason.code in JSON_CODES
        assert wrong is not sound_array(b"[" + data), (data, reason)


# --- CSV --------------------------------------------------------------------------------------


def sound_csv(data: bytes, delimiter: str) -> int | None:
    """Return the number of rows, or None where a strict reader of the whole file finds a fault."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    if "\0" in text:
        return None
    try:
        # StringIO hands out lines at LF alone, as a file opened with newline="\n" does.
        lines = io.StringIO(text, newline="\n")
        rows = [row for row in csv.reader(lines, delimiter=delimiter, strict=True) if row]
    except csv.Error:
        return None
    widths = {len(row) for row in rows}
    return len(rows) - 1 if len(widths) == 1 else None


def sound_header(data: bytes, delimiter: str) -> bool:
    """Whether the first row has names that can be told apart, which is another question."""
    text = data.decode("utf-8-sig", "replace")
    reader = csv.reader(io.StringIO(text, newline="\n"), delimiter=delimiter, strict=True)
    try:
        header = next((row for row in reader if row), [])
    except csv.Error:
        return False
    folded = [name.lower() for name in header]
    return len(set(folded)) == len(folded) and all(name.strip() for name in header)


cells = st.one_of(
    st.integers().map(str),
    st.text(max_size=8),
    st.sampled_from(
        ["", "a,b", 'say "hi"', "two\nlines", "two\r\nlines", "2024-01-01", "é", " x "]
    ),
)
quotings = st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])


@settings(max_examples=settings().max_examples * 2)
@given(
    st.lists(st.lists(cells, min_size=3, max_size=3), min_size=1, max_size=30),
    quotings,
    st.sampled_from(["\n", "\r\n"]),
    damages,
)
@example([["1", "2", "3"]] * 20, csv.QUOTE_MINIMAL, "\n", [("delete", 40, b"")])
@example([["a", 'x"', "c"]] * 9, csv.QUOTE_ALL, "\r\n", [("insert", 60, b'"')])
def test_csv(
    rows: list[list[str]], quoting: Any, end: str, damage: list[tuple[str, int, bytes]]
) -> None:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator=end, quoting=quoting).writerows(rows)
    # The header is left whole: what a damaged one does to names and delimiter is tested elsewhere.
    header = "id,name,city" + end
    body = buffer.getvalue().encode("utf-8", "replace")
    data = header.encode() + damaged(body, damage)
    verdict = verdicts(data, "x/rows.csv")
    expected = sound_csv(data, verdict.delimiter or ",")
    if expected is None or not sound_header(data, ","):
        assert verdict.reason is not None, data
    elif expected == 0:
        assert verdict.reason is not None
        assert verdict.reason.code == "HEADER_ONLY"
    else:
        assert (verdict.reason, verdict.row_count) == (None, expected), data


@pytest.mark.parametrize("seed", range(5))
def test_larger_files_with_one_fault(seed: int) -> None:
    """A fault far into a file is found at the same place in chunks of every size."""
    chance = random.Random(seed)
    rows = [f"{n},{'x' * chance.randint(1, 40)},{chance.random()}\n" for n in range(3000)]
    place = chance.randrange(len(rows))
    for fault, code in (
        ("1,2\n", "RAGGED_ROW"),
        ('1,"x"y,3\n', "TEXT_AFTER_QUOTE"),
        ("1,x\0,3\n", "NUL_BYTE"),
        ("1,x\ry,3\n", "LINE_ENDINGS"),
    ):
        text = "id,text,value\n" + "".join([*rows[:place], fault, *rows[place:]])
        reason = verdicts(text.encode(), "x/rows.csv").reason
        assert reason is not None
        assert (reason.code, reason.line) == (code, place + 2)
