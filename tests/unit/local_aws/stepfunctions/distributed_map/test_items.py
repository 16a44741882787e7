"""https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html."""

import gzip
import json
from typing import Any

import pytest

from local_aws.stepfunctions.distributed_map.items import ItemReaderError, at_most, read

CSV = {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}


def items(
    content: bytes | str, objects: dict[str, bytes] | None = None, **config: Any
) -> list[Any]:
    encoded = content.encode() if isinstance(content, str) else content
    return list(read(encoded, config, lambda bucket, key: (objects or {})[f"{bucket}/{key}"]))


def test_rows_are_filled_and_cut_to_the_headers() -> None:
    """ "If … the number of values is less than the number of headers … empty strings." """
    found = items("a,b\n1\n2,3,4\n\n", **CSV)
    assert found == [{"a": "1", "b": ""}, {"a": "2", "b": "3"}]


@pytest.mark.parametrize(
    ("name", "character"),
    [("PIPE", "|"), ("SEMICOLON", ";"), ("SPACE", " "), ("TAB", "\t")],
)
def test_delimiters(name: str, character: str) -> None:
    found = items(f"a{character}b\n1{character}2\n", **CSV, CSVDelimiter=name)
    assert found == [{"a": "1", "b": "2"}]


def test_quoted_fields_keep_their_line_breaks() -> None:
    assert items('a,b\n"1\n2",3\n', **CSV) == [{"a": "1\n2", "b": "3"}]


def test_headers_twice_are_refused() -> None:
    with pytest.raises(ItemReaderError, match="duplicates"):
        items("a,a\n1,2\n", **CSV)


def test_given_headers_leave_the_first_row_a_row() -> None:
    given = {"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["x", "y"]}
    assert items("1,2\n", **given) == [{"x": "1", "y": "2"}]


def test_json_may_be_inside() -> None:
    body = json.dumps({"data": {"a/b": [1, 2]}})
    assert items(body, InputType="JSON", ItemsPointer="/data/a~1b") == [1, 2]


@pytest.mark.parametrize("body", ['{"a": 1}', '"text"', "[1,"])
def test_json_must_be_an_array(body: str) -> None:
    with pytest.raises(ItemReaderError):
        items(body, InputType="JSON")


def test_lines_of_json() -> None:
    assert items('{"a": 1}\r\n\n[2]\n', InputType="JSONL") == [{"a": 1}, [2]]
    with pytest.raises(ItemReaderError, match="no valid JSON"):
        items("{", InputType="JSONL")


def test_an_inventory_is_read_zipped_or_not() -> None:
    manifest = {
        "destinationBucket": "arn:aws:s3:::kept",
        "fileFormat": "CSV",
        "fileSchema": "Bucket, Key",
        "files": [{"key": "1.csv.gz"}, {"key": "2.csv"}],
    }
    objects = {"kept/1.csv.gz": gzip.compress(b'"b","k1"\n'), "kept/2.csv": b'"b","k2"\n'}
    found = items(json.dumps(manifest), objects, InputType="MANIFEST")
    assert found == [{"Bucket": "b", "Key": "k1"}, {"Bucket": "b", "Key": "k2"}]
    with pytest.raises(ItemReaderError, match="ORC"):
        items(json.dumps(manifest | {"fileFormat": "ORC"}), objects, InputType="MANIFEST")
    with pytest.raises(ItemReaderError, match="no manifest"):
        items("{}", InputType="MANIFEST")


def test_text_that_is_no_utf8_is_refused() -> None:
    with pytest.raises(ItemReaderError, match="no UTF-8"):
        items(b"a\n\xff\n", **CSV)


def test_the_first_items() -> None:
    assert at_most(iter(range(5)), 2) == [0, 1]
    assert at_most(iter(range(2)), None) == [0, 1]
