"""Writes a table of its own with Spark, then reads all tables of the database; prints JSON."""

import json
import sys

from awsglue.context import GlueContext
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext

args = getResolvedOptions(sys.argv, ["bucket", "database"])
bucket, database = args["bucket"], args["database"]
spark = GlueContext(SparkContext.getOrCreate()).spark_session

own = spark.createDataFrame(
    [(1, "Ann", "1"), (2, "Bob", "2")], "id bigint, name string, day string"
)
place = f"s3://{bucket}/spark/"
own.write.partitionBy("day").option("path", place).saveAsTable(f"{database}.spark")

seen = {}
for table in spark.catalog.listTables(database):
    frame = spark.table(f"{database}.{table.name}").orderBy("id")
    seen[table.name] = {
        "columns": dict(frame.dtypes),
        "rows": [list(row) for row in frame.collect()],
    }
print(json.dumps(seen))
