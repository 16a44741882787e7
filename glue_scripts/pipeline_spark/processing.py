"""One run of a processing job: read, check, write, publish."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from pyspark.sql import DataFrame, SparkSession

from pipeline_spark import output
from pipeline_spark.arguments import JobArguments, S3Location
from pipeline_spark.contradiction import translate
from pipeline_spark.errors import RowCountMismatchError
from pipeline_spark.source import Source
from pipeline_spark.transforms import add_processing_date

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

Reader = Callable[[SparkSession, str, JobArguments], DataFrame]
"""Reads the file at a URI into records with the columns of the arguments."""


def process(spark: SparkSession, s3: "S3Client", arguments: JobArguments, read: Reader) -> int:
    """Turn the source object into Parquet at ``arguments.output`` and return the number of rows.

    What lay at the output stays as it was unless everything went well. Raises ProcessingError.
    """
    configure(spark)
    source = Source(arguments.source, arguments.source_version_id, arguments.compression)
    staging = output.staging_for(arguments.output, arguments.execution_name)
    staged = S3Location(staging.bucket, f"{staging.key}output/")
    try:
        spare = S3Location(staging.bucket, f"{staging.key}input/")
        if arguments.json_shape in ("array", "object"):
            uri = source.as_json_lines(s3, spare)
        else:
            uri = source.readable_uri(s3, spare)
        rows = _write(spark, uri, arguments, read, staged)
        _assert_expected(rows, arguments)
        source.assert_unchanged(s3, uri)
        output.replace(s3, staged, arguments.output)
    finally:
        output.remove(s3, staging)
    return rows


def configure(spark: SparkSession) -> None:
    """Set what the results depend on, so that no default of a Glue or Spark version decides it."""
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    # A date that the pattern does not fit is a contradiction, not a question of Spark's history.
    spark.conf.set("spark.sql.legacy.timeParserPolicy", "CORRECTED")
    # Spark's default is INT96, which other readers take for nanoseconds.
    spark.conf.set("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS")


def _write(
    spark: SparkSession, uri: str, arguments: JobArguments, read: Reader, staged: S3Location
) -> int:
    try:
        records = add_processing_date(read(spark, uri, arguments), arguments.processing_date)
        return output.write_parquet(records, staged.uri())
    except Exception as error:
        meant = translate(error, arguments.source.uri(), arguments.columns)
        if meant is error:
            raise
        raise meant from error


def _assert_expected(rows: int, arguments: JobArguments) -> None:
    if rows != arguments.expected_rows:
        raise RowCountMismatchError(
            f"{arguments.source.uri()}: validation counted {arguments.expected_rows} rows, the job "
            f"read {rows}; nothing was published."
        )
