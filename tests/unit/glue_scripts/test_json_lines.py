"""Arrays and objects rewritten as one record per line."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pipeline_spark.errors import SchemaContradictionError
from pipeline_spark.json_lines import json_lines

KEYS = st.text(max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)
RECORDS = st.lists(st.dictionaries(KEYS, VALUES, max_size=4), max_size=6)


def lines(text: str, chunk_bytes: int = 1 << 20) -> list[bytes]:
    return list(json_lines(io.BytesIO(text.encode()), chunk_bytes))


@given(
    RECORDS,
    st.sampled_from([None, 1, 4]),
    st.booleans(),
    st.sampled_from(["", "\ufeff"]),
    st.integers(1, 64),
)
def test_every_record_is_one_line_wherever_the_chunks_end(
    records: list[dict[str, object]], indent: int | None, escape: bool, mark: str, chunk: int
) -> None:
    text = mark + json.dumps(records, indent=indent, ensure_ascii=escape)
    found = lines(text, chunk)
    assert [json.loads(line) for line in found] == records
    assert all(line.endswith(b"\n") and line.count(b"\n") == 1 for line in found)


def test_one_object() -> None:
    assert lines('\ufeff {\n"a": [1,\r\n 2]\n}\n') == [b'{ "a": [1,   2] }\n']


def test_the_text_of_a_record_stays_as_it_was() -> None:
    record = '{"n": 1.10, "big": 12345678901234567890.123456789, "e": 1E400, "s": "\\ud83d\\u0041"}'
    assert lines(f"[{record}]") == [record.encode() + b"\n"]
    digits = "9" * 5_000
    assert lines(f'[{{"n":{digits}}}]') == [f'{{"n":{digits}}}\n'.encode()]


def test_a_file_that_ends_within_a_record_is_refused() -> None:
    with pytest.raises(SchemaContradictionError, match="ends within a record"):
        lines('[{"a": 1}, {"a": ')


def test_memory_does_not_grow_with_the_file() -> None:
    class Endless(io.RawIOBase):
        """Forty megabytes of records, made as they are read."""

        left = 40
        largest = 0

        def readable(self) -> bool:
            return True

        def read(self, size: int = -1) -> bytes:
            self.largest = max(self.largest, size)
            self.left -= 1
            return b'{"id": 1, "name": "someone"},' * 36_000 if self.left >= 0 else b""

    stream = Endless()
    count = sum(1 for _ in json_lines(stream))  # type: ignore[arg-type]
    assert count == 40 * 36_000
    assert stream.largest <= 2 * 1024 * 1024
