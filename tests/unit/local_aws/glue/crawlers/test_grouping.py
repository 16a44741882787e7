"""Which folders become tables and which partitions.

https://docs.aws.amazon.com/glue/latest/dg/crawler-s3-folder-table-partition.html
"""

import pytest

from tests.unit.local_aws.glue.crawlers.world import CrawlerWorld, json_lines

PEOPLE = json_lines([{"id": 1, "name": "Ann"}, {"id": 2, "name": "Bob"}])
ORDERS = json_lines([{"order": 1, "amount": 2.5, "paid": True}])


def test_folders_of_key_and_value_become_partitions(world: CrawlerWorld) -> None:
    """The page's first example: year, month and day under sales."""
    for path in ("2019/month=Jan/day=1", "2019/month=Jan/day=2", "2019/month=Feb/day=1"):
        world.put(f"sales/year={path}/data.json", PEOPLE)
    world.create_crawler("sales/")
    world.crawl()

    assert list(world.tables()) == ["sales"]
    assert world.keys("sales") == ["year", "month", "day"]
    assert world.tables()["sales"]["PartitionKeys"][0]["Type"] == "string"
    assert set(world.partitions("sales")) == {
        ("2019", "Jan", "1"),
        ("2019", "Jan", "2"),
        ("2019", "Feb", "1"),
    }
    location = world.partitions("sales")[("2019", "Feb", "1")]["StorageDescriptor"]["Location"]
    assert location == "s3://lake/sales/year=2019/month=Feb/day=1/"


def test_similar_unnamed_folders_become_partitions_of_one_table(world: CrawlerWorld) -> None:
    """The page's second example, folder1 with table1 and table2."""
    for path in ("table1/partition1", "table1/partition2", "table1/partition3"):
        world.put(f"folder1/{path}/file.json", PEOPLE)
    for path in ("table2/partition4", "table2/partition5"):
        world.put(f"folder1/{path}/file.json", PEOPLE)
    world.create_crawler("folder1/")
    world.crawl()

    assert world.keys("folder1") == ["partition_0", "partition_1"]
    assert ("table1", "partition3") in world.partitions("folder1")
    assert ("table2", "partition5") in world.partitions("folder1")


def test_each_include_path_has_a_table_of_its_own(world: CrawlerWorld) -> None:
    """The page: "To create two separate tables, define the crawler with two data stores"."""
    world.put("folder1/table1/p1/file.json", PEOPLE)
    world.put("folder1/table1/p2/file.json", PEOPLE)
    world.put("folder1/table2/p3/file.json", PEOPLE)
    world.put("folder1/table2/p4/file.json", PEOPLE)
    world.create_crawler("folder1/table1/", "folder1/table2/")
    world.crawl()

    assert sorted(world.tables()) == ["table1", "table2"]


def test_different_schemas_become_several_tables(world: CrawlerWorld) -> None:
    world.put("raw/people/a.json", PEOPLE)
    world.put("raw/orders/a.json", ORDERS)
    world.create_crawler("raw/")
    world.crawl()

    assert sorted(world.tables()) == ["orders", "people"]
    assert world.columns("orders") == {"order": "int", "amount": "double", "paid": "boolean"}


def test_different_schemas_in_key_value_folders_become_tables(world: CrawlerWorld) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/crawler-grouping-policy.html: year_2017, …"""
    world.put("table1/year=2017/data1.json", '{"A": 1, "B": 2}')
    world.put("table1/year=2018/data2.json", '{"C": 3, "D": 4}')
    world.create_crawler("table1/")
    world.crawl()

    assert sorted(world.tables()) == ["year_2017", "year_2018"]


def test_compatible_schemas_are_combined_on_request(world: CrawlerWorld) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/crawler-grouping-policy.html: its example."""
    world.put("table1/year=2017/data1.json", '{"A": 1, "B": 2}')
    world.put("table1/year=2018/data2.json", '{"C": 3, "D": 4}')
    grouping = {"Grouping": {"TableGroupingPolicy": "CombineCompatibleSchemas"}}
    world.create_crawler("table1/", Configuration=grouping)
    world.crawl()

    assert world.columns("table1") == {"a": "int", "b": "int", "c": "int", "d": "int"}
    assert world.keys("table1") == ["year"]


def test_incompatible_data_are_not_combined_even_on_request(world: CrawlerWorld) -> None:
    """The same page: "the crawler still considers data compatibility"."""
    world.put("mixed/one/data.json", PEOPLE)
    world.put("mixed/two/data.csv", "id,name\n1,Ann\n2,Bob\n")
    grouping = {"Grouping": {"TableGroupingPolicy": "CombineCompatibleSchemas"}}
    world.create_crawler("mixed/", Configuration=grouping)
    world.crawl()

    assert sorted(world.tables()) == ["one", "two"]


@pytest.mark.parametrize(("others", "tables"), [(2, 1), (3, 10)])
def test_more_than_70_percent_must_share_a_schema(
    world: CrawlerWorld, others: int, tables: int
) -> None:
    """https://repost.aws/knowledge-center/glue-crawler-detect-schema: 8 of 10 do, 7 do not."""
    for index in range(10):
        body = ORDERS if index < others else PEOPLE
        world.put(f"folder/file{index}.json", body)
    world.create_crawler("folder/")
    world.crawl()

    assert len(world.tables()) == tables
    if tables == 1:
        assert set(world.columns("folder")) == {"id", "name", "order", "amount", "paid"}
    else:
        assert world.tables()["file0_json"]["StorageDescriptor"]["Location"] == (
            "s3://lake/folder/file0.json"
        )


def test_more_than_five_schemas_are_too_many(world: CrawlerWorld) -> None:
    """The same page: at most five clusters, whatever the share of the largest."""
    for index in range(40):
        body = PEOPLE if index >= 6 else json_lines([{f"c{index}_{n}": n for n in range(3)}])
        world.put(f"folder/file{index:02}.json", body)
    world.create_crawler("folder/")
    world.crawl()

    assert len(world.tables()) == 40


def test_files_beside_folders_are_tables_of_their_own(world: CrawlerWorld) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/crawler-maximum-number-of-tables.html"""
    world.put("raw/loose.json", PEOPLE)
    world.put("raw/people/a.json", PEOPLE)
    world.create_crawler("raw/")
    world.crawl()

    assert sorted(world.tables()) == ["loose_json", "people"]


def test_a_single_folder_is_the_table_and_no_partition(world: CrawlerWorld) -> None:
    world.put("raw/people/a.json", PEOPLE)
    world.put("raw/people/b.json", PEOPLE)
    world.create_crawler("raw/")
    world.crawl()

    assert list(world.tables()) == ["people"]
    assert world.keys("people") == []


def test_the_table_level_says_where_tables_are(world: CrawlerWorld) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/crawler-table-level.html; the bucket is level 1"""
    for path in ("2019/Jan/1", "2019/Jan/2", "2020/Jan/1", "2020/Feb/1"):
        world.put(f"sales/{path}/data.json", PEOPLE)
    world.create_crawler("sales/", Configuration={"Grouping": {"TableLevelConfiguration": 3}})
    world.crawl()

    assert sorted(world.tables()) == ["2019", "2020"]
    assert world.keys("2019") == ["partition_0", "partition_1"]
    assert set(world.partitions("2020")) == {("Jan", "1"), ("Feb", "1")}


def test_the_table_threshold_fails_a_crawl_that_finds_more(world: CrawlerWorld) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/crawler-maximum-number-of-tables.html"""
    world.put("raw/people/a.json", PEOPLE)
    world.put("raw/orders/a.json", ORDERS)
    threshold = {"CrawlerOutput": {"Tables": {"TableThreshold": 1}}}
    world.create_crawler("raw/", Configuration=threshold)
    crawler = world.try_crawl()

    assert crawler["LastCrawl"]["Status"] == "FAILED"
    assert "crawler: 2 is greater than the table threshold" in crawler["LastCrawl"]["ErrorMessage"]
    assert world.tables() == {}


def test_hidden_files_and_folders_are_no_data(world: CrawlerWorld) -> None:
    """https://docs.aws.amazon.com/athena/latest/ug/tables-location-format.html"""
    world.put("people/_SUCCESS", "")
    world.put("people/.part.crc", "crc")
    world.put("people/_temporary/x.json", ORDERS)
    world.put("people/part.json", PEOPLE)
    world.create_crawler("people/")
    world.crawl()

    assert list(world.tables()) == ["people"]
    assert world.tables()["people"]["Parameters"]["objectCount"] == "1"


def test_escapes_in_a_partition_folder_are_undone(world: CrawlerWorld) -> None:
    for name in ("at=12%3A30", "at=13%3A00"):
        world.put(f"people/{name}/part.json", PEOPLE)
    world.create_crawler("people/")
    world.crawl()

    assert set(world.partitions("people")) == {("12:30",), ("13:00",)}


@pytest.mark.parametrize(
    ("folder", "table"),
    [("My Data-Set.v2", "my_data_set_v2"), ("x" * 200, "x" * 128), ("Größe", "gr__e")],
)
def test_a_table_name_has_letters_digits_and_underscores(
    world: CrawlerWorld, folder: str, table: str
) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/crawler-running.html"""
    world.put(f"raw/{folder}/a.json", PEOPLE)
    world.create_crawler("raw/")
    world.crawl()

    assert list(world.tables()) == [table]


def test_a_bucket_gives_its_name_and_the_prefix_stands_in_front(world: CrawlerWorld) -> None:
    world.put("a.json", PEOPLE)
    world.create_crawler("", TablePrefix="raw_")
    world.crawl()

    assert list(world.tables()) == ["raw_lake"]


def test_a_taken_name_gets_a_hash_suffix_that_stays(world: CrawlerWorld) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/crawler-running.html"""
    world.put("one/people/a.json", PEOPLE)
    world.put("two/people/a.json", PEOPLE)
    world.create_crawler("one/people/", "two/people/")
    world.crawl()
    first = sorted(world.tables())
    world.crawl()

    assert len(first) == 2
    assert first[0] == "people"
    assert first[1].startswith("people_")
    assert len(first[1]) == len("people_") + 32
    assert sorted(world.tables()) == first
