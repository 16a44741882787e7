"""A job that touches what most jobs touch, so that the JVM can keep the classes it loaded.

Run by ``prepare.py`` in a job process, beside a local AWS for its S3; nothing imports it.
"""

import tempfile

import boto3
from pyspark import SparkContext
from pyspark.sql import Observation, SparkSession
from pyspark.sql import functions as F  # noqa: N812 - Spark's own name for it
from pyspark.sql.functions import count, current_timestamp, desc, lit, max, to_date, udf

BUCKET = "training"
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


def work_on_s3(spark: SparkSession) -> None:
    """Take lines of CSV apart and write them as Parquet, from S3 to S3."""
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key="in/a.csv", Body=b'id,day,price\n1,2026-11-20,1.5\n2,,"2"\n')
    place = f"s3a://{BUCKET}"
    columns = "id string, day string, price string, _corrupt_record string"
    schema = "id bigint, day date, price decimal(10,2)"
    lines = spark.read.text(f"{place}/in/").where("value not rlike '^id,'")
    parsed = lines.select(F.from_csv("value", columns, {"columnNameOfCorruptRecord": "_c"}))
    texts = parsed.select("`from_csv(value)`.*").drop("_corrupt_record")
    judged = texts.selectExpr(
        "cast(trim(id) as bigint) id", "to_date(day, 'yyyy-MM-dd') day", "cast(price as double) p"
    ).withColumn("fits", F.when(F.col("p") > 1, lit(True)).otherwise(F.raise_error(lit("no"))))
    seen = Observation("seen")
    written = judged.where("fits").observe(seen, count(lit(1)).alias("rows")).write
    written.option("compression", "zstd").parquet(f"{place}/out/")
    seen.get  # noqa: B018 - waits for the number
    read = spark.read.schema(schema).option("mode", "FAILFAST").option("header", "true")
    read.csv(f"{place}/in/").write.partitionBy("day").parquet(f"{place}/by_day/")
    spark.read.parquet(f"{place}/by_day/").write.mode("overwrite").json(f"{place}/json/")


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
    work_on_s3(session)
    end(session)
