"""The Spark properties of a job process.

Some must be known when the JVM starts (``jvm_properties``), the rest belongs to the run and is set
when the process gets its job (``run_properties``).
"""

from collections.abc import Mapping
from pathlib import Path

from .settings import SparkSettings

# Read while the JVM starts: a job that sets one of these gets a JVM of its own, not the spare.
JVM_ONLY = frozenset(
    {
        "spark.driver.memory",
        "spark.driver.extraClassPath",
        "spark.driver.extraJavaOptions",
        "spark.driver.defaultJavaOptions",
    }
)


def jvm_properties(settings: SparkSettings, private: Path) -> dict[str, str]:
    """Return what does not depend on the run. ``private`` is the process's own folder."""
    return {
        "spark.master": f"local[{settings.threads}]",
        "spark.submit.deployMode": "client",
        # Nothing listens on the machine's address, and no look-up of its name slows the start.
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.warehouse.dir": str(private / "warehouse"),
        # As on Glue's workers, whatever the laptop's clock says.
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": str(2 * settings.threads),
        "spark.sql.catalogImplementation": "in-memory",
        # The JVM's scratch files go when the process does.
        "spark.hadoop.hadoop.tmp.dir": str(private / "tmp"),
        "spark.hadoop.fs.s3a.buffer.dir": str(private / "tmp"),
        **_s3a_defaults(),
    }


def run_properties(
    app_name: str, environment: Mapping[str, str], overrides: Mapping[str, str]
) -> dict[str, str]:
    """Return what depends on the run; ``overrides`` (the job's ``--conf``) win."""
    return {
        "spark.app.name": app_name,
        **_s3a_access(environment),
        **_sdk_access(environment),
        # Python workers inherit the JVM's environment, which is older than the job.
        **{f"spark.executorEnv.{name}": value for name, value in environment.items()},
        **overrides,
    }


def catalog_properties(warehouse: Path) -> dict[str, str]:
    """Return what makes Spark keep its tables in a Hive metastore.

    The runner adds where it is. Its tables outlive the run, so ``warehouse`` must too.
    """
    return {
        "spark.sql.catalogImplementation": "hive",
        "spark.sql.warehouse.dir": str(warehouse),
        # Glue's jobs write partitions whose values are in the rows without being asked twice.
        "spark.hadoop.hive.exec.dynamic.partition.mode": "nonstrict",
    }


def _s3a_defaults() -> dict[str, str]:
    hadoop = {
        "fs.s3.impl": "org.apache.hadoop.fs.s3a.S3AFileSystem",
        "fs.s3n.impl": "org.apache.hadoop.fs.s3a.S3AFileSystem",
        "fs.s3a.path.style.access": "true",
        "fs.s3a.fast.upload.buffer": "disk",
        "fs.s3a.bucket.probe": "0",
        # A local endpoint that does not answer will not answer in ten minutes either.
        "fs.s3a.attempts.maximum": "3",
        "fs.s3a.retry.limit": "3",
        "fs.s3a.retry.throttle.limit": "5",
        "fs.s3a.connection.establish.timeout": "5000",
        # Nearest to Glue's S3-optimised committer (--enable-s3-parquet-optimized-committer): a
        # task's files are in place when the task is done, not copied at the end of the job.
        # https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-arguments.html
        "mapreduce.fileoutputcommitter.algorithm.version": "2",
    }
    return {f"spark.hadoop.{name}": value for name, value in hadoop.items()}


def _sdk_access(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the AWS SDK for Java's own settings, for what a job's jars (Iceberg) do with it.

    https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html
    """
    endpoint = environment.get("AWS_ENDPOINT_URL", "")
    found = {
        "aws.accessKeyId": environment.get("AWS_ACCESS_KEY_ID"),
        "aws.secretAccessKey": environment.get("AWS_SECRET_ACCESS_KEY"),
        "aws.sessionToken": environment.get("AWS_SESSION_TOKEN"),
        "aws.region": environment.get("AWS_REGION"),
        # By a number, and not a name to which the SDK could prepend a bucket's.
        "aws.endpointUrl": endpoint.replace("//localhost:", "//127.0.0.1:"),
    }
    return {name: value for name, value in found.items() if value}


def _s3a_access(environment: Mapping[str, str]) -> dict[str, str]:
    provider = "SimpleAWSCredentialsProvider"
    hadoop = {
        "fs.s3a.access.key": environment.get("AWS_ACCESS_KEY_ID", ""),
        "fs.s3a.secret.key": environment.get("AWS_SECRET_ACCESS_KEY", ""),
    }
    if environment.get("AWS_SESSION_TOKEN"):
        provider = "TemporaryAWSCredentialsProvider"
        hadoop["fs.s3a.session.token"] = environment["AWS_SESSION_TOKEN"]
    hadoop["fs.s3a.aws.credentials.provider"] = f"org.apache.hadoop.fs.s3a.{provider}"
    region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION")
    if region:
        hadoop["fs.s3a.endpoint.region"] = region
    endpoint = environment.get("AWS_ENDPOINT_URL_S3") or environment.get("AWS_ENDPOINT_URL")
    if endpoint:
        hadoop["fs.s3a.endpoint"] = endpoint
        hadoop["fs.s3a.connection.ssl.enabled"] = str(endpoint.startswith("https:")).lower()
    return {f"spark.hadoop.{name}": value for name, value in hadoop.items() if value}
