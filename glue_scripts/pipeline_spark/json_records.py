"""JSON into records.

A key that a record lacks is null. A key that validation did not see contradicts, at any depth,
since a column left out is lost data. In a column of text, a value that is no text stands as JSON,
as Spark writes it: 1.10 becomes 1.1.

Spark's reader changes some values in silence: a number beyond a double becomes infinite, decimals
are rounded, a number becomes a time. So dates and times are read as texts first, and what is inside
other values is looked at once more.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 - Spark's own name for it

from pipeline_spark import json_judge
from pipeline_spark.arguments import JobArguments
from pipeline_spark.columns import Column, schema_of
from pipeline_spark.contradiction import CORRUPT_RECORD, FITS, BadRow, shown
from pipeline_spark.json_changes import is_changed
from pipeline_spark.json_keys import SYNTAX, has_unknown_keys
from pipeline_spark.lines import read_lines, read_numbered_lines, without_byte_order_mark
from pipeline_spark.text_values import judged

_BLANK = r"^[ \t\r\n\ufeff]*$"
_OPTIONS: Mapping[str, str] = {
    **SYNTAX,
    "mode": "PERMISSIVE",
    "columnNameOfCorruptRecord": CORRUPT_RECORD,
    # ISO 8601 as validation reads it. Spark's own readers would take a year alone for a date.
    "dateFormat": "yyyy-MM-dd",
    "timestampFormat": "yyyy-MM-dd['T'][ ]HH:mm:ss[.SSSSSS][XXX]",
    "enableDateTimeParsingFallback": "false",
    "timeZone": "UTC",
}
_READ_AS_TEXT = ("date", "timestamp")


@dataclass(frozen=True)
class JsonRecords:
    """A file, or a folder of files, with one object per line; ``json_lines`` makes that of others.

    ``has_lines`` says whether its lines are those of the file that somebody sent. ``spread`` is the
    number of tasks that work on the records of a file that one task must read.
    """

    spark: SparkSession
    uri: str
    columns: tuple[Column, ...]
    is_folder: bool = False
    has_lines: bool = True
    spread: int | None = None

    def judged(self) -> DataFrame:
        """Return all records with their columns and FITS."""
        lines = read_lines(self.spark, self.uri).where(~F.col("value").rlike(_BLANK))
        if self.spread:
            lines = lines.repartition(self.spread)
        value = without_byte_order_mark("value")
        return judge(lines.withColumn("value", value), self.columns)

    def bad_rows(self) -> Iterator[BadRow]:
        """Read again, and yield the records that do not fit, in the file's order."""
        if self.is_folder:
            lines = read_lines(self.spark, self.uri).where(~F.col("value").rlike(_BLANK))
            unknown = F.lit(None).cast("bigint")
            lines = lines.select("value", unknown.alias("line"), unknown.alias("row"))
        else:
            lines = read_numbered_lines(self.spark, self.uri, _BLANK)
        texts = lines.withColumn("value", without_byte_order_mark("value"))
        kept = {name: f"__{name}" for name in ("value", "line", "row")}
        texts = texts.select("value", *(F.col(name).alias(as_) for name, as_ in kept.items()))
        bad = judge(texts, self.columns, tuple(kept.values())).where(~F.col(FITS))
        types = self.spark.createDataFrame([], schema_of(self.columns)).schema
        for found in bad.select(*kept.values()).toLocalIterator():
            text = found["__value"].strip(" \t\r\n")
            yield BadRow(
                None if found["__row"] is None else found["__row"] + 1,
                found["__line"] if self.has_lines else None,
                json_judge.contradictions(text, self.columns, types),
                shown(text),
                text,
            )

    def with_columns(self, columns: tuple[Column, ...]) -> "JsonRecords":
        """Return the same records, held to other columns."""
        return replace(self, columns=columns)


def read_json(
    spark: SparkSession, uri: str, arguments: JobArguments, spread: int | None = None
) -> JsonRecords:
    """Return the file at ``uri``, with the validated columns."""
    has_lines = arguments.json_shape not in ("array", "object")
    return JsonRecords(spark, uri, arguments.columns, has_lines=has_lines, spread=spread)


def judge(texts: DataFrame, columns: tuple[Column, ...], keep: tuple[str, ...] = ()) -> DataFrame:
    """Turn each ``value``, the text of one object, into a row of the columns, FITS and ``keep``."""
    read_as = [
        Column(column.name, "string") if column.type.startswith(_READ_AS_TEXT) else column
        for column in columns
    ]
    schema = f"{schema_of(read_as)}, `{CORRUPT_RECORD}` string"
    record = F.from_json("value", schema, dict(_OPTIONS)).alias("__record")
    parsed = texts.select(*keep, "value", record)
    known = texts.sparkSession.createDataFrame([], schema_of(columns)).schema
    fits = (
        F.col(f"__record.{CORRUPT_RECORD}").isNull()
        & ~has_unknown_keys(F.col("value"), known)
        & ~is_changed(F.col("__record"), F.col("value"), known)
    )
    rows = parsed.select(*keep, "__record.*", fits.alias("__whole"))
    typed = [column.name for column in read_as if column.type != "string"]
    return judged(rows, columns, F.col("__whole"), typed=typed, keep=keep)
