"""One catalog: what Terraform, boto3, a crawler, Athena or Spark writes, each of the others reads.

Every writer makes a table of its own name with the same columns, partitions and rows; every reader
reads all five.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.local_aws.athena import Lake
from tests.integration.local_aws.glue_scripts import GlueScripts
from tests.integration.local_aws.own_server import OwnServer, own_server
from tests.integration.local_aws.terraform_root import terraform_root
from tests.integration.local_aws.test_athena_formats import parquet_of
from tests.integration.terraform import Terraform
from tests.wait import wait_until

pytestmark = pytest.mark.spark

WRITERS = ("terraform", "boto3", "crawler", "athena", "spark")
COLUMNS = {"id": "bigint", "name": "string", "day": "string"}
PEOPLE = {"1": {"id": 1, "name": "Ann"}, "2": {"id": 2, "name": "Bob"}}
ROWS = [[1, "Ann", "1"], [2, "Bob", "2"]]
ROLE = "arn:aws:iam::000000000000:role/crawler"
SCRIPT = Path(__file__).parent / "scripts" / "one_catalog.py"
PARQUET = "org.apache.hadoop.hive.ql.io.parquet"


@dataclass
class World:
    """The lake, what Terraform says of it, and what a Spark job saw in it."""

    lake: Lake
    root: Terraform
    seen: dict[str, Any]


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServer]:
    with own_server(tmp_path_factory.mktemp("one_catalog")) as server:
        yield server


@pytest.fixture(scope="module")
def world(aws: OwnServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    lake = Lake(aws)
    for writer in ("terraform", "boto3", "crawler"):
        for day, person in PEOPLE.items():
            lake.put(f"{writer}/day={day}/part.parquet", parquet_of([person]))
    folder = tmp_path_factory.mktemp("root")
    names = {"bucket": lake.bucket, "database": lake.database}
    with terraform_root("one_catalog", folder, aws.endpoint_url, **names) as root:
        root.apply()
        write_with_boto3(lake)
        write_with_a_crawler(lake)
        write_with_athena(lake)
        seen = write_and_read_with_spark(lake)
        yield World(lake, root, seen)


def write_with_boto3(lake: Lake) -> None:
    storage: dict[str, Any] = {
        "Columns": [{"Name": "id", "Type": "bigint"}, {"Name": "name", "Type": "string"}],
        "InputFormat": f"{PARQUET}.MapredParquetInputFormat",
        "OutputFormat": f"{PARQUET}.MapredParquetOutputFormat",
        "SerdeInfo": {"SerializationLibrary": f"{PARQUET}.serde.ParquetHiveSerDe"},
    }
    table = {
        "Name": "boto3",
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {"classification": "parquet"},
        "PartitionKeys": [{"Name": "day", "Type": "string"}],
        "StorageDescriptor": {**storage, "Location": lake.uri("boto3/")},
    }
    lake.glue.create_table(DatabaseName=lake.database, TableInput=table)
    inputs = [
        {
            "Values": [day],
            "StorageDescriptor": {**storage, "Location": lake.uri(f"boto3/day={day}/")},
        }
        for day in PEOPLE
    ]
    lake.glue.batch_create_partition(
        DatabaseName=lake.database, TableName="boto3", PartitionInputList=inputs
    )


def write_with_a_crawler(lake: Lake) -> None:
    crawl(lake, "writer", {"S3Targets": [{"Path": lake.uri("crawler/")}]})


def write_with_athena(lake: Lake) -> None:
    lake.query(
        f"CREATE TABLE athena WITH (external_location = '{lake.uri('athena/')}', "
        "partitioned_by = ARRAY['day']) AS "
        "SELECT * FROM (VALUES (BIGINT '1', 'Ann', '1'), (2, 'Bob', '2')) AS t (id, name, day)"
    )


def write_and_read_with_spark(lake: Lake) -> dict[str, Any]:
    scripts = GlueScripts(lake.aws, f"{lake.bucket}-scripts")
    source = SCRIPT.read_text()
    scripts.create("one-catalog", source, **{"enable-glue-datacatalog": "true"})
    printed = scripts.succeed("one-catalog", bucket=lake.bucket, database=lake.database)
    seen: dict[str, Any] = json.loads(printed[-1])
    return seen


def crawl(lake: Lake, name: str, targets: dict[str, Any], **members: Any) -> None:
    glue = lake.glue
    request = {"Name": name, "Role": ROLE, "DatabaseName": lake.database, "Targets": targets}
    glue.create_crawler(**{**request, **members})
    glue.start_crawler(Name=name)

    def crawler() -> dict[str, Any]:
        return dict(glue.get_crawler(Name=name)["Crawler"])

    wait_until(lambda: crawler()["State"] == "READY", 120, crawler)
    assert crawler()["LastCrawl"]["Status"] == "SUCCEEDED", crawler()["LastCrawl"]


@pytest.mark.parametrize("writer", WRITERS)
def test_boto3_reads_what_everyone_writes(world: World, writer: str) -> None:
    where = {"DatabaseName": world.lake.database}
    table = world.lake.glue.get_table(**where, Name=writer)["Table"]
    columns = [*table["StorageDescriptor"]["Columns"], *table["PartitionKeys"]]
    assert {column["Name"]: column["Type"] for column in columns} == COLUMNS
    found = world.lake.glue.get_partitions(**where, TableName=writer)["Partitions"]
    assert {"1", "2"} <= {partition["Values"][0] for partition in found}


@pytest.mark.parametrize("writer", WRITERS)
def test_athena_reads_what_everyone_writes(world: World, writer: str) -> None:
    answer = world.lake.query(f"SELECT id, name, day FROM {writer} WHERE day < '3' ORDER BY id")
    assert answer.rows == [[str(number), name, day] for number, name, day in ROWS]
    assert answer.types == ["bigint", "varchar", "varchar"]


@pytest.mark.parametrize("writer", WRITERS)
def test_spark_reads_what_everyone_writes(world: World, writer: str) -> None:
    assert world.seen[writer] == {"columns": COLUMNS, "rows": ROWS}


def test_terraform_reads_what_everyone_writes(world: World) -> None:
    world.root.having(read=WRITERS).apply()
    assert world.root.outputs()["columns"] == dict.fromkeys(WRITERS, COLUMNS)


def test_a_crawler_reads_what_everyone_writes(world: World) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/crawler-data-stores.html: of tables in the
    catalog, a crawler finds the new partitions.
    """
    lake = world.lake
    for writer in WRITERS:
        lake.put(f"{writer}/day=3/part.parquet", parquet_of([{"id": 3, "name": "Cem"}]))
    targets = {"CatalogTargets": [{"DatabaseName": lake.database, "Tables": list(WRITERS)}]}
    policy = {"UpdateBehavior": "UPDATE_IN_DATABASE", "DeleteBehavior": "LOG"}
    grouping = {"TableGroupingPolicy": "CombineCompatibleSchemas"}
    configuration = json.dumps({"Version": 1.0, "Grouping": grouping})
    crawl(lake, "reader", targets, SchemaChangePolicy=policy, Configuration=configuration)

    tables = lake.glue.get_tables(DatabaseName=lake.database)["TableList"]
    assert sorted(table["Name"] for table in tables) == sorted(WRITERS)
    for writer in WRITERS:
        assert lake.query(f"SELECT name FROM {writer} WHERE day = '3'").rows == [["Cem"]]


def test_what_one_changes_the_others_see(world: World) -> None:
    lake = world.lake
    lake.query("CREATE TABLE passing AS SELECT 1 AS id")
    where = {"DatabaseName": lake.database}
    shape = lake.glue.get_table(**where, Name="passing")["Table"]
    storage = shape["StorageDescriptor"]
    storage["Columns"].append({"Name": "added", "Type": "string"})
    definition = {key: shape[key] for key in ("Name", "TableType", "Parameters")}
    lake.glue.update_table(**where, TableInput={**definition, "StorageDescriptor": storage})
    assert lake.query("SELECT * FROM passing").names == ["id", "added"]

    lake.query("ALTER TABLE passing ADD COLUMNS (later date)")
    world.root.having(read=["passing"]).apply()
    columns = {"id": "int", "added": "string", "later": "date"}
    assert world.root.outputs()["columns"] == {"passing": columns}

    lake.query("DROP TABLE passing")
    with pytest.raises(ClientError, match="Table passing not found"):
        lake.glue.get_table(**where, Name="passing")
