"""Ways to turn a CSV file into Parquet with Spark; a process runs one of them.

``python -m tests.bench.spark_jobs <ours|plain> <path> <folder>``; the session is the same for all.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
from pyspark.sql import SparkSession

from tests.bench.inputs import COLUMNS
from tests.file_ranges import FileRanges

ROOT = Path(__file__).parents[2]
SCRIPTS = ROOT / "glue_scripts"
AWSGLUE = ROOT / "local_aws/job_libs"


def ours(spark: SparkSession, path: str, folder: str) -> None:
    """What the pipeline's job does between its arguments and the result file."""
    from pipeline_spark.arguments import JobArguments, S3Location
    from pipeline_spark.columns import Column
    from pipeline_spark.csv_pieces import CsvPieces
    from pipeline_spark.csv_records import read_csv
    from pipeline_spark.processing import configure, write_attempt

    class Folder(S3Location):
        """Where the job writes: the same place for each way that is measured."""

        def uri(self) -> str:
            return folder

    source, attempt = Path(urlsplit(path).path), Path(urlsplit(folder).path)
    configure(spark)
    arguments = JobArguments(
        source=S3Location("source", "orders.csv"),
        source_version_id=None,
        json_shape=None,
        compression="none",
        delimiter=",",
        multi_line=False,
        columns=tuple(Column(name, type_name) for name, type_name in COLUMNS.items()),
        expected_rows=rows_of(source),
        attempt_id="jr_1",
        attempt=Folder("out", "attempts/orders/orders.csv/jr_1/"),
        processing_date=date(2026, 11, 21),
        execution_name="orders-1",
    )
    # The client is for rows that are put aside, of which this file has none.
    s3 = boto3.client("s3", region_name="us-east-1")
    quick = CsvPieces(open_ranges=FileRanges(source, attempt).opened)
    taken = quick.takes(arguments, source.stat().st_size)
    if not (taken and quick.write(spark, s3, path, arguments)):
        write_attempt(s3, read_csv(spark, path, arguments), arguments, over=taken)


def rows_of(path: Path) -> int:
    """Return what validation would have counted. The file has no empty lines."""
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(2**20), b"")) - 1


def plain(spark: SparkSession, path: str, folder: str) -> None:
    """What a first Glue script looks like: a look for the types, a DynamicFrame, snappy."""
    from awsglue.context import GlueContext
    from awsglue.dynamicframe import DynamicFrame
    from pyspark.sql import functions

    glue = GlueContext(spark.sparkContext)
    read = spark.read.option("header", True).option("inferSchema", True)
    records = read.csv(path).withColumn("processing_date", functions.current_date())
    glue.write_dynamic_frame.from_options(
        frame=DynamicFrame.fromDF(records, glue, "orders"),
        connection_type="s3",
        connection_options={"path": folder},
        format="parquet",
        format_options={"compression": "snappy"},
    )


JOBS: Mapping[str, Callable[[SparkSession, str, str], None]] = {"ours": ours, "plain": plain}


def main(name: str, path: str, folder: str) -> None:
    sys.path[:0] = [str(SCRIPTS), str(AWSGLUE)]
    os.environ["PYSPARK_PYTHON"] = sys.executable
    spark = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.memory", "2g")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.executorEnv.PYTHONPATH", f"{ROOT}{os.pathsep}{SCRIPTS}")
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("OFF")
    # The JVM's first steps are the same for all and would hide the difference.
    spark.range(1000).selectExpr("sum(id)").collect()
    begin = time.perf_counter()
    JOBS[name](spark, Path(path).as_uri(), Path(folder).as_uri())
    seconds = time.perf_counter() - begin
    files: list[Any] = [*Path(folder).glob("*.parquet")]
    found = {"rows": spark.read.parquet(folder).count(), "files": len(files)}
    print(json.dumps({"seconds": seconds, "peak_mb": 0.0, "found": found}))


if __name__ == "__main__":
    main(*sys.argv[1:])
