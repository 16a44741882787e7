"""One run of a processing job: read, check, write an attempt.

A run writes to a folder of its own, named after it, and publishes nothing: publish_output does, for
the one run that the execution waited for. So a run that was started twice, that goes on after its
execution gave it up or that is killed in the middle of a write can do no harm.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from pyspark.sql import DataFrame, SparkSession

from pipeline_spark import output
from pipeline_spark.arguments import Fetch, JobArguments, S3Location
from pipeline_spark.contradiction import translate
from pipeline_spark.errors import RowCountMismatchError
from pipeline_spark.output import Written
from pipeline_spark.source import Source
from pipeline_spark.transforms import add_processing_date

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

Reader = Callable[[SparkSession, str, JobArguments], DataFrame]
"""Reads the file at a URI into records with the columns of the arguments."""


def fetch_with(s3: "S3Client") -> Fetch:
    """Return how the arguments fetch a text from S3."""

    def fetch(location: S3Location) -> str:
        body = s3.get_object(Bucket=location.bucket, Key=location.key)["Body"]
        return body.read().decode()

    return fetch


def process(spark: SparkSession, s3: "S3Client", arguments: JobArguments, read: Reader) -> int:
    """Turn the source object into Parquet at ``arguments.attempt``; return the number of rows.

    The attempt counts only with its result file, which is written last. Raises ProcessingError.
    """
    configure(spark)
    source = Source(arguments.source, arguments.source_version_id, arguments.compression)
    attempt = arguments.attempt
    # Beside the attempt: Spark insists that the folder it writes to is not there.
    spare = S3Location(attempt.bucket, f"{attempt.key.rstrip('/')}-input/")
    try:
        if arguments.json_shape in ("array", "object"):
            uri = source.as_json_lines(s3, spare)
        else:
            uri = source.readable_uri(s3, spare)
        written = _write(spark, uri, arguments, read)
        _assert_expected(written.rows, arguments)
        source.assert_unchanged(s3, uri)
    finally:
        output.remove(s3, spare)
    output.write_result(s3, attempt, arguments.attempt_id, written)
    return written.rows


def configure(spark: SparkSession) -> None:
    """Set what the results depend on, so that no default of a Glue or Spark version decides it."""
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    # A date that the pattern does not fit is a contradiction, not a question of Spark's history.
    spark.conf.set("spark.sql.legacy.timeParserPolicy", "CORRECTED")
    # Spark's default is INT96, which other readers take for nanoseconds.
    spark.conf.set("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS")


def _write(spark: SparkSession, uri: str, arguments: JobArguments, read: Reader) -> Written:
    try:
        records = add_processing_date(read(spark, uri, arguments), arguments.processing_date)
        rows = output.write_parquet(records, arguments.attempt.uri())
        return Written(rows, 0, output.columns_of(records))
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
