"""A real Spark, and the local ``awsglue`` importable as a job imports it."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from tests.unit.spark_session import JOB_LIBS, spark_session

# Not first: sitecustomize.py there is for job processes.
sys.path.append(str(JOB_LIBS))

if TYPE_CHECKING:
    from awsglue.context import GlueContext
    from awsglue.dynamicframe import DynamicFrame


@pytest.fixture(scope="session")
def spark() -> SparkSession:
    return spark_session()


@pytest.fixture
def glue(spark: SparkSession) -> "GlueContext":
    from awsglue.context import GlueContext

    return GlueContext(spark.sparkContext)


@pytest.fixture
def frame(glue: "GlueContext") -> Callable[..., "DynamicFrame"]:
    """Make a DynamicFrame of rows and a DDL schema."""
    from awsglue.dynamicframe import DynamicFrame

    def make(rows: list[Any], schema: str) -> DynamicFrame:
        return DynamicFrame.fromDF(glue.createDataFrame(rows, schema), glue, "frame")

    return make


@pytest.fixture
def rows() -> Callable[..., list[dict[str, Any]]]:
    """The records of a frame as dicts, in the order of their text."""

    def collect(given: Any) -> list[dict[str, Any]]:
        df: DataFrame = given if isinstance(given, DataFrame) else given.toDF()
        return sorted((row.asDict(recursive=True) for row in df.collect()), key=str)

    return collect
