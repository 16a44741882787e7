"""A real Spark for unit tests, as small as it gets; one for all tests of a process."""

import os
import sys
from pathlib import Path

from pyspark.sql import SparkSession

ROOT = Path(__file__).parents[2]
JOB_LIBS = ROOT / "local_aws" / "job_libs"
# Where --extra-py-files and awsglue would be: what Spark's Python workers import.
_WORKERS_PATH = os.pathsep.join(map(str, (ROOT, ROOT / "glue_scripts", JOB_LIBS)))


def spark_session() -> SparkSession:
    """Start it, or return the one that another test has started."""
    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.extraJavaOptions", os.environ["LOCAL_AWS_SPARK_JAVA_OPTIONS"])
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .getOrCreate()
    )
    # The workers' Python and its path, whoever started this Spark.
    session.sparkContext.pythonExec = sys.executable
    session.sparkContext.environment["PYTHONPATH"] = _WORKERS_PATH
    session.sparkContext.setLogLevel("OFF")
    return session
