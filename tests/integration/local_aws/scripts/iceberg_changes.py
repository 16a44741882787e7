"""An Iceberg table through changes: rows deleted by position, a column renamed and one added."""

import sys

from awsglue.context import GlueContext
from awsglue.utils import getResolvedOptions
from pyspark.conf import SparkConf
from pyspark.context import SparkContext

args = getResolvedOptions(sys.argv, ["bucket", "database"])
catalog = "spark.sql.catalog.glue_catalog"
conf = SparkConf()
conf.set(catalog, "org.apache.iceberg.spark.SparkCatalog")
conf.set(f"{catalog}.warehouse", f"s3://{args['bucket']}/iceberg/")
conf.set(f"{catalog}.catalog-impl", "org.apache.iceberg.aws.glue.GlueCatalog")
conf.set(f"{catalog}.io-impl", "org.apache.iceberg.aws.s3.S3FileIO")
spark = GlueContext(SparkContext(conf=conf)).spark_session

database = f"glue_catalog.{args['database']}"
spark.sql(f"create table {database}.untouched (id bigint) using iceberg")
table = f"{database}.people"
spark.sql(
    f"create table {table} (id bigint, nick string, born date) using iceberg partitioned by (born) "
    "tblproperties ('format-version' = '2', 'write.delete.mode' = 'merge-on-read')"
)
rows = "(1, 'Ann', date '2001-01-01'), (2, 'Bob', date '2001-01-01'), (3, 'Cem', null)"
spark.sql(f"insert into {table} select /*+ coalesce(1) */ * from values {rows}")
spark.sql(f"delete from {table} where id = 2")
spark.sql(f"alter table {table} rename column nick to name")
spark.sql(f"alter table {table} add column city string")
spark.sql(f"insert into {table} values (4, 'Dee', null, 'Rome')")
