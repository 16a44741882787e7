"""A folder of raw files into a table's folder of Parquet, as a whole.

The files of a refresh are not validated one by one as those of the file pipeline are: their columns
are declared where the job is, and the first record that does not fit ends it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pyspark.sql import SparkSession

from pipeline_spark import output
from pipeline_spark.arguments import ABSENT, S3Location
from pipeline_spark.columns import Column, parse_columns
from pipeline_spark.contradiction import Records, explained, refuse
from pipeline_spark.csv_records import CsvRecords
from pipeline_spark.errors import BadArgumentError, NoRawDataError
from pipeline_spark.json_records import JsonRecords
from pipeline_spark.processing import configure

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

RawFormat = Literal["csv", "json"]

REQUIRED = ("raw_path", "raw_format", "delimiter", "columns", "partition_by", "curated_path")
"""The names that getResolvedOptions is asked for."""


@dataclass(frozen=True)
class Conversion:
    """What is to be converted, and into what. ``json`` is one object per line (JSON Lines).

    ``raw`` and ``curated`` are folders; ``partition_by`` names columns, in the folders' order.
    """

    raw: S3Location
    raw_format: RawFormat
    delimiter: str
    columns: tuple[Column, ...]
    partition_by: tuple[str, ...]
    curated: S3Location

    @classmethod
    def parse(cls, options: Mapping[str, str]) -> "Conversion":
        """Parse what getResolvedOptions returned for REQUIRED. Raises BadArgumentError."""
        columns = parse_columns(options["columns"])
        return cls(
            raw=_folder("raw_path", options["raw_path"]),
            raw_format=_raw_format(options["raw_format"]),
            delimiter=options["delimiter"],
            columns=columns,
            partition_by=_partition_by(options["partition_by"], columns),
            curated=_folder("curated_path", options["curated_path"]),
        )


def convert(spark: SparkSession, s3: "S3Client", conversion: Conversion, run: str) -> int:
    """Replace what lies at ``conversion.curated`` by all raw files and return the number of rows.

    What lay there stays as it was unless everything went well. ``run`` tells attempts apart in the
    staging folder. Raises ProcessingError.
    """
    configure(spark)
    _assert_raw_data(s3, conversion.raw)
    staging = output.staging_for(conversion.curated, run)
    try:
        rows = _write(spark, conversion, staging)
        output.replace(s3, staging, conversion.curated)
    finally:
        output.remove(s3, staging)
    return rows


def read(spark: SparkSession, conversion: Conversion, uri: str) -> Records:
    """Return the files in the folder ``uri`` with the declared columns."""
    if conversion.raw_format == "csv":
        return CsvRecords(
            spark, uri, conversion.columns, conversion.delimiter, multi_line=True, is_folder=True
        )
    return JsonRecords(spark, uri, conversion.columns, is_folder=True)


def _write(spark: SparkSession, conversion: Conversion, staging: S3Location) -> int:
    raw_uri = conversion.raw.uri()
    found = read(spark, conversion, raw_uri)
    try:
        records = refuse(found.judged())
        if conversion.partition_by:
            # Else each of Spark's tasks would write a small file into each partition.
            records = records.repartition(*conversion.partition_by)
        return output.write_parquet(records, staging.uri(), conversion.partition_by)
    except Exception as error:
        meant = explained(error, raw_uri, found)
        if meant is error:
            raise
        raise meant from error


def _assert_raw_data(s3: "S3Client", raw: S3Location) -> None:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=raw.bucket, Prefix=raw.key)
    if not any(item["Size"] for page in pages for item in page.get("Contents", [])):
        raise NoRawDataError(
            f"No file with anything in it lies below {raw.uri()}; what was converted before stays. "
            "Upload the raw files, or check --raw_path."
        )


def _folder(name: str, uri: str) -> S3Location:
    # A prefix without its slash would also match a neighbour: orders and orders-old.
    if not uri.endswith("/"):
        raise BadArgumentError(f"--{name} is {uri!r}; use a folder below a bucket, ending in /")
    try:
        return S3Location.parse(uri)
    except BadArgumentError as error:
        raise BadArgumentError(f"--{name}: {error}") from error


def _raw_format(text: str) -> RawFormat:
    if text == "csv":
        return "csv"
    if text == "json":
        return "json"
    raise BadArgumentError(f"--raw_format is {text!r}; use csv or json")


def _partition_by(text: str, columns: tuple[Column, ...]) -> tuple[str, ...]:
    names = () if text == ABSENT else tuple(text.split(","))
    known = [column.name for column in columns]
    if unknown := [name for name in names if name not in known]:
        raise BadArgumentError(
            f"--partition_by names {', '.join(unknown)}, which the columns lack: {', '.join(known)}"
        )
    if len(names) == len(known):
        raise BadArgumentError("--partition_by names every column; the files would be empty")
    return names
