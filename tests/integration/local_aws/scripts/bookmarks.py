"""Prints which rows it is given; fails on demand, before or after its commit."""

import json
import sys

from awsglue.context import GlueContext
from awsglue.job import Job
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext

args = getResolvedOptions(sys.argv, ["JOB_NAME", "bucket", "fail"])
glue_context = GlueContext(SparkContext.getOrCreate())
job = Job(glue_context)
job.init(args["JOB_NAME"], args)

path = f"s3://{args['bucket']}/bookmarks/files/"
loose = glue_context.create_dynamic_frame.from_options(
    "s3", {"paths": [path], "recurse": True}, "json", transformation_ctx="loose"
)
nameless = glue_context.create_dynamic_frame.from_options(
    "s3", {"paths": [path], "recurse": True}, "json"
)
table = glue_context.create_dynamic_frame.from_catalog(
    "bookmarks", "days", transformation_ctx="table"
)


def rows(frame):
    return sorted(json.dumps(row.asDict()) for row in frame.toDF().collect())


print(json.dumps({"loose": rows(loose), "all": nameless.count(), "table": rows(table)}))
if args["fail"] == "before":
    raise ValueError("before the commit")
job.commit()
if args["fail"] == "after":
    raise ValueError("after the commit")
