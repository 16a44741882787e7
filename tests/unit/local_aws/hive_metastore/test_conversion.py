"""https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog-tables.html"""

from datetime import UTC, datetime
from typing import Any

import pytest
from hive_metastore import conversion, naming
from hive_metastore.errors import IncompleteTableError

TABLE: dict[str, Any] = {
    "Name": "people",
    "Owner": "hadoop",
    "Retention": 3,
    "Description": "who they are",
    "TableType": "EXTERNAL_TABLE",
    "PartitionKeys": [{"Name": "day", "Type": "string", "Comment": "when"}],
    "Parameters": {"classification": "json", "comment": "who they are"},
    "StorageDescriptor": {
        "Columns": [{"Name": "id", "Type": "bigint"}, {"Name": "tags", "Type": "array<string>"}],
        "Location": "s3://bucket/people/",
        "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
        "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
        "Compressed": True,
        "NumberOfBuckets": 4,
        "SerdeInfo": {
            "Name": "serde",
            "SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe",
            "Parameters": {"paths": "id,tags"},
        },
        "BucketColumns": ["id"],
        "SortColumns": [{"Column": "id", "SortOrder": 1}],
        "Parameters": {"typeOfData": "file"},
        "StoredAsSubDirectories": True,
    },
}
FOUND = {**TABLE, "DatabaseName": "db", "CreateTime": datetime(2026, 11, 20, tzinfo=UTC)}


def test_a_table_comes_back_as_it_went() -> None:
    there = conversion.table(FOUND)
    assert (there.dbName, there.createTime) == ("db", 1_795_132_800)
    assert conversion.table_input(there, TABLE) == TABLE


def test_hive_gets_a_serde_that_it_has() -> None:
    serde = conversion.table(FOUND).sd.serdeInfo
    assert serde.serializationLib == "org.apache.hive.hcatalog.data.JsonSerDe"
    # A new table that asks for that one by its name keeps it.
    made = conversion.table_input(conversion.table(FOUND))
    library = made["StorageDescriptor"]["SerdeInfo"]["SerializationLibrary"]
    assert library == "org.apache.hive.hcatalog.data.JsonSerDe"


def test_a_partition_takes_from_its_table_what_it_does_not_say() -> None:
    found = {
        "Values": ["2026-11-20"], "DatabaseName": "db", "TableName": "people",
        "StorageDescriptor": {**TABLE["StorageDescriptor"], "Location": None},
        "Parameters": {"rows": "3"},
    }  # fmt: skip
    there = conversion.partition(found)
    assert conversion.partition_input(there, TABLE, "s3://bucket/people/day=2026-11-20") == {
        "Values": ["2026-11-20"],
        "Parameters": {"rows": "3"},
        "StorageDescriptor": {
            **TABLE["StorageDescriptor"], "Location": "s3://bucket/people/day=2026-11-20",
        },
    }  # fmt: skip


@pytest.mark.parametrize(
    ("without", "name"),
    [
        ({"TableType": None}, "Table#TableType"),
        ({"StorageDescriptor": {}}, "StorageDescriptor#InputFormat"),
    ],
)
def test_what_hive_cannot_take_is_named(without: dict[str, Any], name: str) -> None:
    with pytest.raises(IncompleteTableError, match=f"{name}.* cannot be null for table: people"):
        conversion.table({**FOUND, **without})


def test_a_view_needs_no_files() -> None:
    view = {"Name": "v", "DatabaseName": "db", "TableType": "VIRTUAL_VIEW", "ViewOriginalText": "x"}
    assert conversion.table(view).viewOriginalText == "x"


def test_a_database_comes_back_as_it_went() -> None:
    given = {
        "Name": "db", "Description": "d", "LocationUri": "s3://b/db", "Parameters": {"a": "b"},
    }  # fmt: skip
    assert conversion.database_input(conversion.database(given)) == given
    assert conversion.database_input(conversion.database({"Name": "bare"})) == {"Name": "bare"}


def test_partitions_are_named_as_hive_names_them() -> None:
    name = naming.partition_name(["Year", "city"], ["2026", "a b/c=%é"])
    assert name == "year=2026/city=a b%2Fc%3D%25é"


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*", ["ab", "abc", "b"]), ("a*", ["ab", "abc"]), (".*b", ["ab", "b"]),
        ("b|AB", ["ab", "b"]), ("a.c", []), (None, ["ab", "abc", "b"]),
    ],
)  # fmt: skip
def test_patterns_choose_names(pattern: str | None, found: list[str]) -> None:
    assert [name for name in ("ab", "abc", "b") if naming.matches(pattern, name)] == found


def test_the_first_values_choose_partitions() -> None:
    assert naming.fits(["2026"], ["2026", "11"])
    assert naming.fits(["", "11"], ["2026", "11"])
    assert not naming.fits(["2025"], ["2026", "11"])
