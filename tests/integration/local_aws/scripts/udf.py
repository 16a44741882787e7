"""Uses what --extra-py-files brings, on the driver and in Spark's workers."""

import os
import sys

import boto3
import loose
from awsglue.context import GlueContext
from awsglue.transforms import Filter, Map
from awsglue.utils import getResolvedOptions
from packed.greeting import greet
from pyspark.context import SparkContext
from pyspark.sql.functions import udf

args = getResolvedOptions(sys.argv, ["bucket"])
glue_context = GlueContext(SparkContext.getOrCreate())
spark = glue_context.spark_session


def in_worker(name):
    # Plain boto3 in a worker reaches the same S3 as Spark does.
    keys = boto3.client("s3").list_objects_v2(Bucket=args["bucket"], Prefix="udf/in")["KeyCount"]
    return f"{greet(name)} {loose.SIGN} {keys}"


frame = glue_context.create_dynamic_frame.from_options(
    "s3", {"paths": [f"s3a://{args['bucket']}/udf/in/"]}, "json"
)
kept = Filter.apply(frame=frame, f=lambda record: greet(record["name"]) != "Hello, nobody")
mapped = Map.apply(frame=kept, f=lambda record: {**record, "sign": loose.SIGN})
df = mapped.toDF().withColumn("greeting", udf(in_worker)("name"))
df.coalesce(1).write.json(f"s3://{args['bucket']}/udf/out/")
print(sorted(os.environ).count("AWS_ENDPOINT_URL"))
