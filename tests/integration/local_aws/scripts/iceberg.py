"""An Iceberg table in the Glue catalog, configured as Glue's documentation has it."""

import json
import sys

from awsglue.context import GlueContext
from awsglue.utils import getResolvedOptions
from pyspark.conf import SparkConf
from pyspark.context import SparkContext

bucket = getResolvedOptions(sys.argv, ["bucket"])["bucket"]
catalog = "spark.sql.catalog.glue_catalog"
conf = SparkConf()
conf.set(catalog, "org.apache.iceberg.spark.SparkCatalog")
conf.set(f"{catalog}.warehouse", f"s3://{bucket}/iceberg/")
conf.set(f"{catalog}.catalog-impl", "org.apache.iceberg.aws.glue.GlueCatalog")
conf.set(f"{catalog}.io-impl", "org.apache.iceberg.aws.s3.S3FileIO")
glue_context = GlueContext(SparkContext(conf=conf))
spark = glue_context.spark_session

table = "glue_catalog.lake.people"
spark.sql(
    f"create table {table} (id bigint, name string) using iceberg partitioned by (bucket(2, id))"
)
spark.sql(f"insert into {table} values (1, 'Ada'), (2, 'Ben')")
first = spark.sql(f"select snapshot_id from {table}.snapshots").collect()[0][0]
spark.sql(
    f"merge into {table} old using (select 2L id, 'Bea' name union all select 3L, 'Cy') new "
    "on old.id = new.id "
    "when matched then update set name = new.name when not matched then insert *"
)
spark.sql(f"alter table {table} add column city string")
spark.sql(f"delete from {table} where id = 1")
now = [list(row) for row in spark.sql(f"select * from {table} order by id").collect()]
query = f"select name from {table} version as of {first} order by id"
frame = glue_context.create_data_frame.from_catalog("lake", "people")
assert sorted(list(row) for row in frame.collect()) == now
print(json.dumps({"now": now, "then": [row[0] for row in spark.sql(query).collect()]}))
