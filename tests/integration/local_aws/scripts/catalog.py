"""Writes a table through a sink and reads it back by its name."""

import sys

from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext

args = getResolvedOptions(sys.argv, ["bucket", "database"])
glue_context = GlueContext(SparkContext.getOrCreate())
spark = glue_context.spark_session

days = spark.createDataFrame([(1, "a b/c"), (2, "2026-11-20")], "n int, day string")
sink = glue_context.getSink(
    connection_type="s3",
    path=f"s3://{args['bucket']}/tables/days/",
    enableUpdateCatalog=True,
    updateBehavior="UPDATE_IN_DATABASE",
    partitionKeys=["day"],
)
sink.setCatalogInfo(catalogDatabase=args["database"], catalogTableName="days")
sink.setFormat("glueparquet")
sink.writeFrame(DynamicFrame.fromDF(days, glue_context, "days"))

back = glue_context.create_dynamic_frame.from_catalog(
    database=args["database"], table_name="days", push_down_predicate="day like 'a%'"
)
back.show()
assert back.count() == 1, back.count()
