"""JSON arrays, single objects and JSON Lines: what is accepted, and each reason why not."""

import json

import pytest

from functions.common.limits import Limits
from functions.common.objects import ObjectVersion
from functions.common.streams import Stream
from functions.validate_file.settings import Settings
from functions.validate_file.validation import validate
from tests.unit.functions.validate_file.files import Bytes, judge, types

ARRAY = json.dumps([{"id": 1, "name": "John"}, {"id": 2, "name": "Jane"}], indent=2).encode()


def test_a_pretty_printed_array() -> None:
    verdict = judge(ARRAY, "people/people.json")
    assert (verdict.file_type, verdict.json_shape, verdict.row_count) == ("json", "array", 2)
    assert (verdict.delimiter, verdict.multi_line) == (None, None)
    assert types(verdict) == {"id": "bigint", "name": "string"}


@pytest.mark.parametrize(
    ("data", "key", "file_type", "shape", "rows"),
    [
        (b'{"a": 1}\n{"a": 2}\n', "x/a.json", "json_lines", "lines", 2),
        (b'{"a": 1}\r\n\r\n  {"a": 2} \r\n', "x/a.json", "json_lines", "lines", 2),
        (b'{"a": 1}', "x/a.jsonl", "json_lines", "lines", 1),
        (b'{"a": 1}\n', "x/a.json", "json", "object", 1),
        (b'{\n  "a": 1\n}\n', "x/a.json", "json", "object", 1),
        (b'\xef\xbb\xbf[{"a": 1}]', "x/a.json", "json", "array", 1),
        (b'\xef\xbb\xbf{"a": 1}\n{"a": 2}', "x/a.json", "json_lines", "lines", 2),
        (b' \n [{"a": 1} , {"a":2},{"a":3}]  \n ', "x/a", "json", "array", 3),
        ('[{"a": "Zoë", "日本": "🙂"}]'.encode(), "x/a", "json", "array", 1),
        (b'[{"a": "\\ud83d\\ude42"}]', "x/a", "json", "array", 1),
        (b'[{"a": 1}, {}, {"b": null}]', "x/a", "json", "array", 3),
        (b'{"a": 1, "a": 2}\n{"a": 3}', "x/a", "json_lines", "lines", 2),
    ],
)
def test_the_shapes(data: bytes, key: str, file_type: str, shape: str, rows: int) -> None:
    verdict = judge(data, key)
    assert verdict.reason is None
    assert (verdict.file_type, verdict.json_shape, verdict.row_count) == (file_type, shape, rows)


REJECTED = {
    "an empty array": (b"[ ]", "NO_RECORDS", 1, 3, 4),
    "objects without fields": (b"[{}, {}]", "NO_FIELDS", None, None, None),
    "a comma too many in an array": (b'[{"a": 1},\n]', "INVALID_JSON", 2, 11, 1),
    "a comma too many in an object": (b'[\n{"a": 1,}]', "INVALID_JSON", 2, 10, 9),
    "no comma between records": (b'[{"a": 1} {"a": 2}]', "INVALID_JSON", 1, 10, 11),
    "an open array": (b'[{"a": 1}', "INVALID_JSON", 1, 9, 10),
    "an open array after a comma": (b'[{"a": 1},', "INVALID_JSON", 1, 10, 11),
    "an open record": (b'[{"a": 1}, {"a"', "INVALID_JSON", 1, 15, 16),
    "NaN": (b'[{"a": 1}, {"a": NaN}]', "INVALID_JSON", 1, 17, 18),
    "half a surrogate pair": (b'[{"a": "\\ud83d"}]', "INVALID_JSON", 1, 8, 9),
    "a bare word": (b'[{"a": 1}, oops]', "INVALID_JSON", 1, 11, 12),
    "something after an array": (b'[{"a": 1}]\n[{"a": 2}]', "TRAILING_GARBAGE", 2, 11, 1),
    "a number in an array": (b'[{"a": 1}, 2]', "RECORD_NOT_OBJECT", 1, 11, 12),
    "an array in an array": (b'[[1], {"a": 1}]', "RECORD_NOT_OBJECT", 1, 1, 2),
    "a NUL in an array": (b'[{"a": "\x00"}]', "NUL_BYTE", 1, 8, 9),
    "Latin-1 in an array": (b'[{"a": "Zo\xeb"}]', "WRONG_ENCODING", 1, 10, 11),
    "a bad line": (b'{"a": 1}\n{"a": }\n', "INVALID_JSON", 2, 15, 7),
    "a bad first line": (b'{"a": 1,}\n{"a": 2}\n', "INVALID_JSON", 1, 8, 9),
    "a cut line": (b'{"a": 1}\n{"a": 2\n', "INVALID_JSON", 2, 16, 8),
    "two records in a line": (b'{"a": 1}\n{"a": 2}{"a": 3}\n', "TRAILING_GARBAGE", 2, 17, 9),
    "a number in a line": (b'{"a": 1}\n2\n', "RECORD_NOT_OBJECT", 2, 9, 1),
    "a word in a line": (b'{"a": 1}\noops\n', "INVALID_JSON", 2, 9, 1),
    "a record over two lines": (b'{"a": 1}\n{"a":\n2}\n', "INVALID_JSON", 2, 14, 6),
    "half a pair in a line": (b'{"a": 1}\n{"a": "\\ud83dx"}\n', "INVALID_JSON", 2, 16, 8),
    "a NUL in a line": (b'{"a": 1}\n{"a": "\x00"}\n', "NUL_BYTE", 2, 16, 8),
    "Latin-1 in a line": (b'{"a": 1}\n{"a": "Zo\xeb"}\n', "WRONG_ENCODING", 2, 18, 10),
    "an open object": (b'{\n"a": 1\n', "INVALID_JSON", 3, 9, 1),
    "something after an object": (b'{\n"a": 1\n}\n{}', "TRAILING_GARBAGE", 4, 11, 1),
    "Latin-1 in an object": (b'{\n"a": "Zo\xeb"\n}\n', "WRONG_ENCODING", 2, 10, 9),
    "a scalar": (b"42\n", "RECORD_NOT_OBJECT", 1, 0, None),
    "no JSON at all": (b"hello\n", "INVALID_JSON", 1, 0, None),
    "a doubled field": (b'[{"Id": 1, "id": 2}]', "DUPLICATE_COLUMN", None, None, None),
    "a field without a name": (b'[{"": 1}]', "EMPTY_COLUMN_NAME", None, None, None),
    "a reserved field": (b'[{"processing_date": 1}]', "RESERVED_COLUMN", None, None, None),
}


@pytest.mark.parametrize("name", REJECTED)
def test_each_reason_with_its_place(name: str) -> None:
    data, code, line, byte, column = REJECTED[name]
    found = judge(data, "x/records.json").reason
    assert found is not None
    assert (found.code, found.line, found.byte, found.column) == (code, line, byte, column)
    assert found.message.endswith(".")


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
@pytest.mark.parametrize("key", ["x/a.json", "x/a.jsonl"])
def test_nesting_beyond_reason(opening: bytes, key: str) -> None:
    closing = b"]" if opening == b"[" else b"}"
    depth = 200_000
    nested = b'{"a": ' + opening * depth + b"1" + closing * depth + b"}"
    for data in (nested + b"\n" + nested + b"\n", b"[" + nested + b"]", b"{\n" + nested[1:]):
        found = judge(data, key).reason
        assert found is not None
        assert found.code in ("TOO_DEEPLY_NESTED", "INVALID_JSON")


def test_a_line_that_is_an_array_nested_beyond_reason() -> None:
    nested = b"[" * 200_000 + b"]" * 200_000
    found = judge(b'{"a": 1}\n' + nested + b"\n", "x/a.jsonl").reason
    assert found is not None
    assert (found.code, found.line) == ("TOO_DEEPLY_NESTED", 2)


class CountedReads(Bytes):
    """A file that counts the reads of it."""

    reads = 0

    def open(self) -> Stream:
        stream = super().open()

        class Counted:
            def read(_, size: int, /) -> bytes:  # noqa: N805 - self is the file
                self.reads += 1
                return stream.read(size)

        return Counted()


@pytest.mark.parametrize(("before", "after"), [(b"", b"\n"), (b"[", b"]")])
def test_a_long_record_is_not_looked_through_for_every_chunk(before: bytes, after: bytes) -> None:
    record = b'{"a": "%b"}' % (b"x" * 1_000_000)
    file = CountedReads(before + record + after)
    item = ObjectVersion("source-bucket", "x/a.json")
    limits = Limits(chunk_bytes=1000)
    verdict = validate(item, lambda: file, Settings("processed-bucket", limits))
    assert verdict.row_count == 1
    assert file.reads < 20


@pytest.mark.parametrize("shape", ["array", "lines", "object"])
def test_a_record_beyond_the_limit(shape: str) -> None:
    limits = {"chunk_bytes": 128, "max_record_bytes": 128}
    for size, accepted in ((100, True), (200, False), (1000, False)):
        record = json.dumps({"a": "x" * size})
        data = {
            "array": f'[{{"a": "y"}}, {record}]',
            "lines": f'{{"a": "y"}}\n{record}\n',
            "object": record.replace("{", "{\n"),
        }[shape]
        found = judge(data.encode(), "x/a.json", **limits).reason
        assert (found is None) is accepted
        assert found is None or found.code == "RECORD_TOO_LARGE"


def test_a_column_is_counted_in_characters_through_a_long_line() -> None:
    records = ", ".join('{"a": "ë"}' for _ in range(50))
    found = judge(f"[{records}, oops]".encode(), "x/a.json", chunk_bytes=40).reason
    assert found
    assert found.column == f"[{records}, oops]".index("oops") + 1


def test_nested_records_separated_like_the_outer_ones() -> None:
    records = [
        {"id": n, "children": [{"id": m, "text": "}, {[" * (m % 2)} for m in range(n % 7)]}
        for n in range(500)
    ]
    for indent in (None, 2):
        data = json.dumps(records, indent=indent).encode()
        verdict = judge(data, "x/a.json", chunk_bytes=2048)
        assert (verdict.reason, verdict.row_count) == (None, 500)
