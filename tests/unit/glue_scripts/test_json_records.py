"""JSON as Spark reads it with a validated schema."""

import gzip
import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pipeline_spark.arguments import JobArguments
from pipeline_spark.contradiction import translate
from pipeline_spark.errors import SchemaContradictionError
from pipeline_spark.json_records import read_json
from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

Make = Callable[..., JobArguments]
Write = Callable[[str, str | bytes], str]

RECORDS = [{"id": 1, "name": "Ünï"}, {"id": 2, "name": None}, {"name": "x"}]
ROWS = [(1, "Ünï"), (2, None), (None, "x")]


def rows(spark: SparkSession, uri: str, arguments: JobArguments) -> list[Any]:
    try:
        found = read_json(spark, uri, arguments).collect()
    except Exception as error:
        raise translate(error, arguments.source.uri(), arguments.columns) from error
    return [plain(row) for row in found]


def plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(plain(item) for item in value)
    return [plain(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\n\n"])
def test_lines(spark: SparkSession, make_arguments: Make, write: Write, newline: str) -> None:
    text = "\ufeff" + newline.join(json.dumps(record) for record in RECORDS) + newline
    arguments = make_arguments("id bigint", "name string")
    assert rows(spark, write("l.jsonl", text), arguments) == ROWS
    assert rows(spark, write("l.jsonl.gz", gzip.compress(text.encode())), arguments) == ROWS


def test_nested_values_and_types(spark: SparkSession, make_arguments: Make, write: Write) -> None:
    record = {
        "a.b": {"x": 1, "y `z`": [{"k": "v"}, None, {}]},
        "list": [1, 2],
        "day": "2026-11-20",
        "flag": True,
        "free": {"kept": ["as", "text"]},
    }
    columns = [
        "a.b struct<x:bigint,`y ``z```:array<struct<k:string>>>",
        "list array<bigint>",
        "day date",
        "flag boolean",
        "free string",
    ]
    arguments = make_arguments(*columns)
    (row,) = rows(spark, write("n.jsonl", json.dumps(record)), arguments)
    assert row == (
        (1, [("v",), None, (None,)]),
        [1, 2],
        date(2026, 11, 20),
        True,
        '{"kept":["as","text"]}',
    )


@pytest.mark.parametrize(
    ("record", "shown"),
    [
        ({"id": 1, "extra": 2}, "extra"),
        ({"id": 1, "Id": 2}, "Id"),
        ({"in": {"x": 1, "y": 2}}, "in.y"),
        ({"list": [{"k": 1}, {"q": 2}]}, "list[].q"),
        ({"in": {"deep": [{"w": 1}]}}, "in.deep[].w"),
    ],
)
def test_keys_that_validation_did_not_see_are_named(
    spark: SparkSession, make_arguments: Make, write: Write, record: dict[str, Any], shown: str
) -> None:
    arguments = make_arguments(
        "id bigint",
        "in struct<x:bigint,deep:array<struct<z:bigint>>>",
        "list array<struct<k:bigint>>",
    )
    text = f'{{"id": 0}}\n{json.dumps(record)}'
    with pytest.raises(SchemaContradictionError) as caught:
        rows(spark, write("e.json", text), arguments)
    assert f"validation did not see: {shown}." in str(caught.value)
    assert "s3://source/people.csv" in str(caught.value)


@pytest.mark.parametrize(
    ("type_name", "value"),
    [
        ("bigint", '"1"'),
        ("bigint", "1.5"),
        ("bigint", "12345678901234567890"),
        ("double", '"x"'),
        ("boolean", "1"),
        ("date", '"2026"'),
        ("timestamp", '"10:11:12"'),
        ("timestamp", '"2026-11-20T10:11:12.1234567"'),
        ("struct<x:bigint>", '{"x":"one"}'),
        ("struct<x:bigint>", "[1]"),
        ("array<bigint>", '["a"]'),
    ],
)
def test_a_later_value_of_another_type_is_named(
    spark: SparkSession, make_arguments: Make, write: Write, type_name: str, value: str
) -> None:
    text = f'{{"id":1,"v":null}}\n{{"id":2,"v":{value}}}\n'
    arguments = make_arguments("id bigint", f"v {type_name}")
    with pytest.raises(SchemaContradictionError) as caught:
        rows(spark, write("t.jsonl", text), arguments)
    assert f'"v":{value}}}' in str(caught.value)


def test_numbers_keep_their_digits(spark: SparkSession, make_arguments: Make, write: Write) -> None:
    text = '{"i":9223372036854775807,"d":12345678901234567890.123456789012345678}'
    arguments = make_arguments("i bigint", "d decimal(38,18)")
    found = rows(spark, write("d.jsonl", text), arguments)
    assert found == [(2**63 - 1, Decimal("12345678901234567890.123456789012345678"))]


def test_what_is_not_json_is_refused(
    spark: SparkSession, make_arguments: Make, write: Write
) -> None:
    arguments = make_arguments("id bigint")
    for line in ("{'id': 1}", '{"id": NaN}', '{"id": 1', "nonsense"):
        with pytest.raises(SchemaContradictionError):
            rows(spark, write("bad.jsonl", line), arguments)
