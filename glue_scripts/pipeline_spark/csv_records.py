"""CSV into records.

An empty field is null, quoted or not: validation's reader cannot tell the two apart, nor can most
programs that write CSV. Quotes inside a quoted field are doubled (RFC 4180); a backslash is a
character like any other. Where lines end in CR LF, a CR LF inside quotes is read as LF: Spark's
parser knows one line ending per file.
"""

from collections.abc import Sequence

from pyspark.sql import DataFrame, SparkSession

from pipeline_spark.arguments import JobArguments
from pipeline_spark.columns import Column, schema_of
from pipeline_spark.contradiction import CORRUPT_RECORD, refuse_contradictions
from pipeline_spark.text_values import typed

_SPARK_MAX_COLUMNS = 20_480


def read_csv(spark: SparkSession, uri: str, arguments: JobArguments) -> DataFrame:
    """Read the file at ``uri`` with the validated columns; what does not fit ends the job."""
    return read_delimited(spark, uri, arguments.columns, arguments.delimiter or ",")


def read_delimited(
    spark: SparkSession, uri: str, columns: Sequence[Column], delimiter: str
) -> DataFrame:
    """Read the file at ``uri``, or all files of a folder, each with a header of these columns.

    ``multiLine`` is always on: a quoted field may hold a line break at any place in the file.
    """
    texts = [Column(column.name, "string") for column in columns]
    records = (
        spark.read.schema(f"{schema_of(texts)}, `{CORRUPT_RECORD}` string")
        .option("mode", "PERMISSIVE")
        .option("columnNameOfCorruptRecord", CORRUPT_RECORD)
        .option("header", True)
        # False means: compare the header with the schema.
        .option("enforceSchema", False)
        .option("sep", delimiter)
        .option("escape", '"')
        .option("multiLine", True)
        .option("encoding", "UTF-8")
        .option("maxColumns", max(_SPARK_MAX_COLUMNS, len(columns) + 1))
        .csv(uri)
    )
    return typed(refuse_contradictions(records, columns), columns)
