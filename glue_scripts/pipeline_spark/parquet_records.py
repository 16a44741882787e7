"""Parquet into records. The file's own schema is the truth; validation read it from the footer."""

from collections.abc import Mapping

from pyspark.sql import Column as Expression
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 - Spark's own name for it

from pipeline_spark.arguments import JobArguments
from pipeline_spark.contradiction import quoted
from pipeline_spark.errors import SchemaContradictionError


def read_parquet(spark: SparkSession, uri: str, arguments: JobArguments) -> DataFrame:
    """Read the file at ``uri``. Its columns must be the validated ones.

    Raises SchemaContradictionError where they are not.
    Nanosecond timestamps, which pandas writes and Spark has no type for, become microseconds.
    """
    spark.conf.set("spark.sql.legacy.parquet.nanosAsLong", "true")
    records = spark.read.parquet(uri)
    expected = [column.name for column in arguments.columns]
    if records.columns != expected:
        raise SchemaContradictionError(
            f"{arguments.source.uri()}: its columns are {', '.join(records.columns)}, "
            f"validation saw {', '.join(expected)}"
        )
    types = {column.name: column.type for column in arguments.columns}
    return nanoseconds_to_timestamps(records, types)


def nanoseconds_to_timestamps(records: DataFrame, types: Mapping[str, str]) -> DataFrame:
    """Turn columns of nanoseconds since 1970 into the timestamps that ``types`` says they are."""
    return records.select(
        *(
            _microseconds(name, types[name])
            if read_as == "bigint" and types[name].startswith("timestamp")
            else quoted(name)
            for name, read_as in records.dtypes
        )
    )


def _microseconds(name: str, type_name: str) -> Expression:
    value = quoted(name)
    # Towards the past, also before 1970: an integer division alone would round towards zero.
    whole = value - F.pmod(value, F.lit(1000))
    micros = F.timestamp_micros((whole / F.lit(1000)).cast("bigint"))
    return micros.cast(type_name).alias(name)
