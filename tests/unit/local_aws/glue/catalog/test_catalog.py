"""Databases, tables, versions, partitions, indexes, functions.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog.html
"""

from datetime import timedelta
from typing import Any

import pytest

from local_aws.glue.errors import (
    AlreadyExistsException,
    ConcurrentModificationException,
    EntityNotFoundException,
    InvalidInputException,
    ResourceNumberLimitExceededException,
)
from tests.unit.local_aws.glue.memory import World

STORAGE = {"Location": "s3://data/t", "Columns": [{"Name": "id", "Type": "bigint"}]}
KEYS = [{"Name": "year", "Type": "int"}, {"Name": "month", "Type": "string"}]
IN_T = {"DatabaseName": "db", "TableName": "t"}


@pytest.fixture
def catalog(world: World) -> World:
    """A database ``db`` with a table ``t``, partitioned by year and month."""
    world.call("CreateDatabase", DatabaseInput={"Name": "db"})
    definition = {"Name": "t", "StorageDescriptor": STORAGE, "PartitionKeys": KEYS}
    world.call("CreateTable", DatabaseName="db", TableInput=definition)
    world.bus.events.clear()
    return world


def table(world: World, name: str = "t") -> dict[str, Any]:
    return world.call("GetTable", DatabaseName="db", Name=name)["Table"]


def values(answer: dict[str, Any]) -> list[list[str]]:
    return [partition["Values"] for partition in answer["Partitions"]]


def add(world: World, *partitions: tuple[str, str]) -> dict[str, Any]:
    inputs = [{"Values": list(partition), "StorageDescriptor": STORAGE} for partition in partitions]
    return world.call("BatchCreatePartition", **IN_T, PartitionInputList=inputs)


def test_a_database_lives_and_dies_with_its_tables(world: World) -> None:
    world.call("CreateDatabase", DatabaseInput={"Name": "Sales", "Description": "d"})
    with pytest.raises(AlreadyExistsException, match="Database already exists"):
        world.call("CreateDatabase", DatabaseInput={"Name": "sales"})
    found = world.call("GetDatabase", Name="SALES")["Database"]
    # For Hive compatibility, names are folded to lower case.
    assert (found["Name"], found["Description"], found["CatalogId"]) == (
        "sales",
        "d",
        "123456789012",
    )
    world.call("UpdateDatabase", Name="sales", DatabaseInput={"Name": "sales"})
    assert "Description" not in world.call("GetDatabase", Name="sales")["Database"]
    world.call("CreateTable", DatabaseName="sales", TableInput={"Name": "t"})
    world.call("DeleteDatabase", Name="sales")
    assert world.call("GetDatabases") == {"DatabaseList": []}
    with pytest.raises(EntityNotFoundException, match="Database sales not found"):
        world.call("GetTable", DatabaseName="sales", Name="t")


def test_another_account_has_another_catalog(world: World) -> None:
    with pytest.raises(EntityNotFoundException, match="Catalog 999999999999 not found"):
        world.call("GetDatabases", CatalogId="999999999999")


def test_a_table_comes_back_as_it_was_written(catalog: World) -> None:
    found = table(catalog)
    assert found["StorageDescriptor"] == STORAGE
    assert found["PartitionKeys"] == KEYS
    assert (found["DatabaseName"], found["VersionId"], found["Retention"]) == ("db", "0", 0)
    with pytest.raises(AlreadyExistsException, match="Table already exists"):
        catalog.call("CreateTable", DatabaseName="db", TableInput={"Name": "T"})
    with pytest.raises(EntityNotFoundException, match="Table gone not found"):
        table(catalog, "gone")


def test_an_update_archives_the_version_before(catalog: World) -> None:
    created = table(catalog)["CreateTime"]
    catalog.clock.advance(timedelta(minutes=1))
    for text in ("one", "two"):
        update = {"Name": "t", "Description": text}
        catalog.call("UpdateTable", DatabaseName="db", TableInput=update)
    update = {"Name": "t", "Description": "three"}
    catalog.call("UpdateTable", DatabaseName="db", TableInput=update, SkipArchive=True)
    found = table(catalog)
    assert (found["VersionId"], found["Description"]) == ("3", "three")
    # What the update leaves out is gone.
    assert "StorageDescriptor" not in found
    assert found["CreateTime"] == created < found["UpdateTime"]
    versions = catalog.call("GetTableVersions", **IN_T)["TableVersions"]
    assert [version["VersionId"] for version in versions] == ["3", "1", "0"]
    first = catalog.call("GetTableVersion", **IN_T, VersionId="0")["TableVersion"]
    assert first["Table"]["StorageDescriptor"] == STORAGE
    catalog.call("DeleteTableVersion", **IN_T, VersionId="0")
    answer = catalog.call("BatchDeleteTableVersion", **IN_T, VersionIds=["0", "1", "3"])
    assert [error["VersionId"] for error in answer["Errors"]] == ["0", "3"]


def test_an_update_of_a_stale_version_is_refused(catalog: World) -> None:
    update = {"DatabaseName": "db", "TableInput": {"Name": "t"}, "VersionId": "0"}
    catalog.call("UpdateTable", **update)
    with pytest.raises(ConcurrentModificationException):
        catalog.call("UpdateTable", **update)


def test_tables_are_found_by_the_whole_name(catalog: World) -> None:
    for name in ("orders", "orders_old"):
        catalog.call("CreateTable", DatabaseName="db", TableInput={"Name": name})

    def names(**request: Any) -> list[str]:
        answer = catalog.call("GetTables", DatabaseName="db", **request)
        return [found["Name"] for found in answer["TableList"]]

    assert names() == ["orders", "orders_old", "t"]
    assert names(Expression="orders") == ["orders"]
    assert names(Expression="orders.*") == ["orders", "orders_old"]
    assert names(MaxResults=1) == ["orders"]
    with pytest.raises(InvalidInputException, match="no regular expression"):
        names(Expression="(")


def test_tables_are_deleted_one_or_many(catalog: World) -> None:
    catalog.call("CreateTable", DatabaseName="db", TableInput={"Name": "u"})
    catalog.call("DeleteTable", DatabaseName="db", Name="u")
    answer = catalog.call("BatchDeleteTable", DatabaseName="db", TablesToDelete=["t", "u"])
    assert [error["TableName"] for error in answer["Errors"]] == ["u"]
    assert catalog.call("GetTables", DatabaseName="db") == {"TableList": []}


def test_partitions_are_filtered_segmented_and_paged(catalog: World) -> None:
    everything = [(year, month) for year in ("2025", "2026") for month in ("01", "02", "03")]
    assert add(catalog, *everything) == {"Errors": []}
    answer = catalog.call("GetPartitions", **IN_T, Expression="year = 2026 AND month > '01'")
    assert values(answer) == [["2026", "02"], ["2026", "03"]]
    segments = [
        values(
            catalog.call(
                "GetPartitions", **IN_T, Segment={"SegmentNumber": number, "TotalSegments": 2}
            )
        )
        for number in (0, 1)
    ]
    assert sorted(segments[0] + segments[1]) == [list(pair) for pair in everything]
    page = catalog.call("GetPartitions", **IN_T, MaxResults=4)
    rest = catalog.call("GetPartitions", **IN_T, MaxResults=4, NextToken=page["NextToken"])
    assert len(values(page)) == 4
    assert values(page) + values(rest) == [list(pair) for pair in everything]
    bare = catalog.call("GetPartitions", **IN_T, ExcludeColumnSchema=True)["Partitions"][0]
    assert bare["StorageDescriptor"] == {"Location": "s3://data/t"}


def test_a_batch_does_what_it_can_and_lists_the_rest(catalog: World) -> None:
    add(catalog, ("2026", "01"))
    answer = add(catalog, ("2026", "01"), ("2026", "02"))
    [error] = answer["Errors"]
    assert error["PartitionValues"] == ["2026", "01"]
    assert error["ErrorDetail"]["ErrorCode"] == "AlreadyExistsException"
    wanted = [{"Values": ["2026", "02"]}, {"Values": ["1999", "01"]}]
    found = catalog.call("BatchGetPartition", **IN_T, PartitionsToGet=wanted)
    assert values(found) == [["2026", "02"]]
    gone = catalog.call("BatchDeletePartition", **IN_T, PartitionsToDelete=wanted)
    assert [error["PartitionValues"] for error in gone["Errors"]] == [["1999", "01"]]
    assert values(catalog.call("GetPartitions", **IN_T)) == [["2026", "01"]]


def test_a_partition_can_change_and_move(catalog: World) -> None:
    add(catalog, ("2026", "01"), ("2026", "02"))
    old = {**IN_T, "PartitionValueList": ["2026", "01"]}
    moved = {"Values": ["2026", "03"], "Parameters": {"a": "b"}}
    catalog.call("UpdatePartition", **old, PartitionInput=moved)
    where = {**IN_T, "PartitionValues": ["2026", "03"]}
    assert catalog.call("GetPartition", **where)["Partition"]["Parameters"] == {"a": "b"}
    with pytest.raises(EntityNotFoundException, match="Cannot find partition"):
        catalog.call("UpdatePartition", **old, PartitionInput=moved)
    entry = {"PartitionValueList": ["2026", "03"], "PartitionInput": {"Values": ["2026", "02"]}}
    answer = catalog.call("BatchUpdatePartition", **IN_T, Entries=[entry])
    assert answer["Errors"][0]["ErrorDetail"]["ErrorCode"] == "AlreadyExistsException"


def test_a_partition_has_a_value_for_every_key(catalog: World) -> None:
    with pytest.raises(InvalidInputException, match="do not match"):
        catalog.call("CreatePartition", **IN_T, PartitionInput={"Values": ["2026"]})


def test_indexes_are_over_partition_keys_and_at_most_three(catalog: World) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/partition-indexes.html."""
    for number in range(3):
        index = {"IndexName": f"i{number}", "Keys": ["year"]}
        catalog.call("CreatePartitionIndex", **IN_T, PartitionIndex=index)
    more = {"IndexName": "i3", "Keys": ["year"]}
    with pytest.raises(ResourceNumberLimitExceededException):
        catalog.call("CreatePartitionIndex", **IN_T, PartitionIndex=more)
    wrong = {"IndexName": "i4", "Keys": ["id"]}
    with pytest.raises(InvalidInputException, match=r"no partition keys.*id"):
        catalog.call("CreatePartitionIndex", **IN_T, PartitionIndex=wrong)
    catalog.call("DeletePartitionIndex", **IN_T, IndexName="i0")
    found = catalog.call("GetPartitionIndexes", **IN_T)["PartitionIndexDescriptorList"]
    assert found[0] == {
        "IndexName": "i1",
        "Keys": [{"Name": "year", "Type": "int"}],
        "IndexStatus": "ACTIVE",
    }
    assert len(found) == 2


def test_changes_are_events(catalog: World) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/automating-awsglue-with-cloudwatch-events.html."""
    catalog.call("CreateTable", DatabaseName="db", TableInput={"Name": "u"})
    add(catalog, ("2018", "01"), ("2018", "02"))
    catalog.call("UpdateTable", DatabaseName="db", TableInput={"Name": "u"})
    catalog.call("DeleteDatabase", Name="db")
    assert catalog.bus.events == [
        (
            "Glue Data Catalog Database State Change",
            {"databaseName": "db", "typeOfChange": "CreateTable", "changedTables": ["u"]},
        ),
        (
            "Glue Data Catalog Table State Change",
            {
                "changedPartitions": ["2018,01", "2018,02"],
                "databaseName": "db",
                "tableName": "t",
                "typeOfChange": "BatchCreatePartition",
            },
        ),
        (
            "Glue Data Catalog Table State Change",
            {
                "changedPartitions": [],
                "databaseName": "db",
                "tableName": "u",
                "typeOfChange": "UpdateTable",
            },
        ),
        (
            "Glue Data Catalog Database State Change",
            {"databaseName": "db", "typeOfChange": "DeleteDatabase", "changedTables": []},
        ),
    ]


def test_functions_are_kept(catalog: World) -> None:
    function = {"FunctionName": "f", "ClassName": "C", "OwnerName": "o", "OwnerType": "GROUP"}
    catalog.call("CreateUserDefinedFunction", DatabaseName="db", FunctionInput=function)
    name = {"DatabaseName": "db", "FunctionName": "f"}
    catalog.call("UpdateUserDefinedFunction", **name, FunctionInput={"ClassName": "D"})
    found = catalog.call("GetUserDefinedFunctions", Pattern="*")["UserDefinedFunctions"]
    assert [(entry["FunctionName"], entry["ClassName"]) for entry in found] == [("f", "D")]
    catalog.call("DeleteUserDefinedFunction", **name)
    with pytest.raises(EntityNotFoundException):
        catalog.call("GetUserDefinedFunction", **name)


def test_connections_are_kept_and_their_password_can_be_hidden(world: World) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog-connections.html."""
    properties = {"USERNAME": "u", "PASSWORD": "p"}
    members = {"Name": "c", "ConnectionType": "JDBC", "ConnectionProperties": properties}
    world.call("CreateConnection", ConnectionInput=members)
    shown = world.call("GetConnection", Name="c", HidePassword=True)["Connection"]
    assert shown["ConnectionProperties"] == {"USERNAME": "u"}
    changed = {**members, "Description": "d", "ConnectionType": "KAFKA"}
    world.call("UpdateConnection", Name="c", ConnectionInput=changed)
    kafka = world.call("GetConnections", Filter={"ConnectionType": "KAFKA"})["ConnectionList"]
    assert [(entry["Description"], entry["ConnectionProperties"]) for entry in kafka] == [
        ("d", properties)
    ]
    assert world.call("GetConnections", Filter={"ConnectionType": "JDBC"})["ConnectionList"] == []
    answer = world.call("BatchDeleteConnection", ConnectionNameList=["c", "gone"])
    assert answer["Succeeded"] == ["c"]
    assert answer["Errors"]["gone"]["ErrorCode"] == "EntityNotFoundException"


def test_security_configurations_are_kept(world: World) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-security.html."""
    encryption = {"S3Encryption": [{"S3EncryptionMode": "SSE-S3"}]}
    world.call("CreateSecurityConfiguration", Name="safe", EncryptionConfiguration=encryption)
    found = world.call("GetSecurityConfiguration", Name="safe")["SecurityConfiguration"]
    assert found["EncryptionConfiguration"] == encryption
    world.create_job(SecurityConfiguration="safe", Role="arn:aws:iam::123456789012:role/glue")
    run = world.run(world.start())
    assert run["LogGroupName"] == "/aws-glue/jobs-glue-safe"
    world.call("DeleteSecurityConfiguration", Name="safe")
    with pytest.raises(EntityNotFoundException):
        world.call("DeleteSecurityConfiguration", Name="safe")
