"""CSV into records.

An empty field is null, quoted or not: validation's reader cannot tell the two apart, nor can most
programs that write CSV. Quotes inside a quoted field are doubled (RFC 4180); a backslash is a
character like any other. Where lines end in CR LF, a CR LF inside quotes is read as LF: Spark's
parser knows one line ending per file.

A quoted field may hold a line break, so that a task in the middle of a file cannot know where a
record begins: such a file is read by one task. Where validation saw no such field, each line is a
record and many tasks read. There, as in validation, each delimiter of a line without quotes ends a
field: to split it takes less than Spark's parser, which reads the lines that have quotes.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pyspark.sql import Column as Expression
from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F  # noqa: N812 - Spark's own name for it

from pipeline_spark.arguments import JobArguments
from pipeline_spark.columns import Column, schema_of
from pipeline_spark.contradiction import CORRUPT_RECORD, BadRow, Contradiction, quoted
from pipeline_spark.lines import read_lines, read_numbered_lines, without_byte_order_mark
from pipeline_spark.text_values import contradictions, judged

_SPARK_MAX_COLUMNS = 20_480
_COLUMNS_SHOWN = 5
_BLANK = "^$"
_WHOLE = "__has_all_fields"
_OTHER_WIDTH = "the row has more or fewer fields than the header"
_HEADER = "CSVHeaderChecker: the header is another one"
"""With the name of Spark's own check, so that both are told in the same way."""


@dataclass(frozen=True)
class CsvRecords:
    """A CSV file, or a folder of such, each with a header of these columns.

    ``multi_line`` says whether a quoted field may hold a line break; of a folder it must be True.
    ``spread`` is the number of tasks that work on the records of a file that one task must read;
    None leaves it at that one.
    """

    spark: SparkSession
    uri: str
    columns: tuple[Column, ...]
    delimiter: str = ","
    multi_line: bool = True
    is_folder: bool = False
    spread: int | None = None

    def judged(self) -> DataFrame:
        """Return all records with their columns and FITS."""
        if self.multi_line:
            texts, whole = self._by_spark(), F.col(CORRUPT_RECORD).isNull()
        else:
            texts, whole = self._by_lines(), F.col(_WHOLE)
        if self.spread:
            texts = texts.repartition(self.spread)
        return judged(texts, self.columns, whole)

    def bad_rows(self) -> Iterator[BadRow]:
        """Read again, and yield the records that do not fit, in the file's order."""
        texts = self._by_spark() if self.multi_line else self._numbered()
        if self.multi_line:
            position = F.monotonically_increasing_id() + 1
            row = F.lit(None).cast("bigint") if self.is_folder else position
            texts = texts.select(
                "*", row.alias("__row"), F.lit(None).cast("bigint").alias("__line")
            )
        names = [column.name for column in self.columns]
        begins = F.concat_ws(
            ", ", *(F.coalesce(quoted(name), F.lit("")) for name in names[:_COLUMNS_SHOWN])
        )
        record = F.to_json(F.struct(*map(quoted, names)), {"ignoreNullFields": "false"})
        found = texts.select(
            "__row",
            "__line",
            begins.alias("__begins"),
            record.alias("__record"),
            F.col(CORRUPT_RECORD).alias("__corrupt"),
            contradictions(self.columns).alias("__wrong"),
        )
        bad = found.where(F.col("__corrupt").isNotNull() | (F.size("__wrong") > 0))
        yield from map(_bad_row, bad.toLocalIterator())

    def with_columns(self, columns: tuple[Column, ...]) -> "CsvRecords":
        """Return the same records, held to other types."""
        return replace(self, columns=columns)

    def _by_spark(self) -> DataFrame:
        reader = self.spark.read.schema(self._texts_schema())
        return (
            reader.options(**self._options())
            .option("header", True)
            # False means: compare the header with the schema.
            .option("enforceSchema", False)
            .option("multiLine", True)
            .option("encoding", "UTF-8")
            .csv(self.uri)
        )

    def _by_lines(self) -> DataFrame:
        # Spark's own reader of CSV drops lines of white space alone, which may be rows.
        return self._split(read_lines(self.spark, self.uri).where(F.col("value") != ""))

    def _numbered(self) -> DataFrame:
        return self._parsed(read_numbered_lines(self.spark, self.uri, _BLANK))

    def _parsed(self, lines: DataFrame) -> DataFrame:
        """Parse the lines, of which row 0 is the header; their numbers are __row and __line."""
        is_header = F.col("row") == 0
        parsed = lines.select("row", "line", self._parse(is_header).alias("fields"))
        names = [*(column.name for column in self.columns), CORRUPT_RECORD]
        texts = (self._field(name).alias(name) for name in names)
        numbers = (F.col("row").alias("__row"), F.col("line").alias("__line"))
        return parsed.where(self._is_record(is_header)).select(*numbers, *texts)

    def _split(self, lines: DataFrame) -> DataFrame:
        """Return the columns' texts, and in _WHOLE whether the line has as many fields."""
        # The pieces of one file come in its order, so the first row of all is the header. What is
        # not deterministic Spark computes once, and moves no filter below it.
        is_header = F.monotonically_increasing_id() == 0
        has_quotes = F.col("value").contains('"')
        parsed = lines.select(
            "value",
            is_header.alias("is_header"),
            F.when(has_quotes | is_header, self._parse(is_header)).alias("fields"),
        ).where(self._is_record(F.col("is_header")))
        corrupt = self._field(CORRUPT_RECORD).isNotNull()
        texts = (
            F.when(corrupt, F.array().cast("array<string>"))
            .when(F.col("fields").isNotNull(), self._fields())
            .otherwise(F.split("value", re.escape(self.delimiter)))
        )
        split = parsed.select(texts.alias("texts"))
        named = (self._text(place).alias(column.name) for place, column in enumerate(self.columns))
        return split.select(*named, (F.size("texts") == len(self.columns)).alias(_WHOLE))

    def _text(self, place: int) -> Expression:
        text = F.get("texts", F.lit(place))
        return F.when(text != "", text)

    def _parse(self, is_header: Expression) -> Expression:
        value = F.when(is_header, without_byte_order_mark("value")).otherwise(F.col("value"))
        return F.from_csv(value, self._texts_schema(), self._options())

    def _is_record(self, is_header: Expression) -> Expression:
        """Whether a line is not the header. Ends the job if it should be and is another one."""
        expected = F.array(*(F.lit(column.name) for column in self.columns))
        return (
            F.when(~is_header, F.lit(True))
            .when(self._field(CORRUPT_RECORD).isNull() & (self._fields() == expected), F.lit(False))
            .otherwise(F.raise_error(F.lit(_HEADER)))
        )

    def _fields(self) -> Expression:
        return F.array(*(self._field(column.name) for column in self.columns))

    def _field(self, name: str) -> Expression:
        return F.col("fields").getField(name)

    def _texts_schema(self) -> str:
        texts = [Column(column.name, "string") for column in self.columns]
        return f"{schema_of(texts)}, `{CORRUPT_RECORD}` string"

    def _options(self) -> Mapping[str, str]:
        return {
            "mode": "PERMISSIVE",
            "columnNameOfCorruptRecord": CORRUPT_RECORD,
            "sep": self.delimiter,
            "escape": '"',
            "maxColumns": str(max(_SPARK_MAX_COLUMNS, len(self.columns) + 1)),
        }


def read_csv(
    spark: SparkSession, uri: str, arguments: JobArguments, spread: int | None = None
) -> CsvRecords:
    """Return the file at ``uri``, with the validated columns."""
    return CsvRecords(
        spark,
        uri,
        arguments.columns,
        arguments.delimiter or ",",
        arguments.multi_line,
        spread=spread,
    )


def _bad_row(found: Row) -> BadRow:
    wrong = [
        Contradiction.of_value(item["column"], item["value"], item["type"])
        for item in found["__wrong"]
    ]
    if found["__corrupt"] is not None:
        first = next(iter(json.loads(found["__record"])))
        wrong.insert(0, Contradiction(first, found["__corrupt"], _OTHER_WIDTH))
    begins = found["__corrupt"] or found["__begins"]
    return BadRow(found["__row"], found["__line"], wrong, begins, found["__record"])
