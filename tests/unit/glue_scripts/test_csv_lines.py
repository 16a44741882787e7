"""CSV whose lines are records: split at delimiters where they have no quotes, else parsed."""

from collections.abc import Callable

import pytest
from pipeline_spark.columns import Column
from pipeline_spark.contradiction import refuse
from pipeline_spark.csv_records import CsvRecords
from pipeline_spark.errors import SchemaContradictionError
from pyspark.sql import SparkSession

from tests.unit.glue_scripts.reading import rows

pytestmark = pytest.mark.spark

Write = Callable[[str, str | bytes], str]
PAIR = (Column("a", "bigint"), Column("b", "string"))


def read(spark: SparkSession, uri: str, *columns: Column) -> CsvRecords:
    return CsvRecords(spark, uri, columns or PAIR, multi_line=False)


@pytest.mark.parametrize("line", ["1", "1,2,3", '"1"', '1,"2",3', '1,"2",'])
def test_a_ragged_line_is_named(spark: SparkSession, write: Write, line: str) -> None:
    uri = write("ragged.csv", f'a,b\n5,6\n7,"8"\n{line}\n')
    with pytest.raises(SchemaContradictionError, match=r"row 3 \(line 4\) .* more or fewer fields"):
        rows(read(spark, uri))


@pytest.mark.parametrize("header", ["a", "a,b,c", '"a","b","c"', "a,c", "b,a", "A,b", "1,2"])
def test_another_header_is_refused(spark: SparkSession, write: Write, header: str) -> None:
    uri = write("header.csv", f"{header}\n1,2\n")
    with pytest.raises(SchemaContradictionError, match="the header is not the one"):
        rows(read(spark, uri))


def test_only_the_front_of_the_file_loses_a_byte_order_mark(
    spark: SparkSession, write: Write
) -> None:
    columns = (Column("a", "string"), Column("b", "string"))
    uri = write("marks.csv", '\ufeff"a",b\n\ufeff1,\ufeff2\n\ufeff3,"x"\n')
    found = rows(read(spark, uri, *columns))
    assert found == [("\ufeff1", "\ufeff2"), ("\ufeff3", "x")]


def test_columns_may_have_any_names(spark: SparkSession, write: Write) -> None:
    """Those that the reader gives to what it computes among them."""
    names = ["value", "row", "line", "texts", "fields", "is_header"]
    columns = tuple(Column(name, "bigint") for name in names)
    uri = write("names.csv", ",".join(names) + '\n1,2,3,4,5,6\n1,"2",3,4,5,\n1,2,x,4,5,6\n')
    records = read(spark, uri, *columns)
    with pytest.raises(SchemaContradictionError, match=r"row 3 .*Column line: 'x' is no bigint"):
        rows(records)
    texts = records.with_columns(tuple(Column(name, "string") for name in names))
    assert rows(texts) == [
        ("1", "2", "3", "4", "5", "6"),
        ("1", "2", "3", "4", "5", None),
        ("1", "2", "x", "4", "5", "6"),
    ]


@pytest.mark.parametrize("text", ["true", "TRUE", "True", "tRuE", "false", "FALSE", "fAlse"])
def test_booleans_in_any_case(spark: SparkSession, write: Write, text: str) -> None:
    uri = write("flags.csv", f"a,b\n1,{text}\n2,\n")
    found = rows(read(spark, uri, Column("a", "bigint"), Column("b", "boolean")))
    assert found == [(1, text.lower() == "true"), (2, None)]


@pytest.mark.parametrize(
    "text", ["t", "yes", "1", "0", " true", "true ", "\uff54rue", "fal\u017fe", "on"]
)
def test_no_other_text_is_a_boolean(spark: SparkSession, write: Write, text: str) -> None:
    uri = write("flags.csv", f"a,b\n1,true\n2,{text}\n")
    with pytest.raises(SchemaContradictionError, match=f"'{text}' is no boolean"):
        rows(read(spark, uri, Column("a", "bigint"), Column("b", "boolean")))


def test_each_value_is_split_and_cast_once(spark: SparkSession, write: Write) -> None:
    """Spark moves filters below what they refer to, and would do the work on both sides."""
    columns = (Column("a", "bigint"), Column("b", "double"), Column("c", "date"))
    uri = write("plan.csv", "a,b,c\n1,2,2026-11-21\n")
    found = refuse(read(spark, uri, *columns).judged())
    plan = found._jdf.queryExecution().executedPlan().toString()
    assert plan.count("try_cast(") == len(columns)
    assert plan.count("split(") == 1
    assert plan.count("from_csv(") == 1
