"""The quick way for a large CSV file: Spark hands out pieces, and each task does its own by Arrow.

Rows need not pass between Python and the JVM then. It is for a file of which each line is a record.
It may be stricter than the exact way (``csv_records``), never laxer: whatever it does not like it
leaves, and the exact way reads the file from the start and decides.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from py4j.protocol import Py4JJavaError
from pyspark.sql import SparkSession

from pipeline_spark import output
from pipeline_spark.arguments import JobArguments, S3Location
from pipeline_spark.columns import Column, schema_of
from pipeline_spark.object_ranges import Ranges, S3Ranges
from pipeline_spark.output import Written
from pipeline_spark.text_values import FORMS
from pipeline_spark.transforms import add_processing_date

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from pipeline_spark.csv_piece import Piece

_MIB = 1024 * 1024
_OLDEST_PYARROW = 17
"""That of Glue 5.0 and 5.1:
https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-python-libraries.html"""
_REASON = re.compile(r"^(?:\w+\.)*(\w+(?:Error|Exception): .+)", re.MULTILINE)

Open = Callable[["S3Client", str, str | None, S3Location], Ranges]
"""Finds the file at a URI, of a version or the only one, and the folder to put files into."""


@dataclass(frozen=True)
class CsvPieces:
    """The quick way for files of ``min_bytes`` and more, in pieces of ``piece_bytes`` at most.

    A file below that is one piece, and starting a Python process for it gains little.
    """

    min_bytes: int = 32 * _MIB
    piece_bytes: int = 512 * _MIB
    smallest_piece_bytes: int = 32 * _MIB
    open_ranges: Open = S3Ranges.of

    def takes(self, arguments: JobArguments, size: int) -> bool:
        """Whether the quick way is for such a file, of ``size`` bytes."""
        return (
            size >= self.min_bytes
            and arguments.delimiter is not None
            and arguments.delimiter.isascii()
            and not arguments.is_read_by_one_task
            and not _folders(arguments)
            and all(map(_is_known, arguments.columns))
            and _has_arrow()
        )

    def write(
        self, spark: SparkSession, s3: "S3Client", uri: str, arguments: JobArguments
    ) -> Written | None:
        """Write the file at ``uri`` into the attempt; None if the exact way is to do it.

        What it wrote then stays for the exact way to write over. Raises ReservedColumnError.
        """
        columns = _written_columns(spark, arguments)
        # A copy has no other version.
        is_copy = uri != arguments.source.uri()
        version = None if is_copy else arguments.source_version_id
        ranges = self.open_ranges(s3, uri, version, arguments.attempt)
        try:
            rows = self._rows(spark, ranges, arguments)
        except Py4JJavaError as error:
            print(f"{uri}: read by Spark, because {_reason(error)}")
            return None
        if rows != arguments.expected_rows:
            print(f"{uri}: read by Spark, because Arrow found {rows} rows")
            return None
        return Written(rows, 0, columns, output.BY_ARROW)

    def _rows(self, spark: SparkSession, ranges: Ranges, arguments: JobArguments) -> int:
        # Only here: it imports Arrow, for which a small file's job should not wait.
        from pipeline_spark.csv_piece import Work

        work = Work.of(
            ranges,
            [(column.name, column.type) for column in arguments.columns],
            arguments.delimiter or ",",
            arguments.processing_date,
            output.BY_ARROW,
        )
        pieces = self._pieces(ranges.size, int(spark.sparkContext.defaultParallelism))
        tasks = spark.sparkContext.parallelize(pieces, len(pieces))
        return int(tasks.map(work.write).sum())

    def _pieces(self, size: int, cores: int) -> Sequence["Piece"]:
        """Cut as Spark does it: one for each core, if they are neither too large nor too small."""
        from pipeline_spark.csv_piece import Piece

        length = min(self.piece_bytes, max(self.smallest_piece_bytes, -(-size // cores)))
        begins = range(0, size, length)
        return [Piece(number, at, min(at + length, size)) for number, at in enumerate(begins)]


def _folders(arguments: JobArguments) -> Sequence[str]:
    names = {column.name for column in arguments.columns}
    return [name for name in arguments.partition_by if name in names]


def _is_known(column: Column) -> bool:
    return column.type == "string" or column.type.partition("(")[0] in FORMS


def _has_arrow() -> bool:
    try:
        import pyarrow
    except ImportError:
        return False
    return int(pyarrow.__version__.partition(".")[0]) >= _OLDEST_PYARROW


def _written_columns(spark: SparkSession, arguments: JobArguments) -> tuple[tuple[str, str], ...]:
    none = spark.createDataFrame([], schema_of(arguments.columns))
    return output.columns_of(add_processing_date(none, arguments.processing_date))


def _reason(error: Py4JJavaError) -> str:
    """Return the last line of the task's own error."""
    found = _REASON.findall(str(error.java_exception.getMessage()))
    return found[-1] if found else "a task failed"
