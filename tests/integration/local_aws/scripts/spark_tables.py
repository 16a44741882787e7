"""Reads and writes tables of the catalog with Spark alone; prints what it sees, as JSON."""

import json
import sys

from awsglue.context import GlueContext
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext
from pyspark.errors import AnalysisException

args = getResolvedOptions(sys.argv, ["bucket"])
bucket = args["bucket"]
glue_context = GlueContext(SparkContext.getOrCreate())
spark = glue_context.spark_session
seen = {}


def rows(query):
    return sorted([list(row) for row in spark.sql(query).collect()], key=str)


def refusal(statement):
    try:
        spark.sql(statement).collect()
    except AnalysisException as error:
        return str(error)
    return "no error"


# What boto3 has defined.
spark.catalog.setCurrentDatabase("given")
seen["databases"] = [row[0] for row in spark.sql("show databases").collect()]
seen["tables"] = sorted(table.name for table in spark.catalog.listTables())
seen["lines"] = rows("select id, name from lines")
seen["json"] = rows("select id, address.city from docs where id > 1")
seen["days"] = rows("select * from given.days where day = '02' or day = '03'")
seen["pruned"] = len(spark.sql("select * from days where day = '02'").inputFiles())
seen["incomplete"] = refusal("select * from incomplete")
seen["missing"] = refusal("select * from nothing")

# What Spark defines: in a database with a place, with partitions, somewhere else, as a view.
people = spark.createDataFrame(
    [(1, "Ada", "London"), (2, "Ben", "Rome"), (3, "Cy", "Rome")],
    "id bigint, name string, city string",
)
people.write.saveAsTable("made.people")
people.write.partitionBy("city").mode("overwrite").saveAsTable("made.by_city")
spark.sql(
    f"create external table made.orcs (id bigint) partitioned by (city string) stored as orc "
    f"location 's3://{bucket}/elsewhere/orcs'"
)
spark.sql("insert into made.orcs partition (city) select id, city from made.people")
spark.sql("insert into made.people values (4, 'Di', 'a b/c')")
spark.sql("insert into given.days partition (day = '04') values (40)")
spark.sql("insert into given.docs select 3, named_struct('city', 'Oslo')")
spark.sql("create view made.romans as select name from made.people where city = 'Rome'")
seen["romans"] = rows("select * from made.romans")
seen["counts"] = rows("select city, count(*) from made.by_city group by city")
spark.sql("alter table made.orcs add columns (note string)")
spark.sql("alter table made.orcs drop partition (city = 'London')")
seen["orcs"] = rows("select * from made.orcs")
seen["partitions"] = [row[0] for row in spark.sql("show partitions made.by_city").collect()]
seen["renamed"] = refusal("alter table made.orcs rename to made.uruks")
seen["dropped"] = refusal("drop database made")

# What goes: a managed table with its files, an external one without.
people.write.saveAsTable("made.passing")
spark.sql("drop table made.passing")
spark.sql(
    f"create external table made.kept (id bigint) stored as parquet location 's3://{bucket}/kept'"
)
spark.sql("insert into made.kept values (1)")
spark.sql("drop table made.kept")

# What a sink of Glue's writes, Spark reads, and the other way round.
sink = glue_context.getSink(
    "s3", path=f"s3://{bucket}/sunk", enableUpdateCatalog=True, partitionKeys=["city"]
)
sink.setCatalogInfo(catalogDatabase="made", catalogTableName="sunk")
sink.setFormat("glueparquet")
sink.writeDataFrame(people)
seen["sunk"] = rows("select name from made.sunk where city = 'Rome'")
frame = glue_context.create_dynamic_frame.from_catalog(
    "made", "by_city", push_down_predicate="city = 'Rome'"
)
seen["frame"] = sorted(row["id"] for row in frame.toDF().collect())
print(json.dumps(seen))
