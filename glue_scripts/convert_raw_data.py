"""Glue job: turn a folder of raw CSV or JSON Lines files into a table's folder of Parquet.

Runs unchanged on AWS Glue 5.1. pipeline_spark comes with --extra-py-files.
"""

import sys

import boto3
from awsglue.context import GlueContext
from awsglue.job import Job
from awsglue.utils import getResolvedOptions
from pipeline_spark.conversion import REQUIRED, Conversion, convert
from pyspark.context import SparkContext


def main() -> None:
    """Run the job with the arguments that Glue hands over."""
    options = getResolvedOptions(sys.argv, ["JOB_NAME", *REQUIRED])
    conversion = Conversion.parse(options)
    glue = GlueContext(SparkContext.getOrCreate())
    job = Job(glue)
    job.init(options["JOB_NAME"], options)
    rows = convert(glue.spark_session, boto3.client("s3"), conversion, options["JOB_NAME"])
    job.commit()
    print(f"{conversion.raw.uri()}: {rows} rows written to {conversion.curated.uri()}")


if __name__ == "__main__":
    main()
