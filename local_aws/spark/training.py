"""A job that touches what most jobs touch, so that the JVM can keep the classes it loaded.

Run by ``prepare.py`` in a job process; nothing imports it.
"""

import tempfile

from pyspark import SparkContext
from pyspark.sql import SparkSession
from pyspark.sql.functions import count, current_timestamp, desc, lit, max, to_date, udf

PATIENCE = 300  # seconds for the JVM to write the archive


def work(spark: SparkSession, folder: str) -> None:
    """Read, change and write a little of each format."""
    rows = [(at, f"name {at}", at / 2) for at in range(20)]
    df = spark.createDataFrame(rows, "id bigint, name string, value double")
    df = df.withColumn("day", to_date(lit("2026-11-20")))
    df = df.withColumn("at", current_timestamp())
    for form in ("csv", "json", "parquet", "orc"):
        path = f"{folder}/{form}"
        df.write.mode("overwrite").option("header", "true").format(form).save(path)
        back = spark.read.option("header", "true").schema(df.schema).format(form).load(path)
        back.groupBy("day").agg(count("*"), max("value")).collect()
    df.write.mode("append").partitionBy("day").option("compression", "zstd").parquet(folder + "/p")
    spark.read.option("multiLine", "true").json(f"{folder}/json").show()
    spark.read.option("inferSchema", "true").csv(f"{folder}/csv").printSchema()
    df.join(spark.range(5), "id").orderBy(desc("name")).dropDuplicates(["id"]).show()
    df.select(udf(lambda name: name)("name")).rdd.map(lambda row: row[0]).collect()
    df.createOrReplaceTempView("people")
    spark.sql(
        "select count(*), max(name) over (partition by day) from people group by day, name"
    ).show()


def touch_s3(spark: SparkSession) -> None:
    """Make an S3 client; it calls nobody."""
    path = spark._jvm.org.apache.hadoop.fs.Path("s3a://training/")
    path.getFileSystem(spark._jsc.hadoopConfiguration())


def end(spark: SparkSession) -> None:
    """End the JVM in good order: only then does it write the archive."""
    jvm = SparkContext._gateway.proc
    spark.stop()
    jvm.stdin.close()
    jvm.wait(PATIENCE)


if __name__ == "__main__":
    session = SparkSession.builder.getOrCreate()
    with tempfile.TemporaryDirectory() as scratch:
        work(session, scratch)
    touch_s3(session)
    end(session)
