"""Column statistics of tables and partitions.

https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateColumnStatisticsForTable.html
"""

from typing import Any

import pytest

from local_aws.glue.errors import EntityNotFoundException
from tests.unit.local_aws.glue.memory import START, World

IN_T = {"DatabaseName": "db", "TableName": "t"}
IN_P = {**IN_T, "PartitionValues": ["2026"]}


@pytest.fixture
def catalog(world: World) -> World:
    storage = {"Columns": [{"Name": "id", "Type": "bigint"}]}
    keys = [{"Name": "year", "Type": "int"}]
    table = {"Name": "t", "StorageDescriptor": storage, "PartitionKeys": keys}
    world.call("CreateDatabase", DatabaseInput={"Name": "db"})
    world.call("CreateTable", DatabaseName="db", TableInput=table)
    world.call("CreatePartition", **IN_T, PartitionInput={"Values": ["2026"]})
    return world


def statistics(column: str, nulls: int = 0) -> dict[str, Any]:
    numbers = {"NumberOfNulls": nulls, "NumberOfDistinctValues": 7}
    return {
        "ColumnName": column,
        "ColumnType": "bigint",
        "AnalyzedTime": START,
        "StatisticsData": {"Type": "LONG", "LongColumnStatisticsData": numbers},
    }


@pytest.mark.parametrize(("kind", "where"), [("Table", IN_T), ("Partition", IN_P)])
def test_statistics_come_back_as_they_were_written(
    catalog: World, kind: str, where: dict[str, Any]
) -> None:
    update = f"UpdateColumnStatisticsFor{kind}"
    answer = catalog.call(
        update, **where, ColumnStatisticsList=[statistics("id"), statistics("gone")]
    )
    (error,) = answer["Errors"]
    assert error["ColumnStatistics"]["ColumnName"] == "gone"
    assert error["Error"]["ErrorCode"] == "EntityNotFoundException"
    catalog.call(update, **where, ColumnStatisticsList=[statistics("id", nulls=3)])

    names = ["id", "gone"]
    found = catalog.call(f"GetColumnStatisticsFor{kind}", **where, ColumnNames=names)
    assert found["ColumnStatisticsList"] == [statistics("id", nulls=3)]
    assert [error["ColumnName"] for error in found["Errors"]] == ["gone"]

    catalog.call(f"DeleteColumnStatisticsFor{kind}", **where, ColumnName="id")
    with pytest.raises(EntityNotFoundException, match="Statistics of column id not found"):
        catalog.call(f"DeleteColumnStatisticsFor{kind}", **where, ColumnName="id")


def test_statistics_go_with_their_partition(catalog: World) -> None:
    catalog.call(
        "UpdateColumnStatisticsForPartition", **IN_P, ColumnStatisticsList=[statistics("id")]
    )
    catalog.call("DeletePartition", **IN_P)
    with pytest.raises(EntityNotFoundException, match="Cannot find partition"):
        catalog.call("GetColumnStatisticsForPartition", **IN_P, ColumnNames=["id"])
    catalog.call("CreatePartition", **IN_T, PartitionInput={"Values": ["2026"]})
    found = catalog.call("GetColumnStatisticsForPartition", **IN_P, ColumnNames=["id"])
    assert found["ColumnStatisticsList"] == []
