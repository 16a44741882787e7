"""What a later crawl does with what changed.

https://docs.aws.amazon.com/glue/latest/dg/crawler-configuration.html
"""

from typing import Any

import pytest

from tests.unit.local_aws.glue.crawlers.world import CrawlerWorld, json_lines

FIRST = json_lines([{"id": 1, "name": "Ann", "age": 30}])
# One column more, one less, one of another type.
SECOND = json_lines([{"id": "x-1", "name": "Ann", "city": "Rome"}])

MERGE = {"CrawlerOutput": {"Tables": {"AddOrUpdateBehavior": "MergeNewColumns"}}}
INHERIT = {"CrawlerOutput": {"Partitions": {"AddOrUpdateBehavior": "InheritFromTable"}}}


def policy(update: str = "UPDATE_IN_DATABASE", delete: str = "LOG") -> dict[str, str]:
    return {"UpdateBehavior": update, "DeleteBehavior": delete}


def test_update_replaces_the_schema_and_foreign_metadata(world: CrawlerWorld) -> None:
    """UPDATE_IN_DATABASE: add, remove and modify columns; "remove any metadata that is not set by
    the crawler"."""
    world.put("people/a.json", FIRST)
    world.create_crawler("people/", SchemaChangePolicy=policy())
    world.crawl()
    _edit_table(world, "people", Description="by hand", Parameters={"mine": "1"})
    world.put("people/a.json", SECOND)
    world.crawl()

    assert world.columns("people") == {"id": "string", "name": "string", "city": "string"}
    table = world.tables()["people"]
    assert "mine" not in table["Parameters"]
    assert not table.get("Description")
    assert world.summary()["TABLE"]["UPDATE"]["Details"]["names"] == ["people"]


def test_log_leaves_the_table_and_adds_partitions(world: CrawlerWorld) -> None:
    """LOG: "Ignore the changes, and don't update the table"; partitions are always created."""
    world.put("people/day=1/a.json", FIRST)
    world.create_crawler("people/", SchemaChangePolicy=policy("LOG"))
    world.crawl()
    before = world.tables()["people"]
    world.put("people/day=1/a.json", FIRST.replace("age", "years"))
    world.put("people/day=2/a.json", FIRST.replace("age", "years"))
    world.crawl()

    assert world.tables()["people"] == before
    assert set(world.partitions("people")) == {("1",), ("2",)}
    assert any("Schema change of table people was ignored" in line for line in world.log())
    assert world.summary() == {"PARTITION": {"ADD": _named("people:2")}}


def test_merge_new_columns_changes_nothing_else(world: CrawlerWorld) -> None:
    """MergeNewColumns: "existing columns are not removed, and their type is not changed"."""
    world.put("people/a.json", FIRST)
    world.create_crawler("people/", Configuration=MERGE)
    world.crawl()
    _edit_table(world, "people", Description="by hand", Parameters={"mine": "1"})
    world.put("people/a.json", SECOND)
    world.crawl()

    assert world.columns("people") == {
        "id": "int",
        "name": "string",
        "age": "int",
        "city": "string",
    }
    assert world.tables()["people"]["Description"] == "by hand"
    assert world.tables()["people"]["Parameters"]["mine"] == "1"


def test_merge_new_columns_reaches_into_structs(world: CrawlerWorld) -> None:
    """The page: new columns are added, "including nested data types"."""
    world.put("people/a.json", '{"place": {"city": "Rome", "at": [{"x": 1}]}}')
    world.create_crawler("people/", Configuration=MERGE)
    world.crawl()
    world.put("people/a.json", '{"place": {"city": 1, "zip": 2, "at": [{"x": 1, "y": 2.5}]}}')
    world.crawl()

    assert world.columns("people") == {
        "place": "struct<city:string,at:array<struct<x:int,y:double>>,zip:int>"
    }


def test_merge_new_columns_deprecates_a_table_of_another_format(world: CrawlerWorld) -> None:
    """The page: "If an Amazon S3 table attribute changes significantly, mark the table as
    deprecated, and log a warning"."""
    world.put("people/a.json", FIRST)
    world.create_crawler("people/", Configuration=MERGE)
    world.crawl()
    world.delete("people/a.json")
    world.put("people/a.csv", "id,name\n1,Ann\n2,Bob\n")
    world.crawl()

    table = world.tables()["people"]
    assert table["Parameters"]["classification"] == "json"
    assert "DEPRECATED_BY_CRAWLER" in table["Parameters"]
    assert any("WARN" in line and "classification" in line for line in world.log())


def test_partitions_keep_a_schema_of_their_own(world: CrawlerWorld) -> None:
    world.put("people/day=1/a.json", FIRST)
    world.put("people/day=2/a.json", FIRST.replace("}", ', "city": "Rome"}'))
    world.create_crawler("people/")
    world.crawl()

    assert _columns(world.partitions("people")[("1",)]) == ["id", "name", "age"]
    assert _columns(world.partitions("people")[("2",)]) == ["id", "name", "age", "city"]
    assert list(world.columns("people")) == ["id", "name", "age", "city"]


def test_partitions_inherit_from_the_table_on_request(world: CrawlerWorld) -> None:
    """InheritFromTable: "existing partitions are updated to match the properties of their parent
    table the next time the crawler runs"."""
    world.put("people/day=1/a.json", FIRST)
    world.put("people/day=2/a.json", FIRST.replace("}", ', "city": "Rome"}'))
    world.create_crawler("people/")
    world.crawl()
    world.update_crawler(Configuration=INHERIT)
    world.crawl()

    for partition in world.partitions("people").values():
        assert _columns(partition) == ["id", "name", "age", "city"]
    locations = [
        partition["StorageDescriptor"]["Location"]
        for partition in world.partitions("people").values()
    ]
    assert sorted(locations) == ["s3://lake/people/day=1/", "s3://lake/people/day=2/"]


def test_inheritance_keeps_an_edited_schema(world: CrawlerWorld) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/crawler-schema-changes-prevent.html"""
    world.put("people/day=1/a.json", FIRST)
    world.create_crawler("people/", SchemaChangePolicy=policy("LOG"), Configuration=INHERIT)
    world.crawl()
    table = world.tables()["people"]
    descriptor = table["StorageDescriptor"]
    descriptor["Columns"][0] = {"Name": "id", "Type": "string"}
    _edit_table(world, "people", StorageDescriptor=descriptor)
    world.put("people/day=2/a.json", FIRST)
    world.crawl()

    for partition in world.partitions("people").values():
        assert partition["StorageDescriptor"]["Columns"][0]["Type"] == "string"


def test_deleted_data_deprecate_the_table_by_default(world: CrawlerWorld) -> None:
    world.put("raw/people/a.json", FIRST)
    world.put("raw/orders/a.json", '{"order": 1, "amount": 2}')
    world.create_crawler("raw/")
    world.crawl()
    world.delete("raw/orders/a.json")
    world.put("raw/events/a.json", '{"event": "x", "at": 1}')
    world.crawl()

    millis = str(int(world.clock.now().timestamp() * 1000))
    assert world.tables()["orders"]["Parameters"]["DEPRECATED_BY_CRAWLER"] == millis
    assert "DEPRECATED_BY_CRAWLER" not in world.tables()["people"]["Parameters"]

    world.put("raw/orders/a.json", '{"order": 1, "amount": 2}')
    world.crawl()
    assert "DEPRECATED_BY_CRAWLER" not in world.tables()["orders"]["Parameters"]


def test_deleted_data_delete_tables_and_partitions_on_request(world: CrawlerWorld) -> None:
    world.put("raw/people/day=1/a.json", FIRST)
    world.put("raw/people/day=2/a.json", FIRST)
    world.put("raw/orders/a.json", '{"order": 1, "amount": 2}')
    world.create_crawler("raw/", SchemaChangePolicy=policy(delete="DELETE_FROM_DATABASE"))
    world.crawl()
    world.delete("raw/people/day=2/a.json")
    world.put("raw/events/a.json", '{"event": "x", "at": 1}')
    world.delete("raw/orders/a.json")
    world.crawl()

    assert sorted(world.tables()) == ["events", "people"]
    assert set(world.partitions("people")) == {("1",)}
    assert world.summary()["TABLE"]["DELETE"] == _named("orders")
    assert world.summary()["PARTITION"]["DELETE"] == _named("people:2")


@pytest.mark.parametrize("delete", ["LOG", "DEPRECATE_IN_DATABASE"])
def test_partitions_without_data_stay_otherwise(world: CrawlerWorld, delete: str) -> None:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-glue-crawler-schemachangepolicy.html:
    deprecation is a property of tables."""
    world.put("people/day=1/a.json", FIRST)
    world.put("people/day=2/a.json", FIRST)
    world.create_crawler("people/", SchemaChangePolicy=policy(delete=delete))
    world.crawl()
    world.delete("people/day=2/a.json")
    world.crawl()

    assert set(world.partitions("people")) == {("1",), ("2",)}
    assert any("Partition people:2 has no data any more" in line for line in world.log())


def test_tables_of_others_are_left_alone(world: CrawlerWorld) -> None:
    """What this crawler did not make it does not delete, though it has no data."""
    world.put("raw/people/a.json", FIRST)
    world.glue.create_table(
        DatabaseName="raw",
        TableInput={
            "Name": "byhand",
            "StorageDescriptor": {"Location": "s3://lake/raw/gone/", "Columns": []},
        },
    )
    world.create_crawler("raw/", SchemaChangePolicy=policy(delete="DELETE_FROM_DATABASE"))
    world.crawl()

    assert "byhand" in world.tables()


def test_a_second_crawl_of_the_same_data_changes_nothing(world: CrawlerWorld) -> None:
    world.put("people/day=1/a.json", FIRST)
    world.create_crawler("people/")
    world.crawl()
    world.crawl()

    assert world.summary() == {}
    versions = world.glue.get_table_versions(DatabaseName="raw", TableName="people")
    assert len(versions["TableVersions"]) == 1


def test_an_incremental_crawl_reads_new_folders_only(world: CrawlerWorld) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/incremental-crawls.html"""
    world.put("sales/month=Jan/a.json", FIRST)
    world.put("sales/month=Feb/a.json", FIRST)
    recrawl = {"RecrawlBehavior": "CRAWL_NEW_FOLDERS_ONLY"}
    world.create_crawler("sales/", RecrawlPolicy=recrawl)
    world.crawl()
    # A changed and a deleted folder are not looked at.
    world.put("sales/month=Jan/a.json", SECOND)
    world.delete("sales/month=Feb/a.json")
    world.put("sales/month=Mar/a.json", FIRST)
    world.crawl()

    assert set(world.partitions("sales")) == {("Jan",), ("Feb",), ("Mar",)}
    assert world.columns("sales") == {"id": "int", "name": "string", "age": "int"}
    assert world.summary() == {"PARTITION": {"ADD": _named("sales:Mar")}}
    assert world.crawler()["SchemaChangePolicy"] == {
        "UpdateBehavior": "LOG",
        "DeleteBehavior": "LOG",
    }


@pytest.mark.parametrize(
    ("key", "body", "message"),
    [
        ("sales/month=Mar/a.json", '{"x": 1, "y": 2}', "do not match table sales"),
        ("sales/month=Mar/a.csv", "id,name,age\n1,Ann,3\n2,Bob,4\n", "do not match table sales"),
        ("sales/week=12/a.json", FIRST, "Folder partition keys do not match"),
    ],
)
def test_an_incremental_crawl_ignores_what_does_not_fit(
    world: CrawlerWorld, key: str, body: str, message: str
) -> None:
    """The same page: "the crawler ignores the objects and records the event in CloudWatch Logs"."""
    for month in ("Jan", "Feb"):
        world.put(f"sales/month={month}/a.json", FIRST)
    recrawl = {"RecrawlBehavior": "CRAWL_NEW_FOLDERS_ONLY"}
    world.create_crawler("sales/", RecrawlPolicy=recrawl)
    world.crawl()
    world.put(key, body)
    world.crawl()

    assert list(world.tables()) == ["sales"]
    assert set(world.partitions("sales")) == {("Jan",), ("Feb",)}
    assert any(message in line for line in world.log())


def test_a_catalog_target_updates_its_table_only(world: CrawlerWorld) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/define-crawler.html#crawler-source-type"""
    world.put("sales/month=Jan/a.json", FIRST)
    world.put("sales/month=Feb/a.json", SECOND)
    _create_table(world, "my_sales", "s3://lake/sales/", keys=["month"])
    _create_catalog_crawler(world, "my_sales")
    world.crawl()

    assert list(world.tables()) == ["my_sales"]
    assert set(world.columns("my_sales")) == {"id", "name", "age", "city"}
    assert set(world.partitions("my_sales")) == {("Jan",), ("Feb",)}

    world.delete("sales/month=Jan/a.json")
    world.crawl()
    assert set(world.partitions("my_sales")) == {("Jan",), ("Feb",)}


def test_a_catalog_target_that_is_missing_fails_the_crawl(world: CrawlerWorld) -> None:
    _create_catalog_crawler(world, "nowhere")
    crawler = world.try_crawl()

    assert crawler["LastCrawl"]["ErrorMessage"] == "Table nowhere not found in database raw."


def _create_catalog_crawler(world: CrawlerWorld, *tables: str) -> None:
    targets = {"CatalogTargets": [{"DatabaseName": "raw", "Tables": list(tables)}]}
    world.create_crawler(
        Targets=targets,
        SchemaChangePolicy=policy(),
        Configuration={"Grouping": {"TableGroupingPolicy": "CombineCompatibleSchemas"}},
    )


def _create_table(world: CrawlerWorld, name: str, location: str, keys: list[str]) -> None:
    world.glue.create_table(
        DatabaseName="raw",
        TableInput={
            "Name": name,
            "StorageDescriptor": {
                "Location": location,
                "Columns": [{"Name": "id", "Type": "int"}],
            },
            "PartitionKeys": [{"Name": key, "Type": "string"} for key in keys],
            "Parameters": {"classification": "json"},
        },
    )


def _edit_table(world: CrawlerWorld, name: str, **members: Any) -> None:
    table = world.tables()[name]
    known = ("Name", "Owner", "Retention", "StorageDescriptor", "PartitionKeys", "TableType")
    edited = {key: table[key] for key in known if key in table}
    parameters = {**table["Parameters"], **members.pop("Parameters", {})}
    world.glue.update_table(
        DatabaseName="raw", TableInput={**edited, **members, "Parameters": parameters}
    )


def _columns(partition: dict[str, Any]) -> list[str]:
    return [column["Name"] for column in partition["StorageDescriptor"]["Columns"]]


def _named(*names: str) -> dict[str, Any]:
    return {"Count": len(names), "Details": {"names": list(names)}}
