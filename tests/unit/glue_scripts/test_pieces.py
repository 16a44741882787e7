"""A file read in pieces by many tasks gives what one task reads, and what Python's reader reads."""

import csv
import io
import random
from collections.abc import Callable, Iterator

import pytest
from pipeline_spark.arguments import JobArguments
from pipeline_spark.columns import Column
from pipeline_spark.contradiction import refuse
from pipeline_spark.csv_records import CsvRecords
from pipeline_spark.errors import SchemaContradictionError
from pipeline_spark.json_records import read_json
from pyspark.sql import SparkSession

from tests.unit.glue_scripts.reading import rows

pytestmark = pytest.mark.spark

Make = Callable[..., JobArguments]
Write = Callable[[str, str | bytes], str]

FIELDS = ["", "a", " ", "x y", '"', '""', ",", ";", "\t", "\\", "\\n", "'", "ü€😀", "0", "-", " a "]
FILES = {
    "plain": "a,b\n1,x\n2,y\n",
    "no line break at the end": "a,b\n1,x\n2,y",
    "CR LF": "a,b\r\n1,x\r\n2,\r\n",
    "empty lines anywhere": "\n\na,b\n\n1,x\n\n\n2,y\n\n",
    "empty lines of CR LF": "\r\n\r\na,b\r\n\r\n1,x\r\n\r\n2,y\r\n",
    "a byte order mark": "\ufeffa,b\n1,x\n2,y\n",
    "rows of nothing": "a,b\n,\n,\n1,x\n",
    "a row like the header": "a,b\na,b\n1,x\na,b\n",
    "quoted all over": '"a","b"\n"1","x"\n"2",""\n',
    "quotes and delimiters in quotes": 'a,b\n1,"say ""hi"", twice"\n2,"\\"\n',
    "blanks": 'a,b\n 1, x \n" 2 "," "\n',
    "a header and a row": "a,b\n1,x",
}


@pytest.fixture
def pieces(spark: SparkSession) -> Iterator[None]:
    """Tasks that read a few bytes each."""
    names = ("spark.sql.files.maxPartitionBytes", "spark.sql.files.openCostInBytes")
    before = {name: spark.conf.get(name) for name in names}
    for name in names:
        spark.conf.set(name, "16")
    yield
    for name, value in before.items():
        spark.conf.set(name, value or "")


def strict_rows(text: str, delimiter: str) -> tuple[list[str], list[tuple[str | None, ...]]]:
    lines = io.StringIO(text.removeprefix("\ufeff"), newline="")
    header, *found = [row for row in csv.reader(lines, delimiter=delimiter, strict=True) if row]
    return header, [tuple(value or None for value in row) for row in found]


@pytest.mark.usefixtures("pieces")
@pytest.mark.parametrize("delimiter", [",", "\t"])
@pytest.mark.parametrize("name", FILES)
def test_odd_files(spark: SparkSession, write: Write, name: str, delimiter: str) -> None:
    text = FILES[name].replace(",", delimiter)
    header, expected = strict_rows(text, delimiter)
    columns = tuple(Column(each, "string") for each in header)
    uri = write("file.csv", text)
    in_pieces = CsvRecords(spark, uri, columns, delimiter, multi_line=False)
    if len(text) > 20:
        assert in_pieces.judged().rdd.getNumPartitions() > 1
    assert rows(in_pieces) == expected
    assert rows(CsvRecords(spark, uri, columns, delimiter, multi_line=True)) == expected


@pytest.mark.usefixtures("pieces")
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("delimiter", "width"), [(",", 3), (";", 2), ("\t", 4), ("|", 3), (",", 1)]
)
def test_random_fields(
    spark: SparkSession, write: Write, delimiter: str, width: int, end: str
) -> None:
    chance = random.Random(f"{delimiter}{width}{end}")
    made = io.StringIO()
    writer = csv.writer(made, delimiter=delimiter, lineterminator=end)
    writer.writerow([f"c{place}" for place in range(width)])
    for _ in range(30):
        writer.writerow(
            ["".join(chance.choices(FIELDS, k=chance.randrange(4))) for _ in range(width)]
        )
    header, expected = strict_rows(made.getvalue(), delimiter)
    columns = tuple(Column(each, "string") for each in header)
    uri = write("random.csv", made.getvalue())
    for multi_line in (False, True):
        assert rows(CsvRecords(spark, uri, columns, delimiter, multi_line)) == expected


@pytest.mark.usefixtures("pieces")
@pytest.mark.parametrize("delimiter", [",", "\t"])
@pytest.mark.parametrize("header", ["a,c", "b,a"])
def test_another_header_is_refused(
    spark: SparkSession, write: Write, header: str, delimiter: str
) -> None:
    uri = write("header.csv", f"{header}\n1,2\n3,4\n5,6\n".replace(",", delimiter))
    columns = (Column("a", "bigint"), Column("b", "bigint"))
    with pytest.raises(SchemaContradictionError, match="the header is not the one"):
        rows(CsvRecords(spark, uri, columns, delimiter, multi_line=False))


@pytest.mark.usefixtures("pieces")
def test_a_row_is_numbered_though_no_task_sees_the_lines_before_it(
    spark: SparkSession, write: Write
) -> None:
    lines = [f"{number},x" for number in range(1, 41)]
    lines[29] = "thirty,y"
    text = "\n\na,b\n" + "\n\n".join(lines) + "\n"
    columns = (Column("a", "bigint"), Column("b", "string"))
    records = CsvRecords(spark, write("rows.csv", text), columns, multi_line=False)
    with pytest.raises(SchemaContradictionError) as caught:
        rows(records)
    line = text.split("\n").index("thirty,y") + 1
    assert str(caught.value) == (
        f"s3://source/people.csv: row 30 (line {line}) does not fit the columns that validation "
        "found. Column a: 'thirty' is no bigint. Record begins: thirty, y"
    )
    (bad,) = records.bad_rows()
    assert bad.record == '{"a":"thirty","b":"y"}'


@pytest.mark.usefixtures("pieces")
def test_json_lines(spark: SparkSession, make_arguments: Make, write: Write) -> None:
    lines = [f'{{"id": {number}}}' for number in range(40)]
    text = "\ufeff" + "\r\n \r\n".join(lines)
    arguments = make_arguments("id bigint", json_shape="lines")
    records = read_json(spark, write("l.jsonl", text), arguments)
    assert refuse(records.judged()).rdd.getNumPartitions() > 1
    assert rows(records) == [(number,) for number in range(40)]


def test_a_file_for_one_task_is_spread_after_it(spark: SparkSession, write: Write) -> None:
    text = "a,b\n" + "".join(f'{number},"x\ny"\n' for number in range(100))
    columns = (Column("a", "bigint"), Column("b", "string"))
    records = CsvRecords(spark, write("multi.csv", text), columns, spread=3)
    assert refuse(records.judged()).rdd.getNumPartitions() == 3
    assert sorted(rows(records)) == [(number, "x\ny") for number in range(100)]
