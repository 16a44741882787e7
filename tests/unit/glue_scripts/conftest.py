"""A real Spark for the transforms, as small as it gets."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pipeline_spark.arguments import JobArguments, S3Location
from pipeline_spark.columns import Column
from pipeline_spark.processing import configure
from pyspark.sql import SparkSession

from tests.unit.spark_session import spark_session


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkSession]:
    session = spark_session()
    configure(session)
    yield session
    session.stop()


MakeArguments = Callable[..., JobArguments]


@pytest.fixture
def make_arguments() -> MakeArguments:
    """Arguments for a file with the given columns, ``"id bigint"`` or a Column each."""

    def make(*columns: str | Column, **others: Any) -> JobArguments:
        defaults: dict[str, Any] = {
            "source": S3Location("source", "people.csv"),
            "source_version_id": None,
            "json_shape": None,
            "compression": "none",
            "delimiter": ",",
            "multi_line": True,
            "columns": tuple(
                column if isinstance(column, Column) else Column(*column.split(" ", 1))
                for column in columns
            ),
            "expected_rows": 0,
            "attempt_id": "jr_1",
            "attempt": S3Location("out", "attempts/people/x/jr_1/"),
            "processing_date": date(2026, 11, 20),
            "execution_name": "people-1",
        }
        return JobArguments(**defaults | others)

    return make


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str | bytes], str]:
    """Write a file and return what Spark reads it by."""

    def write_file(name: str, content: str | bytes) -> str:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    return write_file
