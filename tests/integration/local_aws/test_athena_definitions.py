"""Athena's statements that define and fill tables.

https://docs.aws.amazon.com/athena/latest/ug/ddl-reference.html
"""

import gzip
import json

import pytest
from botocore.exceptions import ClientError

from tests.integration.local_aws.athena import Lake
from tests.integration.local_aws.own_server import OwnServer
from tests.integration.local_aws.test_athena_formats import parquet_of


@pytest.fixture
def lake(local_aws: OwnServer) -> Lake:
    return Lake(local_aws)


def test_a_table_is_defined_as_it_was_written(lake: Lake) -> None:
    """https://docs.aws.amazon.com/athena/latest/ug/create-table.html"""
    lake.query(
        f"""
        CREATE EXTERNAL TABLE IF NOT EXISTS `{lake.database}`.`t-1` (
          id bigint COMMENT 'the key', -- not a word of this
          `when` timestamp,
          price decimal(10, 2),
          tags map<string, array<struct<k: int, v: string>>>
        )
        COMMENT 'orders'
        PARTITIONED BY (year int, month string)
        ROW FORMAT DELIMITED FIELDS TERMINATED BY '\\t' ESCAPED BY '\\\\' NULL DEFINED AS ''
        STORED AS TEXTFILE
        LOCATION '{lake.uri("t/")}'
        TBLPROPERTIES ('has_encrypted_data' = 'false', 'note' = 'it''s')
        """
    )
    table = lake.glue.get_table(DatabaseName=lake.database, Name="t-1")["Table"]
    storage = table["StorageDescriptor"]
    assert [(column["Name"], column["Type"]) for column in storage["Columns"]] == [
        ("id", "bigint"),
        ("when", "timestamp"),
        ("price", "decimal(10,2)"),
        ("tags", "map<string,array<struct<k:int,v:string>>>"),
    ]
    assert storage["Columns"][0]["Comment"] == "the key"
    assert [key["Name"] for key in table["PartitionKeys"]] == ["year", "month"]
    parameters = storage["SerdeInfo"]["Parameters"]
    assert (parameters["field.delim"], parameters["escape.delim"]) == ("\t", "\\")
    assert parameters["serialization.null.format"] == ""
    assert table["Parameters"]["note"] == "it's"
    assert (table["TableType"], table["Parameters"]["comment"]) == ("EXTERNAL_TABLE", "orders")


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("CREATE TABLE t (id int) LOCATION 's3://b/t/'", "External keyword required"),
        ("CREATE EXTERNAL TABLE t (id int)", "No location was specified for table"),
        ("CREATE EXTERNAL TABLE t (id uuid) LOCATION 's3://b/t/'", "the type uuid"),
        ("CREATE EXTERNAL TABLE t (id int) STORED AS X LOCATION 's3://b/'", "STORED AS X is not"),
        ("ALTER TABLE t RENAME TO u", "line 1:15: mismatched input 'RENAME'"),
    ],
)
def test_what_cannot_be_read_is_not_started(lake: Lake, sql: str, message: str) -> None:
    with pytest.raises(ClientError, match=message):
        lake.start(sql)


def test_databases_and_tables_come_and_go(lake: Lake) -> None:
    name = f"{lake.database}_2"
    lake.query(f"CREATE DATABASE {name} COMMENT 'c' LOCATION '{lake.uri()}'")
    found = lake.glue.get_database(Name=name)["Database"]
    assert (found["Description"], found["LocationUri"]) == ("c", lake.uri())
    assert "already exists" in lake.reason(f"CREATE DATABASE {name}")
    lake.query(f"CREATE DATABASE IF NOT EXISTS {name}")
    lake.query(f"CREATE EXTERNAL TABLE {name}.t (id int) LOCATION '{lake.uri('t/')}'")
    assert "already exists" in lake.reason(
        f"CREATE EXTERNAL TABLE {name}.t (id int) LOCATION '{lake.uri('t/')}'"
    )
    assert lake.query(f"SHOW TABLES IN {name}").rows == [["t"]]
    assert lake.query(f"SHOW TABLES IN {name} 'x*'").rows == []
    assert [name] == lake.query(f"SHOW DATABASES LIKE '{name}'").first
    assert "is not empty" in lake.reason(f"DROP DATABASE {name}")
    lake.query(f"DROP TABLE {name}.t")
    assert "Table not found t" in lake.reason(f"DROP TABLE {name}.t")
    lake.query(f"DROP TABLE IF EXISTS {name}.t")
    lake.query(f"DROP DATABASE {name}")
    assert "Database does not exist" in lake.reason(f"DROP DATABASE {name}")


def test_partitions_are_added_found_and_dropped(lake: Lake) -> None:
    """https://docs.aws.amazon.com/athena/latest/ug/alter-table-add-partition.html"""
    lake.put("t/year=2025/month=12/a.csv", "1\n")
    lake.put("t/year=2026/month=a%20b/a.csv", "2\n")
    lake.put("t/year=2026/_temporary/a.csv", "9\n")
    lake.put("elsewhere/a.csv", "3\n")
    lake.query(
        "CREATE EXTERNAL TABLE t (id int) PARTITIONED BY (year int, month string) "
        f"LOCATION '{lake.uri('t/')}'"
    )
    answer = lake.query("MSCK REPAIR TABLE t")
    assert "Repair: Added partition to metastore t:year=2025/month=12" in answer.first
    lake.query(
        "ALTER TABLE t ADD PARTITION (year = 2024, month = 'x') "
        f"LOCATION '{lake.uri('elsewhere/')}' "
        "PARTITION (year = 2023, month = '__HIVE_DEFAULT_PARTITION__')"
    )
    rows = "SELECT id, year, month FROM t ORDER BY id"
    assert lake.query(rows).rows == [
        ["1", "2025", "12"],
        ["2", "2026", "a b"],
        ["3", "2024", "x"],
    ]
    assert "Partition already exists" in lake.reason(
        "ALTER TABLE t ADD PARTITION (year = 2024, month = 'x')"
    )
    lake.query("ALTER TABLE t ADD IF NOT EXISTS PARTITION (year = 2024, month = 'x')")
    assert lake.query('SELECT count(*), count(month) FROM "t$partitions"').rows == [["4", "3"]]
    lake.query("ALTER TABLE t DROP PARTITION (year = 2026), PARTITION (year = 2023)")
    assert lake.query("SHOW PARTITIONS t").first == ["year=2024/month=x", "year=2025/month=12"]
    assert "Partition not found" in lake.reason("ALTER TABLE t DROP PARTITION (year = 1999)")
    assert "Non-Partition column" in lake.reason("ALTER TABLE t ADD PARTITION (day = 1)")


def test_a_partition_of_another_schema(lake: Lake) -> None:
    """https://docs.aws.amazon.com/athena/latest/ug/updates-and-partitions.html"""
    lake.put("t/day=1/a.csv", "1\n")
    lake.query(
        f"CREATE EXTERNAL TABLE t (id int) PARTITIONED BY (day int) LOCATION '{lake.uri('t/')}'"
    )
    lake.query("MSCK REPAIR TABLE t")
    lake.query("ALTER TABLE t REPLACE COLUMNS (id bigint)")
    assert lake.query("SELECT id FROM t").rows == [["1"]]
    lake.query("ALTER TABLE t REPLACE COLUMNS (id boolean)")
    reason = lake.reason("SELECT id FROM t")
    assert reason.startswith("HIVE_PARTITION_SCHEMA_MISMATCH: There is a mismatch")
    assert "declared as type 'boolean', but partition 'day=1' declared column 'id'" in reason


def test_a_tables_definition_is_changed(lake: Lake) -> None:
    lake.put("new/a.parquet", parquet_of([{"id": 1, "added": "x"}]))
    lake.query(f"CREATE EXTERNAL TABLE t (id int) STORED AS PARQUET LOCATION '{lake.uri('old/')}'")
    lake.query("ALTER TABLE t ADD COLUMNS (added string COMMENT 'later')")
    lake.query("ALTER TABLE t SET TBLPROPERTIES ('owner' = 'me')")
    lake.query(f"ALTER TABLE t SET LOCATION '{lake.uri('new/')}'")
    assert lake.query("SELECT * FROM t").rows == [["1", "x"]]
    assert ["owner\tme"] in lake.query("SHOW TBLPROPERTIES t").rows
    assert lake.query("SHOW COLUMNS IN t").first == ["id", "added"]
    described = lake.query("DESCRIBE t").first
    assert [line and line.split() for line in described] == [
        ["id", "int"],
        ["added", "string", "later"],
    ]


def test_a_view_is_kept_as_athena_keeps_it(lake: Lake) -> None:
    """https://docs.aws.amazon.com/athena/latest/ug/views.html"""
    lake.put("t/a.csv", "1\x01Ann\n2\x01Bob\n")
    lake.query(f"CREATE EXTERNAL TABLE t (id int, name string) LOCATION '{lake.uri('t/')}'")
    lake.query("CREATE VIEW v AS SELECT id + 1 AS next, upper(name) AS name FROM t")
    lake.query("CREATE VIEW w AS SELECT * FROM v WHERE next > 2")
    elsewhere = {"QueryExecutionContext": {"Database": "default"}}
    assert lake.query(f"SELECT * FROM {lake.database}.w", **elsewhere).rows == [["3", "BOB"]]
    shape = lake.glue.get_table(DatabaseName=lake.database, Name="v")["Table"]
    columns = [(column["Name"], column["Type"]) for column in shape["StorageDescriptor"]["Columns"]]
    assert (shape["TableType"], columns) == ("VIRTUAL_VIEW", [("next", "int"), ("name", "string")])
    assert lake.query("SHOW VIEWS").first == ["v", "w"]
    assert "already exists" in lake.reason("CREATE VIEW v AS SELECT 1 AS x")
    lake.query("CREATE OR REPLACE VIEW v AS SELECT 7 AS next, 'x' AS name")
    assert lake.query("SELECT next, name FROM w").rows == [["7", "x"]]
    assert "MISSING_COLUMN_NAME" in lake.reason("CREATE VIEW x AS SELECT 1")
    lake.query("DROP VIEW w")
    assert "View not found t" in lake.reason("DROP VIEW t")


@pytest.mark.parametrize("form", ["PARQUET", "JSON", "TEXTFILE"])
def test_a_table_is_created_from_a_query_and_grows(lake: Lake, form: str) -> None:
    """https://docs.aws.amazon.com/athena/latest/ug/create-table-as.html"""
    answer = lake.query(
        f"CREATE TABLE t WITH (format = '{form}', external_location = '{lake.uri('t/')}', "
        "partitioned_by = ARRAY['grp', 'day']) AS "
        "SELECT id, 'n' || CAST(id AS varchar) AS name, CAST(NULL AS double) AS score, "
        "id % 2 AS grp, DATE '2026-01-31' AS day FROM UNNEST(sequence(1, 4)) AS s (id)"
    )
    assert answer.update_count == 4
    manifest = answer.execution["Statistics"]["DataManifestLocation"]
    listed = lake.get(manifest.removeprefix(lake.uri())).decode().split()
    assert len(listed) == 2
    assert lake.query("SHOW PARTITIONS t").first == [
        "grp=0/day=2026-01-31",
        "grp=1/day=2026-01-31",
    ]
    assert lake.query("INSERT INTO t VALUES (9, 'x', 1.5, 7, NULL)").update_count == 1
    assert lake.query("INSERT INTO t (grp, id) SELECT 7, 10").update_count == 1
    assert lake.query("SELECT * FROM t WHERE grp <> 1 ORDER BY id").rows == [
        ["2", "n2", None, "0", "2026-01-31"],
        ["4", "n4", None, "0", "2026-01-31"],
        ["9", "x", "1.5", "7", None],
        ["10", None, None, "7", None],
    ]
    assert "already exists" in lake.reason("CREATE TABLE t AS SELECT 1 AS x")
    assert "TYPE_MISMATCH" in lake.reason("INSERT INTO t VALUES (1)")
    assert "HIVE_PATH_ALREADY_EXISTS" in lake.reason(
        f"CREATE TABLE u WITH (external_location = '{lake.uri('t/')}') AS SELECT 1 AS x"
    )


def test_a_table_of_a_query_lies_beside_the_results(lake: Lake) -> None:
    answer = lake.query("CREATE TABLE t AS SELECT 1 AS x, ARRAY['a'] AS tags")
    table = lake.glue.get_table(DatabaseName=lake.database, Name="t")["Table"]
    query_id = answer.execution["QueryExecutionId"]
    assert table["StorageDescriptor"]["Location"] == lake.uri(f"results/tables/{query_id}")
    assert answer.execution["SubstatementType"] == "CREATE_TABLE_AS_SELECT"
    assert lake.query("SELECT * FROM t").rows == [["1", "[a]"]]
    lake.query("CREATE TABLE empty AS SELECT * FROM t WITH NO DATA")
    assert lake.query("SELECT count(*) FROM empty").rows == [["0"]]


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("CREATE TABLE x WITH (partitioned_by = ARRAY['a']) AS SELECT 1 a, 2 b", "COLUMN_ORDER"),
        ("CREATE TABLE x WITH (colour = 'red') AS SELECT 1 a", "INVALID_TABLE_PROPERTY"),
        ("CREATE TABLE x WITH (format = 'ORC') AS SELECT 1 a", "Writing the format ORC is not"),
        ("CREATE TABLE x WITH (table_type = 'ICEBERG') AS SELECT 1 a", "ICEBERG is not supported"),
        ("CREATE TABLE x AS SELECT 1 a, 2 A", "DUPLICATE_COLUMN_NAME"),
        ("INSERT INTO nothing VALUES (1)", "TABLE_NOT_FOUND"),
        (
            "CREATE TABLE x WITH (partitioned_by = ARRAY['n']) AS "
            "SELECT 1 a, n FROM UNNEST(sequence(1, 101)) AS s (n)",
            "HIVE_TOO_MANY_OPEN_PARTITIONS: Exceeded limit of 100",
        ),
    ],
)
def test_a_table_that_cannot_be_written(lake: Lake, sql: str, reason: str) -> None:
    assert reason in lake.reason(sql)


def test_rows_are_unloaded(lake: Lake) -> None:
    """https://docs.aws.amazon.com/athena/latest/ug/unload.html"""
    target = lake.uri("unloaded/")
    lake.query(
        "UNLOAD (SELECT x, MAP(ARRAY['k'], ARRAY[x]) AS m FROM (VALUES 1, 2) AS t (x) ORDER BY 1) "
        f"TO '{target}' WITH (format = 'JSON')"
    )
    (item,) = lake.s3.list_objects_v2(Bucket=lake.bucket, Prefix="unloaded/")["Contents"]
    lines = gzip.decompress(lake.get(item["Key"])).decode().splitlines()
    assert [json.loads(line) for line in lines] == [
        {"x": 1, "m": {"k": 1}},
        {"x": 2, "m": {"k": 2}},
    ]
    assert "HIVE_PATH_ALREADY_EXISTS" in lake.reason(
        f"UNLOAD (SELECT 1 AS x) TO '{target}' WITH (format = 'JSON')"
    )


def test_the_information_schema(lake: Lake) -> None:
    """https://docs.aws.amazon.com/athena/latest/ug/querying-glue-catalog.html"""
    lake.query(
        "CREATE EXTERNAL TABLE t (id int, tags array<string>) PARTITIONED BY (day date) "
        f"LOCATION '{lake.uri('t/')}'"
    )
    where = f"WHERE table_schema = '{lake.database}'"
    assert lake.query(
        f"SELECT table_name, table_type FROM information_schema.tables {where}"
    ).rows == [["t", "BASE TABLE"]]
    columns = "SELECT column_name, data_type, ordinal_position FROM information_schema.columns"
    assert lake.query(f"{columns} {where} ORDER BY 3").rows == [
        ["id", "integer", "1"],
        ["tags", "array(varchar)", "2"],
        ["day", "date", "3"],
    ]
    schemata = lake.query("SELECT schema_name FROM information_schema.schemata").first
    assert {lake.database, "information_schema"} <= set(schemata)


def test_catalogs_show_what_glue_has(lake: Lake) -> None:
    """https://docs.aws.amazon.com/athena/latest/APIReference/API_ListTableMetadata.html"""
    lake.query(f"CREATE EXTERNAL TABLE t (id int) LOCATION '{lake.uri('t/')}'")
    where = {"CatalogName": "AwsDataCatalog", "DatabaseName": lake.database}
    found = lake.athena.get_table_metadata(**where, TableName="t")["TableMetadata"]
    assert found["Columns"] == [{"Name": "id", "Type": "int"}]
    listed = lake.athena.list_table_metadata(**where)["TableMetadataList"]
    assert [table["Name"] for table in listed] == ["t"]
    databases = lake.athena.list_databases(CatalogName="AwsDataCatalog")["DatabaseList"]
    assert lake.database in {database["Name"] for database in databases}
    with pytest.raises(ClientError, match="gone not found") as caught:
        lake.athena.get_table_metadata(**where, TableName="gone")
    assert caught.value.response["Error"]["Code"] == "MetadataException"
