"""One run of a processing job: read, check, write an attempt.

A run writes to a folder of its own, named after it, and publishes nothing: publish_output does, for
the one run that the execution waited for. So a run that was started twice, that goes on after its
execution gave it up or that is killed in the middle of a write can do no harm.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from pyspark.sql import Observation, SparkSession
from pyspark.sql import functions as F  # noqa: N812 - Spark's own name for it

from pipeline_spark import output, rejected_rows
from pipeline_spark.arguments import Fetch, JobArguments, S3Location
from pipeline_spark.contradiction import (
    FITS,
    Records,
    explained,
    is_contradiction,
    leave_out,
    refuse,
    widened,
)
from pipeline_spark.errors import RowCountMismatchError
from pipeline_spark.output import Written
from pipeline_spark.source import Source
from pipeline_spark.transforms import add_processing_date

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

Reader = Callable[[SparkSession, str, JobArguments, int | None], Records]
"""Finds records in the file at a URI: session, URI, arguments, and how many tasks are to work on
what one task must read (None: that one)."""


class QuickWay(Protocol):
    """A way that takes some files, is quicker, and leaves what it does not like to ``Reader``'s."""

    def takes(self, arguments: JobArguments, size: int) -> bool:
        """Whether it is for such a file, of ``size`` bytes."""

    def write(
        self, spark: SparkSession, s3: "S3Client", uri: str, arguments: JobArguments
    ) -> Written | None:
        """Write the file at the URI into the attempt; None if it is not for this one after all."""


_MIB = 1024 * 1024
_BYTES_PER_TASK = 512 * _MIB
"""What a task reads, and so what goes into one file: of CSV about a quarter of it as Parquet."""
_BYTES_OF_SMALL_FILE = 32 * _MIB
"""What one task reads alone even if others are idle."""
_GZIP_RATIO = 5


def fetch_with(s3: "S3Client") -> Fetch:
    """Return how the arguments fetch a text from S3."""

    def fetch(location: S3Location) -> str:
        body = s3.get_object(Bucket=location.bucket, Key=location.key)["Body"]
        return body.read().decode()

    return fetch


def process(
    spark: SparkSession,
    s3: "S3Client",
    arguments: JobArguments,
    read: Reader,
    quick_way: QuickWay | None = None,
) -> int:
    """Turn the source object into Parquet at ``arguments.attempt``; return the number of rows.

    The quick way is tried where it takes the file, and must not decide about contradictions. The
    attempt counts only with its result file, which is written last. Raises ProcessingError.
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
        size = source.size(s3)
        quick = quick_way if quick_way and quick_way.takes(arguments, size) else None
        written = quick.write(spark, s3, uri, arguments) if quick else None
        if written is None:
            records = read(spark, uri, arguments, _spread(spark, size, arguments))
            written = _write(s3, records, arguments, over=quick is not None)
        _assert_expected(written, arguments)
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
    # One file for a small input, and not thousands for a large one; tasks enough for all cores.
    spark.conf.set("spark.sql.files.maxPartitionBytes", str(_BYTES_PER_TASK))
    spark.conf.set("spark.sql.files.openCostInBytes", str(_BYTES_OF_SMALL_FILE))
    # The JVM compiles no method beyond this; Spark's own limit lets the checks of some ten columns
    # pass it, which then run interpreted, in twice the time.
    spark.conf.set("spark.sql.codegen.hugeMethodLimit", "8000")
    # What filters say of columns helps joins, which no job here has; to find it out took Spark ten
    # seconds for a file of 1,300 columns.
    spark.conf.set("spark.sql.constraintPropagation.enabled", "false")
    # A day before 1582 or a time before 1900 is what it is; Spark's default is to fail on writing.
    spark.conf.set("spark.sql.parquet.datetimeRebaseModeInWrite", "CORRECTED")
    spark.conf.set("spark.sql.parquet.datetimeRebaseModeInRead", "CORRECTED")
    spark.conf.set("spark.sql.parquet.int96RebaseModeInRead", "CORRECTED")


def _spread(spark: SparkSession, size: int, arguments: JobArguments) -> int | None:
    """Return how many tasks are to work on a file that one task reads; None for no others."""
    expected = size * _GZIP_RATIO if arguments.compression == "gzip" else size
    if not arguments.is_read_by_one_task or expected <= 2 * _BYTES_OF_SMALL_FILE:
        return None
    return max(int(spark.sparkContext.defaultParallelism), -(-expected // _BYTES_PER_TASK))


def _write(
    s3: "S3Client", records: Records, arguments: JobArguments, *, over: bool = False
) -> Written:
    try:
        return write_attempt(s3, records, arguments, over=over)
    except Exception as error:
        if arguments.on_contradiction == "widen" and is_contradiction(error):
            return write_attempt(s3, widened(records), arguments, over=True)
        meant = explained(error, arguments.source.uri(), records)
        if meant is error:
            raise
        raise meant from error


def write_attempt(
    s3: "S3Client", records: Records, arguments: JobArguments, *, over: bool = False
) -> Written:
    """Write the records as Parquet into ``arguments.attempt``; ``over`` what an attempt left there.

    Raises what Spark does, which ``is_contradiction`` tells from other errors.
    """
    if arguments.on_contradiction == "quarantine_rows":
        seen = Observation("read")
        # Spark moves no filter over what is observed; below, it would compute each value twice.
        judged = records.judged().observe(seen, F.count_if(~F.col(FITS)).alias("contradicting"))
        fitting = leave_out(judged)
    else:
        # Nothing to count, and observing stands between steps that Spark else compiles as one.
        seen, fitting = None, refuse(records.judged())
    dated = add_processing_date(fitting, arguments.processing_date)
    found, folders = output.partitioned(dated, arguments.partition_by)
    rows = output.write_parquet(found, arguments.attempt.uri(), folders, over=over)
    contradicting = int(seen.get["contradicting"]) if seen else 0
    if contradicting:
        rejected_rows.write(s3, arguments.rejected_rows, records.bad_rows(), contradicting)
    return Written(rows, contradicting, output.columns_of(dated))


def _assert_expected(written: Written, arguments: JobArguments) -> None:
    read = written.rows + written.quarantined_rows
    if read != arguments.expected_rows:
        raise RowCountMismatchError(
            f"{arguments.source.uri()}: validation counted {arguments.expected_rows} rows, the job "
            f"read {read}; nothing was published."
        )
