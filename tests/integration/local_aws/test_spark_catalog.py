"""One catalog: Spark's tables are those that boto3 sees.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-data-catalog-hive.html
"""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.integration.local_aws.glue_scripts import GlueScripts
from tests.integration.local_aws.own_server import OwnServer, own_server

pytestmark = pytest.mark.spark
SCRIPTS = Path(__file__).parent / "scripts"
HIVE = "org.apache.hadoop.hive"
TEXT = {
    "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
    "OutputFormat": f"{HIVE}.ql.io.HiveIgnoreKeyTextOutputFormat",
}
PARQUET = {
    "InputFormat": f"{HIVE}.ql.io.parquet.MapredParquetInputFormat",
    "OutputFormat": f"{HIVE}.ql.io.parquet.MapredParquetOutputFormat",
    "SerdeInfo": {"SerializationLibrary": f"{HIVE}.ql.io.parquet.serde.ParquetHiveSerDe"},
}


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServer]:
    with own_server(tmp_path_factory.mktemp("spark_catalog")) as server:
        yield server


@pytest.fixture(scope="module")
def scripts(aws: OwnServer) -> GlueScripts:
    return GlueScripts(aws, "spark-catalog-tests")


class Given:
    """Tables as boto3, Terraform or a crawler define them."""

    def __init__(self, scripts: GlueScripts) -> None:
        self.scripts = scripts
        scripts.glue.create_database(DatabaseInput={"Name": "given"})
        place = f"s3://{scripts.bucket}/made"
        scripts.glue.create_database(DatabaseInput={"Name": "made", "LocationUri": place})
        self.lines()
        self.docs()
        self.days()
        self.table("incomplete", {"Location": "s3://x/y"}, TableType=None)

    def table(self, name: str, storage: dict[str, Any], **members: Any) -> None:
        storage = {"Location": f"s3://{self.scripts.bucket}/given/{name}/", **storage}
        known = {"Name": name, "TableType": "EXTERNAL_TABLE", "StorageDescriptor": storage}
        definition = {key: value for key, value in (known | members).items() if value is not None}
        self.scripts.glue.create_table(DatabaseName="given", TableInput=definition)

    def lines(self) -> None:
        self.scripts.put("given/lines/a.csv", "1|Ada\n2|Ben\n")
        serde = {
            "SerializationLibrary": f"{HIVE}.serde2.lazy.LazySimpleSerDe",
            "Parameters": {"field.delim": "|"},
        }
        columns = [{"Name": "id", "Type": "int"}, {"Name": "name", "Type": "string"}]
        self.table("lines", {**TEXT, "Columns": columns, "SerdeInfo": serde})

    def docs(self) -> None:
        documents = [{"id": 1, "address": {"city": "Rome"}}, {"id": 2, "address": {"city": "Ulm"}}]
        self.scripts.put("given/docs/a.json", "\n".join(map(json.dumps, documents)))
        columns = [
            {"Name": "id", "Type": "int"},
            {"Name": "address", "Type": "struct<city:string>"},
        ]
        serde = {"SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe"}
        self.table("docs", {**TEXT, "Columns": columns, "SerdeInfo": serde})

    def days(self) -> None:
        columns = [{"Name": "n", "Type": "bigint"}]
        keys = [{"Name": "day", "Type": "string"}]
        self.table("days", {**PARQUET, "Columns": columns}, PartitionKeys=keys)
        for number, day in enumerate(("01", "02", "03")):
            data = io.BytesIO()
            pq.write_table(pa.table({"n": [number]}), data)
            # Where a partition lies has nothing to do with what it is called.
            place = self.scripts.put(f"given/apart/{number}/a.parquet", data.getvalue())
            storage = {**PARQUET, "Columns": columns, "Location": place.rsplit("/", 1)[0]}
            self.scripts.glue.create_partition(
                DatabaseName="given",
                TableName="days",
                PartitionInput={"Values": [day], "StorageDescriptor": storage},
            )


@pytest.fixture(scope="module")
def seen(scripts: GlueScripts) -> dict[str, Any]:
    """What the script saw."""
    Given(scripts)
    source = (SCRIPTS / "spark_tables.py").read_text()
    scripts.create("spark-tables", source, **{"enable-glue-datacatalog": "true"})
    printed = scripts.succeed("spark-tables")
    found: dict[str, Any] = json.loads(printed[-1])
    return found


def test_spark_reads_what_others_define(seen: dict[str, Any]) -> None:
    assert seen["databases"] == ["default", "given", "made"]
    assert seen["tables"] == ["days", "docs", "incomplete", "lines"]
    assert seen["lines"] == [[1, "Ada"], [2, "Ben"]]
    assert seen["json"] == [[2, "Ulm"]]
    assert seen["days"] == [[1, "02"], [2, "03"]]
    assert seen["pruned"] == 1


def test_spark_reads_what_it_and_sinks_write(seen: dict[str, Any]) -> None:
    assert seen["romans"] == [["Ben"], ["Cy"]]
    assert seen["counts"] == [["London", 1], ["Rome", 2]]
    assert seen["orcs"] == [[2, None, "Rome"], [3, None, "Rome"]]
    assert seen["partitions"] == ["city=London", "city=Rome"]
    assert seen["sunk"] == [["Ben"], ["Cy"]]
    assert seen["frame"] == [2, 3]


def test_spark_says_what_is_wrong(seen: dict[str, Any]) -> None:
    """As Amazon's client for Hive does: such a table fails on AWS too."""
    assert "Table#TableType" in seen["incomplete"]
    assert "cannot be null for table: incomplete" in seen["incomplete"]
    assert "TABLE_OR_VIEW_NOT_FOUND" in seen["missing"]
    assert "Table rename is not supported" in seen["renamed"]
    assert "SCHEMA_NOT_EMPTY" in seen["dropped"]


def test_others_see_what_spark_defines(scripts: GlueScripts, seen: dict[str, Any]) -> None:
    glue = scripts.glue

    def table(name: str) -> dict[str, Any]:
        found: dict[str, Any] = glue.get_table(DatabaseName="made", Name=name)["Table"]
        return found

    people = table("people")
    assert people["TableType"] == "MANAGED_TABLE"
    assert people["StorageDescriptor"]["Location"] == f"s3://{scripts.bucket}/made/people"
    assert people["StorageDescriptor"]["SerdeInfo"]["SerializationLibrary"].endswith(
        "ParquetHiveSerDe"
    )
    assert [(one["Name"], one["Type"]) for one in people["StorageDescriptor"]["Columns"]] == [
        ("id", "bigint"), ("name", "string"), ("city", "string"),
    ]  # fmt: skip
    assert len([key for key in scripts.keys("made/people/") if key.endswith(".parquet")]) > 1
    orcs = table("orcs")
    assert (orcs["TableType"], orcs["PartitionKeys"]) == (
        "EXTERNAL_TABLE",
        [{"Name": "city", "Type": "string"}],
    )
    assert [one["Name"] for one in orcs["StorageDescriptor"]["Columns"]] == ["id", "note"]
    assert table("romans")["TableType"] == "VIRTUAL_VIEW"
    assert [one["Name"] for one in glue.get_tables(DatabaseName="made")["TableList"]] == [
        "by_city", "orcs", "people", "romans", "sunk",
    ]  # fmt: skip


def test_others_see_the_partitions_that_spark_adds(
    scripts: GlueScripts, seen: dict[str, Any]
) -> None:
    def places(database: str, table: str) -> dict[str, str]:
        found = scripts.glue.get_partitions(DatabaseName=database, TableName=table)["Partitions"]
        return {one["Values"][0]: one["StorageDescriptor"]["Location"] for one in found}

    assert places("made", "by_city") == {
        city: f"s3://{scripts.bucket}/made/by_city/city={city}" for city in ("London", "Rome")
    }
    assert places("made", "orcs") == {"Rome": f"s3://{scripts.bucket}/elsewhere/orcs/city=Rome"}
    assert places("given", "days")["04"] == f"s3://{scripts.bucket}/given/days/day=04"


def test_a_table_keeps_its_definition_when_spark_writes(
    scripts: GlueScripts, seen: dict[str, Any]
) -> None:
    docs = scripts.glue.get_table(DatabaseName="given", Name="docs")["Table"]
    library = docs["StorageDescriptor"]["SerdeInfo"]["SerializationLibrary"]
    assert library == "org.openx.data.jsonserde.JsonSerDe"
    (written,) = [key for key in scripts.keys("given/docs/") if not key.endswith("a.json")]
    body = scripts.s3.get_object(Bucket=scripts.bucket, Key=written)["Body"].read()
    assert json.loads(body) == {"id": 3, "address": {"city": "Oslo"}}


def test_files_go_with_managed_tables_only(scripts: GlueScripts, seen: dict[str, Any]) -> None:
    assert scripts.keys("made/passing") == []
    assert [key for key in scripts.keys("kept/") if key.endswith(".parquet")]


def test_without_the_argument_spark_has_tables_of_its_own(scripts: GlueScripts) -> None:
    script = """
from pyspark.sql import SparkSession
spark = SparkSession.builder.getOrCreate()
print([row[0] for row in spark.sql("show databases").collect()])
"""
    assert scripts.succeed("own-tables", script) == ["['default']"]


def test_iceberg_tables_live_in_the_catalog(scripts: GlueScripts) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-format-iceberg.html"""
    scripts.glue.create_database(DatabaseInput={"Name": "lake"})
    arguments = {
        "datalake-formats": "iceberg",
        "conf": "spark.sql.extensions="
        "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
    }
    scripts.create("iceberg", (SCRIPTS / "iceberg.py").read_text(), **arguments)
    (printed,) = scripts.succeed("iceberg")
    assert json.loads(printed) == {
        "now": [[2, "Bea", None], [3, "Cy", None]],
        "then": ["Ada", "Ben"],
    }
    table = scripts.glue.get_table(DatabaseName="lake", Name="people")["Table"]
    assert table["Parameters"]["table_type"] == "ICEBERG"
    assert [one["Name"] for one in table["StorageDescriptor"]["Columns"]] == ["id", "name", "city"]
    key = table["Parameters"]["metadata_location"].split("/", 3)[3]
    metadata = json.load(scripts.s3.get_object(Bucket=scripts.bucket, Key=key)["Body"])
    assert len(metadata["snapshots"]) == 3
    assert (
        table["Parameters"]["previous_metadata_location"]
        != table["Parameters"]["metadata_location"]
    )
