"""Glue job: turn a validated CSV file into Parquet.

Runs unchanged on AWS Glue 5.1. pipeline_spark comes with --extra-py-files.
"""

import sys

import boto3
from awsglue.context import GlueContext
from awsglue.job import Job
from awsglue.utils import getResolvedOptions
from pipeline_spark.arguments import JobArguments, names_of
from pipeline_spark.csv_pieces import CsvPieces
from pipeline_spark.csv_records import read_csv
from pipeline_spark.processing import fetch_with, process
from pyspark.context import SparkContext


def main() -> None:
    """Run the job with the arguments that Glue hands over."""
    options = getResolvedOptions(sys.argv, ["JOB_NAME", *names_of(sys.argv)])
    s3 = boto3.client("s3")
    arguments = JobArguments.parse(options, fetch_with(s3))
    glue = GlueContext(SparkContext.getOrCreate())
    job = Job(glue)
    job.init(options["JOB_NAME"], options)
    rows = process(glue.spark_session, s3, arguments, read_csv, CsvPieces())
    job.commit()
    print(f"{arguments.source.uri()}: {rows} rows written to {arguments.attempt.uri()}")


if __name__ == "__main__":
    main()
