"""Spark writes into a bucket that has a key of its own, though this AWS speaks plain HTTP.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-encryption.html
"""

from tests.integration.local_aws.glue_scripts import GlueScripts
from tests.integration.local_aws.own_server import OwnServer

SCRIPT = """
import sys
from awsglue.utils import getResolvedOptions
from pyspark.sql import SparkSession

bucket = getResolvedOptions(sys.argv, ["bucket"])["bucket"]
SparkSession.builder.getOrCreate().range(3).write.parquet(f"s3://{bucket}/rows/")
"""


def test_spark_writes_and_renames_under_the_buckets_key(local_aws: OwnServer) -> None:
    jobs = GlueScripts(local_aws, "sealed-by-default")
    key = local_aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    rule = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    jobs.s3.put_bucket_encryption(
        Bucket=jobs.bucket,
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": rule, "BucketKeyEnabled": True}]
        },
    )
    run = jobs.run("write-sealed-rows", SCRIPT)
    assert run["JobRunState"] == "SUCCEEDED", run.get("ErrorMessage")
    files = [name for name in jobs.keys("rows/") if name.endswith(".parquet")]
    assert files
    for name in files:
        head = jobs.s3.head_object(Bucket=jobs.bucket, Key=name)
        assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", key), name
