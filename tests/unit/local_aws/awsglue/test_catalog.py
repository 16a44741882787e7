"""https://docs.aws.amazon.com/glue/latest/dg/update-from-job.html"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from awsglue.errors import UnsupportedByLocalGlue

from tests.unit.mocked_aws import every_service

pytestmark = pytest.mark.spark


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with every_service():
        glue = boto3.client("glue")
        glue.create_database(DatabaseInput={"Name": "db"})
        yield glue


def create(client: Any, location: Path, **definition: Any) -> None:
    storage = {
        "Location": str(location),
        "Columns": [{"Name": "id", "Type": "bigint"}, {"Name": "name", "Type": "varchar(10)"}],
        "SerdeInfo": {"SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe"},
    }
    client.create_table(
        DatabaseName="db",
        TableInput={
            "Name": "t", "StorageDescriptor": {**storage, **definition.pop("storage", {})},
            **definition,
        },
    )  # fmt: skip


def read(glue: Any, **more: Any) -> Any:
    return glue.create_dynamic_frame.from_catalog(database="db", table_name="t", **more)


def test_text_takes_its_types_from_the_catalog(
    client: Any, glue: Any, rows: Any, tmp_path: Path
) -> None:
    (tmp_path / "a.json").write_text('{"id": 1, "name": "x", "other": 2}')
    create(client, tmp_path)
    frame = read(glue)
    assert frame.toDF().dtypes == [("id", "bigint"), ("name", "string")]
    assert rows(frame) == [{"id": 1, "name": "x"}]


def test_csv_as_a_crawler_describes_it(client: Any, glue: Any, rows: Any, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id|name\n1|x\n")
    serde = {
        "SerializationLibrary": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
        "Parameters": {"field.delim": "|"},
    }
    create(
        client, tmp_path, storage={"SerdeInfo": serde},
        Parameters={"classification": "csv", "skip.header.line.count": "1"},
    )  # fmt: skip
    assert rows(read(glue)) == [{"id": 1, "name": "x"}]


@pytest.fixture
def partitioned(client: Any, tmp_path: Path) -> Any:
    keys = [{"Name": "year", "Type": "int"}, {"Name": "month", "Type": "string"}]
    create(client, tmp_path, PartitionKeys=keys)
    for year, month, folder in ((2025, "12", "year=2025/month=12"), (2026, "01", "elsewhere")):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "a.json").write_text(f'{{"id": {year}, "name": "{month}"}}')
        client.create_partition(
            DatabaseName="db", TableName="t",
            PartitionInput={
                "Values": [str(year), month],
                "StorageDescriptor": {"Location": str(tmp_path / folder)},
            },
        )  # fmt: skip
    return client


def test_partitions_are_read_where_they_lie(partitioned: Any, glue: Any, rows: Any) -> None:
    frame = read(glue)
    assert frame.toDF().dtypes[2:] == [("year", "int"), ("month", "string")]
    assert rows(frame) == [
        {"id": 2025, "name": "12", "year": 2025, "month": "12"},
        {"id": 2026, "name": "01", "year": 2026, "month": "01"},
    ]


@pytest.mark.parametrize(
    "how",
    [
        {"push_down_predicate": "year >= 2026 and month < '06'"},
        {"additional_options": {"catalogPartitionPredicate": "month='01'"}},
    ],
)
def test_predicates_choose_partitions(partitioned: Any, glue: Any, rows: Any, how: Any) -> None:
    assert [row["id"] for row in rows(read(glue, **how))] == [2026]
    assert read(glue, push_down_predicate="year = 1999").toDF().columns == [
        "id", "name", "year", "month",
    ]  # fmt: skip


def test_a_missing_table_is_named(client: Any, glue: Any) -> None:
    with pytest.raises(LookupError, match=r"no table db\.t"):
        read(glue)


def test_an_unknown_serde_is_named(client: Any, glue: Any, tmp_path: Path) -> None:
    create(client, tmp_path, storage={"SerdeInfo": {"SerializationLibrary": "x.y.AvroSerDe"}})
    with pytest.raises(UnsupportedByLocalGlue, match="AvroSerDe"):
        read(glue)


def test_writing_to_a_table_uses_its_format_and_keys(
    partitioned: Any, glue: Any, frame: Any, rows: Any, tmp_path: Path
) -> None:
    glue.write_dynamic_frame.from_catalog(
        frame([(7, "n", 2027, "03")], "id bigint, name string, year int, month string"),
        database="db", table_name="t", additional_options={"enableUpdateCatalog": True},
    )  # fmt: skip
    assert list((tmp_path / "year=2027" / "month=03").glob("*.json"))
    found = read(glue, push_down_predicate="year = 2027")
    assert rows(found) == [{"id": 7, "name": "n", "year": 2027, "month": "03"}]


def sink(glue: Any, path: Path, format: str = "glueparquet", **options: Any) -> Any:
    made = glue.getSink(
        connection_type="s3", path=str(path), enableUpdateCatalog=True,
        updateBehavior="UPDATE_IN_DATABASE", partitionKeys=["day"], **options,
    )  # fmt: skip
    made.setCatalogInfo(catalogDatabase="db", catalogTableName="new")
    made.setFormat(format)
    return made


def test_a_sink_creates_the_table_and_its_partitions(
    client: Any, glue: Any, frame: Any, rows: Any, tmp_path: Path
) -> None:
    given = frame([(1, "a b"), (2, None)], "n int, day string")
    for _ in range(2):  # the second time everything is there already
        sink(glue, tmp_path).writeFrame(given)
    table = client.get_table(DatabaseName="db", Name="new")["Table"]
    assert table["Parameters"]["classification"] == "parquet"
    assert table["StorageDescriptor"]["Columns"] == [{"Name": "n", "Type": "int"}]
    assert table["PartitionKeys"] == [{"Name": "day", "Type": "string"}]
    partitions = client.get_partitions(DatabaseName="db", TableName="new")["Partitions"]
    found = {one["Values"][0]: one["StorageDescriptor"]["Location"] for one in partitions}
    assert set(found) == {"a b", "__HIVE_DEFAULT_PARTITION__"}
    assert all(list(Path(location).glob("*.parquet")) for location in found.values())


def test_a_sink_gives_the_table_new_columns(
    client: Any, glue: Any, frame: Any, tmp_path: Path
) -> None:
    sink(glue, tmp_path).writeFrame(frame([(1, "x")], "n int, day string"))
    sink(glue, tmp_path).writeFrame(frame([("y", 2, "x")], "extra string, n bigint, day string"))
    columns = client.get_table(DatabaseName="db", Name="new")["Table"]["StorageDescriptor"][
        "Columns"
    ]
    assert columns == [{"Name": "n", "Type": "bigint"}, {"Name": "extra", "Type": "string"}]


def test_a_sink_without_table_says_so(client: Any, glue: Any, frame: Any, tmp_path: Path) -> None:
    made = glue.getSink("s3", path=str(tmp_path), enableUpdateCatalog=True)
    made.setFormat("json")
    with pytest.raises(ValueError, match="setCatalogInfo"):
        made.writeFrame(frame([(1,)], "a int"))
    with pytest.raises(ValueError, match="UPDATE_IN_DATABASE, LOG"):
        glue.getSink("s3", path="x", updateBehavior="MAYBE")


def test_match_catalog_casts_to_the_tables_types(
    client: Any, glue: Any, frame: Any, rows: Any, tmp_path: Path
) -> None:
    create(client, tmp_path)
    matched = frame([("7", 1.5)], "id string, more double").resolveChoice(
        choice="match_catalog", database="db", table_name="t"
    )
    assert rows(matched) == [{"id": 7, "more": 1.5}]


def parquet_days(client: Any, glue: Any, root: Path, types: dict[str | None, str]) -> None:
    """A table partitioned by a day of the type string, with a column ``id`` of these types."""
    serde = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
    create(
        client, root, PartitionKeys=[{"Name": "day", "Type": "string"}],
        storage={"SerdeInfo": {"SerializationLibrary": serde}},
    )  # fmt: skip
    for day, kind in types.items():
        value = "__HIVE_DEFAULT_PARTITION__" if day is None else day
        folder = root / f"day={value}"
        glue.sql(f"select cast(1 as {kind}) as id").write.parquet(str(folder))
        partition = {"Values": [value], "StorageDescriptor": {"Location": str(folder)}}
        client.create_partition(DatabaseName="db", TableName="t", PartitionInput=partition)


def test_keys_have_the_catalogs_type(client: Any, glue: Any, rows: Any, tmp_path: Path) -> None:
    parquet_days(client, glue, tmp_path, {"01": "bigint", "1": "bigint", None: "bigint"})
    # The folder is there, the catalog does not know it.
    glue.sql("select 9 as id").write.parquet(str(tmp_path / "day=02"))
    assert rows(read(glue)) == [
        {"id": 1, "day": "01"}, {"id": 1, "day": "1"}, {"id": 1, "day": None},
    ]  # fmt: skip


def test_many_partitions_are_one_scan(client: Any, glue: Any, tmp_path: Path) -> None:
    """Not a union of one scan each, which a thousand partitions would turn into minutes."""
    parquet_days(client, glue, tmp_path, {f"{day:02}": "bigint" for day in range(5)})
    plan = read(glue).toDF()._jdf.queryExecution().optimizedPlan()
    assert plan.collectLeaves().size() == 1


def test_a_type_that_grew_is_read(client: Any, glue: Any, rows: Any, tmp_path: Path) -> None:
    parquet_days(client, glue, tmp_path, {"a": "int", "b": "bigint"})
    assert read(glue).toDF().dtypes[0] == ("id", "bigint")
    assert rows(read(glue)) == [{"id": 1, "day": "a"}, {"id": 1, "day": "b"}]


def test_a_partition_without_files_has_no_rows(
    partitioned: Any, glue: Any, rows: Any, tmp_path: Path
) -> None:
    for folder in (tmp_path / "elsewhere", tmp_path / "year=2025" / "month=12"):
        (folder / "a.json").unlink()
        folder.rmdir()
        assert len(rows(read(glue))) == int(folder.name == "elsewhere")
    assert read(glue).toDF().columns == ["id", "name", "year", "month"]


def test_writing_to_iceberg_says_how(client: Any, glue: Any, frame: Any, tmp_path: Path) -> None:
    create(client, tmp_path, Parameters={"table_type": "ICEBERG", "metadata_location": "s3://x"})
    with pytest.raises(UnsupportedByLocalGlue, match=r"writeTo\(\"<catalog>\.db\.t\"\)"):
        glue.write_dynamic_frame.from_catalog(frame([(1,)], "id int"), "db", "t")
