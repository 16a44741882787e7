"""Parquet into records. The file's own schema is the truth; validation read it from the footer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pyspark.sql import Column as Expression
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 - Spark's own name for it

from pipeline_spark.arguments import JobArguments
from pipeline_spark.columns import Column
from pipeline_spark.contradiction import FITS, BadRow, quoted
from pipeline_spark.errors import SchemaContradictionError


@dataclass(frozen=True)
class ParquetRecords:
    """A Parquet file. ``columns`` are the validated ones; a file that has others is refused."""

    spark: SparkSession
    uri: str
    columns: tuple[Column, ...]

    def judged(self) -> DataFrame:
        """Return all records with their columns and FITS, which is always true.

        Raises SchemaContradictionError where the columns are not the validated ones. Nanosecond
        timestamps, which pandas writes and Spark has no type for, become microseconds.
        """
        self.spark.conf.set("spark.sql.legacy.parquet.nanosAsLong", "true")
        records = self.spark.read.parquet(self.uri)
        expected = [column.name for column in self.columns]
        if records.columns != expected:
            raise SchemaContradictionError(
                f"{self.uri}: its columns are {', '.join(records.columns)}, "
                f"validation saw {', '.join(expected)}"
            )
        types = {column.name: column.type for column in self.columns}
        return nanoseconds_to_timestamps(records, types).withColumn(FITS, F.lit(True))

    def bad_rows(self) -> Iterator[BadRow]:
        """Yield nothing: each value of a Parquet file has its column's type."""
        return iter(())

    def with_columns(self, columns: tuple[Column, ...]) -> "ParquetRecords":
        """Return the same records, held to other columns."""
        return replace(self, columns=columns)


def read_parquet(
    spark: SparkSession, uri: str, arguments: JobArguments, _spread: int | None = None
) -> ParquetRecords:
    """Return the file at ``uri``, with the validated columns."""
    return ParquetRecords(spark, uri, arguments.columns)


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
