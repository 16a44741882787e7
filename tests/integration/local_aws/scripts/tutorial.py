# ruff: noqa: F403, F405, N812, N816
"""A script as Glue tutorials write them; nothing in it knows where it runs."""

import sys

from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from awsglue.job import Job
from awsglue.transforms import *
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext
from pyspark.sql import functions as F

args = getResolvedOptions(sys.argv, ["JOB_NAME", "source_path", "target_path"])

sc = SparkContext()
glueContext = GlueContext(sc)
spark = glueContext.spark_session
logger = glueContext.get_logger()
job = Job(glueContext)
job.init(args["JOB_NAME"], args)

df = spark.read.option("header", "true").option("inferSchema", "true").csv(args["source_path"])
logger.info(f"read {df.count()} rows")
adults = df.filter(F.col("age") >= 30).withColumn("decade", (F.col("age") / 10).cast("int") * 10)

dynamic_frame = DynamicFrame.fromDF(adults, glueContext, "dynamic_frame")
mapped = ApplyMapping.apply(
    frame=dynamic_frame,
    mappings=[
        ("id", "int", "id", "long"),
        ("name", "string", "full_name", "string"),
        ("city", "string", "city", "string"),
        ("decade", "int", "decade", "int"),
    ],
    transformation_ctx="mapped",
)
glueContext.write_dynamic_frame.from_options(
    frame=mapped,
    connection_type="s3",
    connection_options={"path": args["target_path"], "partitionKeys": ["decade"]},
    format="parquet",
    transformation_ctx="target",
)
print(f"wrote {mapped.count()} rows")
job.commit()
