"""CSV as Spark reads it with a validated schema."""

import gzip
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from pipeline_spark.arguments import JobArguments
from pipeline_spark.columns import Column
from pipeline_spark.contradiction import refuse
from pipeline_spark.csv_records import read_csv
from pipeline_spark.errors import SchemaContradictionError
from pyspark.sql import SparkSession

from tests.unit.glue_scripts.reading import rows

pytestmark = pytest.mark.spark

Make = Callable[..., JobArguments]
Write = Callable[[str, str | bytes], str]


def test_types(spark: SparkSession, make_arguments: Make, write: Write) -> None:
    uri = write(
        "types.csv",
        "i,x,d,t,b,s,n\n"
        "1,1.5,2026-11-20,2026-11-20T10:11:12Z,true,one,12345678901234567890\n"
        "-0,1e3,1969-01-01,2026-11-20 10:11:12.123456,FALSE,007,0\n"
        "3,4,2026-11-20,2026-11-20T10:11:12+02:00,False,a b,1\n",
    )
    columns = ["i bigint", "x double", "d date", "t timestamp", "b boolean", "s string"]
    found = refuse(read_csv(spark, uri, make_arguments(*columns, "n decimal(38,0)")).judged())
    epochs = [row[0] for row in found.selectExpr("unix_micros(t)").collect()]
    first = datetime(2026, 11, 20, 10, 11, 12, tzinfo=UTC).timestamp() * 1e6
    assert epochs == [first, first + 123456, first - 7200e6]
    assert [tuple(row) for row in found.drop("t").collect()] == [
        (1, 1.5, date(2026, 11, 20), True, "one", Decimal("12345678901234567890")),
        (0, 1000.0, date(1969, 1, 1), False, "007", Decimal(0)),
        (3, 4.0, date(2026, 11, 20), False, "a b", Decimal(1)),
    ]


def test_empty_fields_are_null_quoted_or_not(
    spark: SparkSession, make_arguments: Make, write: Write
) -> None:
    uri = write("empty.csv", 'i,s,t\n,,\n"","",""\n')
    found = rows(read_csv(spark, uri, make_arguments("i bigint", "s string", "t timestamp")))
    assert found == [(None, None, None)] * 2


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(
    spark: SparkSession, make_arguments: Make, write: Write, delimiter: str
) -> None:
    uri = write("file.csv", f'a{delimiter}b\n1{delimiter}"x{delimiter}y"\n')
    arguments = make_arguments("a bigint", "b string", delimiter=delimiter)
    assert rows(read_csv(spark, uri, arguments)) == [(1, f"x{delimiter}y")]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_quotes_line_breaks_and_backslashes(
    spark: SparkSession, make_arguments: Make, write: Write, newline: str
) -> None:
    text = 'a,b\n1,"say ""hi"",\nthen go"\n2,C:\\new\n3,"\\"\n'.replace("\n", newline)
    uri = write("quotes.csv", text)
    found = rows(read_csv(spark, uri, make_arguments("a bigint", "b string")))
    assert found == [(1, 'say "hi",\nthen go'), (2, "C:\\new"), (3, "\\")]


def test_byte_order_mark_gzip_and_odd_column_names(
    spark: SparkSession, make_arguments: Make, write: Write
) -> None:
    uri = write("bom.csv.gz", gzip.compress("\ufeffid,a.b,c`d,e f\n1,2,3,ü€😀\n".encode()))
    arguments = make_arguments("id bigint", "a.b bigint", "c`d bigint", Column("e f", "string"))
    found = refuse(read_csv(spark, uri, arguments).judged())
    assert found.columns == ["id", "a.b", "c`d", "e f"]
    assert [tuple(row) for row in found.collect()] == [(1, 2, 3, "ü€😀")]


@pytest.mark.parametrize(
    ("type_name", "value"),
    [
        ("bigint", "abc"),
        ("bigint", "1.5"),
        ("bigint", "9223372036854775808"),
        ("bigint", "007"),
        ("bigint", "+5"),
        ("bigint", " 5"),
        ("double", "NaN"),
        ("double", "1d"),
        ("double", "1e999"),
        ("double", "01.5"),
        ("boolean", "1"),
        ("timestamp", "2026-11-20T10:11:12.1234567"),
        ("timestamp", "2026-11-31T10:11:12"),
        ("decimal(38,2)", "1.005"),
        ("decimal(4,2)", "100.5"),
        ("double", "1,5"),
        ("boolean", "yes"),
        ("date", "2026-1-2"),
        ("date", "2026"),
        ("date", "2026-02-30"),
        ("timestamp", "10:11:12"),
        ("timestamp", "2026"),
        ("decimal(5,2)", "x"),
    ],
)
def test_a_later_value_of_another_type_is_named(
    spark: SparkSession, make_arguments: Make, write: Write, type_name: str, value: str
) -> None:
    uri = write("late.csv", f'id,v\n1,\n2,"{value}"\n')
    with pytest.raises(SchemaContradictionError) as caught:
        rows(read_csv(spark, uri, make_arguments("id bigint", f"v {type_name}")))
    assert "s3://source/people.csv" in str(caught.value)
    assert "row 2 does not fit" in str(caught.value)
    assert f"Column v: '{value}' is no {type_name}. Record begins: 2, " in str(caught.value)


@pytest.mark.parametrize(
    ("type_name", "value"),
    [
        ("double", "1.5\n"),
        ("date", "2026-11-20\n"),
        ("timestamp", "2026-11-20T10:11:12Z\n"),
        ("double", "1.5\u2028"),
    ],
)
def test_a_value_ends_where_its_form_does(
    spark: SparkSession, make_arguments: Make, write: Write, type_name: str, value: str
) -> None:
    """To Java's regular expressions a text also ends before a line break."""
    uri = write("late.csv", f'id,v\n1,\n2,"{value}"\n')
    arguments = make_arguments("id bigint", f"v {type_name}", multi_line=True)
    with pytest.raises(SchemaContradictionError, match=f"is no {type_name}"):
        rows(read_csv(spark, uri, arguments))


@pytest.mark.parametrize("line", ["1", "1,2,3"])
def test_a_ragged_row_is_named(
    spark: SparkSession, make_arguments: Make, write: Write, line: str
) -> None:
    uri = write("ragged.csv", f"a,b\n5,6\n{line}\n")
    with pytest.raises(
        SchemaContradictionError,
        match=rf"row 2 .* more or fewer fields than the header\. Record begins: {line}$",
    ):
        rows(read_csv(spark, uri, make_arguments("a bigint", "b bigint")))


@pytest.mark.parametrize("header", ["a,c", "b,a", "a", "a,b,c"])
def test_another_header_is_refused(
    spark: SparkSession, make_arguments: Make, write: Write, header: str
) -> None:
    uri = write("header.csv", f"{header}\n1,2\n")
    with pytest.raises(SchemaContradictionError, match="header"):
        rows(read_csv(spark, uri, make_arguments("a bigint", "b bigint")))


def test_a_long_record_with_line_breaks_is_shown_in_one_short_line(
    spark: SparkSession, make_arguments: Make, write: Write
) -> None:
    uri = write("long.csv", 'a,b\nx,"one\ntwo' + "!" * 5_000 + '"\n')
    with pytest.raises(SchemaContradictionError) as caught:
        rows(read_csv(spark, uri, make_arguments("a bigint", "b string")))
    assert "one\\ntwo!" in str(caught.value)
    assert len(str(caught.value)) < 600


def test_a_file_may_have_very_many_columns(
    spark: SparkSession, make_arguments: Make, write: Write
) -> None:
    """As many as validation lets pass: no expression may be as deep as the file is wide."""
    names = [f"c{number}" for number in range(1_300)]
    uri = write("wide.csv", f"{','.join(names)}\n{','.join('1' for _ in names)}\n")
    found = rows(read_csv(spark, uri, make_arguments(*(f"{name} bigint" for name in names))))
    assert found == [(1,) * len(names)]
