"""JSON as Spark reads it with a validated schema."""

import gzip
import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pipeline_spark.arguments import JobArguments
from pipeline_spark.errors import SchemaContradictionError
from pipeline_spark.json_records import read_json
from pyspark.sql import SparkSession

from tests.unit.glue_scripts.reading import rows

pytestmark = pytest.mark.spark

Make = Callable[..., JobArguments]
Write = Callable[[str, str | bytes], str]

RECORDS = [{"id": 1, "name": "Ünï"}, {"id": 2, "name": None}, {"name": "x"}]
ROWS = [(1, "Ünï"), (2, None), (None, "x")]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\n\n"])
def test_lines(spark: SparkSession, make_arguments: Make, write: Write, newline: str) -> None:
    text = "\ufeff" + newline.join(json.dumps(record) for record in RECORDS) + newline
    arguments = make_arguments("id bigint", "name string")
    for name, content in (("l.jsonl", text.encode()), ("l.jsonl.gz", gzip.compress(text.encode()))):
        assert rows(read_json(spark, write(name, content), arguments)) == ROWS


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
    (row,) = rows(read_json(spark, write("n.jsonl", json.dumps(record)), arguments))
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
        ({"id": 1, "extra": 2}, "Column extra: validation did not see this key."),
        ({"id": 1, "Id": 2}, "Column Id: validation did not see this key."),
        ({"in": {"x": 1, "y": 2}}, "Column in: validation did not see the key in.y."),
        ({"list": [{"k": 1}, {"q": 2}]}, "Column list: validation did not see the key list[].q."),
        ({"in": {"deep": [{"w": 1}]}}, "validation did not see the key in.deep[].w."),
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
        rows(read_json(spark, write("e.json", text), arguments))
    assert str(caught.value).startswith("s3://source/people.csv: row 2 (line 2) does not fit")
    assert shown in str(caught.value)


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
        ("array<struct<x:double>>", '[{"x":1e999}]'),
        ("double", "1e999"),
        ("double", "-1e999"),
        ("array<double>", "[1,1e999]"),
        ("decimal(38,18)", "1.1234567890123456789"),
        ("decimal(38,18)", "1e-20"),
        ("decimal(38,18)", "99999999999999999999.1234567890123456789"),
        ("decimal(38,18)", '"1.5"'),
        ("struct<d:decimal(38,18)>", '{"d":"1.5"}'),
        ("struct<d:decimal(38,18)>", '{"d":1e-20}'),
        ("timestamp", "5"),
        ("date", "5"),
        ("struct<t:timestamp>", '{"t":5}'),
        ("array<timestamp>", "[5]"),
        ("timestamp", '"2026-02-30T10:11:12"'),
    ],
)
def test_a_later_value_of_another_type_is_named(
    spark: SparkSession, make_arguments: Make, write: Write, type_name: str, value: str
) -> None:
    text = f'{{"id":1,"v":null}}\n{{"id":2,"v":{value}}}\n'
    arguments = make_arguments("id bigint", f"v {type_name}")
    with pytest.raises(SchemaContradictionError) as caught:
        rows(read_json(spark, write("t.jsonl", text), arguments))
    place = "row 2 (line 2) does not fit the columns that validation found."
    assert f"{place} Column v: '{value}' is no {type_name}. " in str(caught.value)
    assert f'"v":{value}}}' in str(caught.value)


def test_numbers_keep_their_digits(spark: SparkSession, make_arguments: Make, write: Write) -> None:
    text = '{"i":9223372036854775807,"d":12345678901234567890.123456789012345678}'
    arguments = make_arguments("i bigint", "d decimal(38,18)")
    found = rows(read_json(spark, write("d.jsonl", text), arguments))
    assert found == [(2**63 - 1, Decimal("12345678901234567890.123456789012345678"))]


def test_what_is_not_json_is_refused(
    spark: SparkSession, make_arguments: Make, write: Write
) -> None:
    arguments = make_arguments("id bigint")
    for line in ("{'id': 1}", '{"id": NaN}', '{"id": 1', "nonsense"):
        with pytest.raises(SchemaContradictionError, match="row 1 "):
            rows(read_json(spark, write("bad.jsonl", line), arguments))
