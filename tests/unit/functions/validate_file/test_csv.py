"""CSV: what is accepted, and each reason for which it is not."""

import gzip
import json

import pytest

from tests.unit.functions.validate_file.files import judge, types

PEOPLE = b"id,name,age,city\n1,John Doe,30,New York\n2,Jane Smith,25,San Francisco\n"


def test_a_sound_file() -> None:
    verdict = judge(PEOPLE)
    assert verdict.to_json() == {
        "valid": True,
        "file_type": "csv",
        "json_shape": None,
        "compression": "none",
        "encoding": "utf-8",
        "row_count": 2,
        "size_bytes": len(PEOPLE),
        "number_of_workers": 2,
        "delimiter": ",",
        "multi_line": False,
        "columns": [
            {"name": "id", "type": "bigint", "nullable": True},
            {"name": "name", "type": "string", "nullable": True},
            {"name": "age", "type": "bigint", "nullable": True},
            {"name": "city", "type": "string", "nullable": True},
        ],
        "schema": json.dumps(verdict.to_json()["columns"], separators=(",", ":")),
        "dataset": "people",
        "source_object": verdict.layout.source_object,
        "attempts_path": f"s3://processed-bucket/attempts/people/{verdict.layout.source_object}/",
        "manifest_uri": verdict.layout.manifest_uri,
        "reason": None,
    }
    assert verdict.layout.source_object.startswith("people-csv-")


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        (PEOPLE.rstrip(b"\n"), 2),
        (PEOPLE.replace(b"\n", b"\r\n"), 2),
        (b"\n\n" + PEOPLE.replace(b"\n", b"\n\n"), 2),
        (b"\xef\xbb\xbf" + PEOPLE, 2),
        (b'id,name\n1,"Doe, John"\n2,"She said ""hi"""\n', 2),
        (b'id,name\n1,"two\nlines"\n2,"two\r\nmore"\n', 2),
        (b'id,name\n1,a "quoted" word\n', 1),
        ("id,name\n1,Zoë\n2,日本\n3,🙂\n".encode(), 3),
        ("id,name\n1,a\x85b\u2028c\x0cd\n".encode(), 1),
        (b"id,name\n,\n1,\n", 2),
    ],
)
def test_variants_that_are_sound(data: bytes, rows: int) -> None:
    verdict = judge(data)
    assert (verdict.reason, verdict.row_count) == (None, rows)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_finds_the_delimiter_past_the_others_in_quotes(delimiter: str) -> None:
    text = f'id{delimiter}text{delimiter}price\n1{delimiter}"a,b;c|d\te"{delimiter}1.5\n'
    verdict = judge(text.encode(), "x/prices.txt")
    assert (verdict.delimiter, len(verdict.columns)) == (delimiter, 3)


def test_a_semicolon_file_with_decimal_commas() -> None:
    verdict = judge(b"id;price;tax\n1;1,50;0,30\n2;2,75;0,55\n")
    assert verdict.delimiter == ";"
    assert types(verdict) == {"id": "bigint", "price": "string", "tax": "string"}


def test_one_column_needs_a_name_that_says_csv() -> None:
    assert types(judge(b"id\n1\n2\n", "x/ids.csv")) == {"id": "bigint"}
    unnamed = judge(b"Dear reader\nthis is a letter\n", "x/letter")
    assert unnamed.reason
    assert unnamed.reason.code == "UNSUPPORTED_TYPE"


def test_says_whether_records_span_lines() -> None:
    assert judge(b'a,b\n1,"x\ny"\n').multi_line is True
    assert judge(b'a,b\n1,"x\ry"\n').multi_line is True
    assert judge(b'a,b\r\n1,"x\r\ny"\r\n').multi_line is True
    assert judge(b'a,b\r\n1,"x"\r\n').multi_line is False
    assert judge(b'a,b\n\n1,"x"\n\n').multi_line is False


def test_the_content_decides_and_not_the_name() -> None:
    assert judge(PEOPLE, "x/people.dat").file_type == "csv"
    assert judge(b'[{"a": 1}]', "x/people.csv").file_type == "json"
    assert judge(gzip.compress(PEOPLE), "x/people.csv").compression == "gzip"
    assert judge(PEOPLE, "x/people.csv.gz").compression == "none"


REJECTED = {
    "empty": (b"", "EMPTY", None, None, None),
    "white space": (b" \n\t\r\n", "EMPTY", None, None, None),
    "header only": (b"id,name\n", "HEADER_ONLY", 1, None, None),
    "header and blank lines": (b"id,name\n\n\n", "HEADER_ONLY", 1, None, None),
    "too few fields": (b"a,b,c\n1,2,3\n4,5\n6,7,8\n", "RAGGED_ROW", 3, 12, None),
    "too many fields": (b"a,b\n1,2\n3,4,5\n", "RAGGED_ROW", 3, 8, None),
    "a line of blanks": (b"a,b\n1,2\n   \n3,4\n", "RAGGED_ROW", 3, 8, None),
    "ragged behind a record of two lines": (
        b'a,b\n1,"x\ny"\n2\n', "RAGGED_ROW", 4, 12, None,
    ),
    "open quote": (b'a,b\n1,"x\n2,y\n', "UNCLOSED_QUOTE", 2, 4, None),
    "text after a quote": (b'a,b\n1,"x"y\n', "TEXT_AFTER_QUOTE", 2, 4, None),
    "lone CR within": (b"a,b\n1,x\ry\n", "LINE_ENDINGS", 2, 4, None),
    "lone CR throughout": (b"a,b\r1,x\r2,y\r", "LINE_ENDINGS", 1, 0, None),
    "unnamed column": (b"a,,c\n1,2,3\n", "EMPTY_COLUMN_NAME", 1, None, None),
    "doubled column": (b"a,b,A\n1,2,3\n", "DUPLICATE_COLUMN", 1, None, None),
    "reserved column": (b"a,Processing_Date\n1,2\n", "RESERVED_COLUMN", 1, None, None),
    "NUL": (b"a,b\n1,x\x00y\n", "NUL_BYTE", 2, 7, 4),
    "Latin-1": ("a,b\n1,Zoë\n".encode("latin-1"), "WRONG_ENCODING", 2, 8, 5),
    "UTF-16 with a mark": ("a,b\n1,2\n".encode("utf-16"), "WRONG_ENCODING", 1, 0, None),
    "UTF-16 without a mark": ("a,b\n1,2\n".encode("utf-16-le"), "WRONG_ENCODING", 1, 0, None),
    "UTF-16 big endian": ("a,b\n1,2\n".encode("utf-16-be"), "WRONG_ENCODING", 1, 0, None),
    "UTF-32": ("a,b\n1,2\n".encode("utf-32"), "WRONG_ENCODING", 1, 0, None),
    "a cut character": ("a,b\n1,é".encode()[:-1], "WRONG_ENCODING", 2, 6, 3),
}  # fmt: skip


@pytest.mark.parametrize("name", REJECTED)
def test_each_reason_with_its_place(name: str) -> None:
    data, code, line, byte, column = REJECTED[name]
    verdict = judge(data)
    assert verdict.reason is not None
    found = verdict.reason
    assert (found.code, found.line, found.byte, found.column) == (code, line, byte, column)
    assert found.message.endswith(".")
    assert verdict.to_json()["valid"] is False
    assert verdict.to_json()["columns"] == []


def test_names_the_encoding_that_it_seems_to_be() -> None:
    latin = judge("a,b\n1,Zoë\n".encode("latin-1")).reason
    assert latin
    assert "0xEB" in latin.message
    assert "'ë'" in latin.message
    assert "Latin-1" in latin.message
    windows = judge("a,b\n1,“x”\n".encode("cp1252")).reason
    assert windows
    assert "Windows-1252 it would be '“'" in windows.message
    utf16 = judge("a,b\n1,2\n".encode("utf-16-le")).reason
    assert utf16
    assert "UTF-16 (little endian)" in utf16.message


def test_says_how_wide_the_ragged_row_is() -> None:
    reason = judge(b"a,b,c\n1\n").reason
    assert reason
    assert reason.message == "Line 2 has 1 field, the header has 3."


def test_a_line_beyond_the_limit() -> None:
    limits = {"chunk_bytes": 64, "max_record_bytes": 64}
    reason = judge(b"a,b\n1,2\n3," + b"x" * 100 + b"\n", **limits).reason
    assert reason
    assert (reason.code, reason.line, reason.byte) == ("RECORD_TOO_LARGE", 3, 8)
    assert judge(b"a,b\n1,2\n3," + b"x" * 60 + b"\n", **limits).reason is None


def test_an_open_quote_in_a_large_file_does_not_take_it_all_in() -> None:
    data = b'a,b\n1,"x\n' + b"2,y\n" * 100
    reason = judge(data, chunk_bytes=64, max_record_bytes=64).reason
    assert reason
    assert (reason.code, reason.line, reason.byte) == ("UNCLOSED_QUOTE", 2, 4)
    assert "never closed" in reason.message


def test_too_many_columns_to_hand_on() -> None:
    names = ",".join(f"column_{number}" for number in range(100))
    values = ",".join("1" for _ in range(100))
    reason = judge(f"{names}\n{values}\n".encode(), max_columns_bytes=1000).reason
    assert reason
    assert reason.code == "TOO_MANY_COLUMNS"
