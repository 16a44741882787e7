"""Athena reads data files as each SerDe does.

https://docs.aws.amazon.com/athena/latest/ug/supported-serdes.html
"""

import bz2
import gzip
import io
from typing import Any

import fastavro
import pyarrow as pa
import pytest
from pyarrow import orc, parquet

from tests.integration.local_aws.athena import Lake
from tests.integration.local_aws.own_server import OwnServer

HIVE = "org.apache.hadoop.hive.ql.io"
PEOPLE = [["1", "Ann", "1.5"], ["2", "Bob", None]]
ROWS: list[dict[str, Any]] = [
    {"id": 1, "name": "Ann", "score": 1.5},
    {"id": 2, "name": "Bob", "score": None},
]


@pytest.fixture
def lake(local_aws: OwnServer) -> Lake:
    return Lake(local_aws)


def parquet_of(rows: list[dict[str, Any]] | pa.Table) -> bytes:
    sink = io.BytesIO()
    parquet.write_table(rows if isinstance(rows, pa.Table) else pa.Table.from_pylist(rows), sink)
    return sink.getvalue()


def orc_of(rows: list[dict[str, Any]]) -> bytes:
    sink = io.BytesIO()
    orc.write_table(pa.Table.from_pylist(rows), sink)
    return sink.getvalue()


def avro_of(rows: list[dict[str, Any]]) -> bytes:
    fields = [("id", "long"), ("name", "string"), ("score", ["null", "double"])]
    schema = {
        "type": "record",
        "name": "row",
        "fields": [{"name": name, "type": kind} for name, kind in fields],
    }
    sink = io.BytesIO()
    fastavro.writer(sink, fastavro.parse_schema(schema), rows)
    return sink.getvalue()


CSV = b"1,Ann,1.5\n2,Bob,\\N\n"
JSON = b'{"id": 1, "name": "Ann", "score": 1.5}\n{"id": 2, "name": "Bob"}\n'
COMMAS = "ROW FORMAT DELIMITED FIELDS TERMINATED BY ','"


@pytest.mark.parametrize(
    ("name", "body", "clauses"),
    [
        pytest.param("a.csv", CSV, COMMAS, id="text"),
        pytest.param("a.csv.gz", gzip.compress(CSV), COMMAS, id="gzip"),
        pytest.param("a.csv.bz2", bz2.compress(CSV), COMMAS, id="bzip2"),
        pytest.param("a.txt", CSV.replace(b",", b"\x01"), "STORED AS TEXTFILE", id="hive-text"),
        pytest.param(
            "a.json", JSON, "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'", id="openx-json"
        ),
        pytest.param(
            "a.json",
            JSON,
            "ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'",
            id="hive-json",
        ),
        pytest.param(
            "a.log",
            b"1 Ann (1.5)\n2 Bob (x)\n",
            "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.RegexSerDe' "
            r"WITH SERDEPROPERTIES ('input.regex' = '(\\d+) (\\w+) \\((.*)\\)')",
            id="regex",
        ),
        pytest.param("a.parquet", parquet_of(ROWS), "STORED AS PARQUET", id="parquet"),
        pytest.param("a.orc", orc_of(ROWS), "STORED AS ORC", id="orc"),
        pytest.param("a.avro", avro_of(ROWS), "STORED AS AVRO", id="avro"),
    ],
)
def test_every_format_gives_the_same_rows(lake: Lake, name: str, body: bytes, clauses: str) -> None:
    lake.put(f"people/{name}", body)
    lake.put("people/_SUCCESS", b"hidden")
    lake.put("people/.hidden/x", b"hidden")
    lake.query(
        "CREATE EXTERNAL TABLE people (id bigint, name string, score double) "
        f"{clauses} LOCATION '{lake.uri('people/')}'"
    )
    answer = lake.query("SELECT * FROM people ORDER BY id")
    assert answer.rows == PEOPLE
    assert answer.types == ["bigint", "varchar", "double"]
    assert answer.execution["Statistics"]["DataScannedInBytes"] == len(body)


def test_delimited_text_knows_no_quotes_and_no_wrong_values(lake: Lake) -> None:
    """https://docs.aws.amazon.com/athena/latest/ug/lazy-simple-serde.html"""
    lake.put("t/a.csv", 'id,name,flag\n1,"a,b",true\nx,c\\,d,TRUE,more\n3\n')
    lake.put("t/b.csv", "id,name,flag\n4,last,no")
    lake.query(
        "CREATE EXTERNAL TABLE t (id int, name string, flag boolean) ROW FORMAT DELIMITED "
        r"FIELDS TERMINATED BY ',' ESCAPED BY '\\' "
        f"LOCATION '{lake.uri('t')}' TBLPROPERTIES ('skip.header.line.count' = '1')"
    )
    assert lake.query("SELECT * FROM t ORDER BY id").rows == [
        ["1", '"a', None],
        ["3", None, None],
        ["4", "last", None],
        [None, "c,d", "true"],
    ]


def test_delimited_text_has_collections(lake: Lake) -> None:
    lake.put("t/a.txt", "1|a,b|x:1,y:2|7,z\n2|\\N||\n")
    lake.query(
        "CREATE EXTERNAL TABLE t (id int, tags array<string>, counts map<string,int>, "
        "pair struct<a:int,b:string>) ROW FORMAT DELIMITED FIELDS TERMINATED BY '|' "
        "COLLECTION ITEMS TERMINATED BY ',' MAP KEYS TERMINATED BY ':' "
        f"LOCATION '{lake.uri('t/')}'"
    )
    answer = lake.query(
        "SELECT tags, counts, pair, tags[2], counts['y'], pair.b FROM t WHERE id = 1"
    )
    assert answer.rows == [["[a, b]", "{x=1, y=2}", "{a=7, b=z}", "b", "2", "z"]]
    assert answer.types == ["array", "map", "row", "varchar", "integer", "varchar"]
    assert lake.query("SELECT tags FROM t WHERE id = 2").rows == [[None]]


OPEN_CSV = "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'"


def test_quoted_csv(lake: Lake) -> None:
    """https://docs.aws.amazon.com/athena/latest/ug/csv-serde.html"""
    lake.put("t/a.csv", 'id;name;day;at\n1;"x; ""y""";18000;1579059880000\n2;z\n')
    lake.query(
        f"CREATE EXTERNAL TABLE t (id int, name string, day date, at timestamp) {OPEN_CSV} "
        "WITH SERDEPROPERTIES ('separatorChar' = ';') "
        f"LOCATION '{lake.uri('t/')}' TBLPROPERTIES ('skip.header.line.count' = '1')"
    )
    assert lake.query("SELECT * FROM t ORDER BY id").rows == [
        ["1", 'x; "y"', "2019-04-14", "2020-01-15 03:44:40.000"],
        ["2", "z", None, None],
    ]


def test_quoted_csv_wants_numbers_in_columns_of_numbers(lake: Lake) -> None:
    lake.put("t/a.csv", "1,\n")
    table = f"CREATE EXTERNAL TABLE t (id int, n int) {OPEN_CSV} LOCATION '{lake.uri('t/')}'"
    lake.query(table)
    assert lake.reason("SELECT * FROM t") == (
        "HIVE_BAD_DATA: Error parsing field value '' for field 1: For input string: \"\""
    )


OPENX = "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'"


def test_json_names_match_whatever_their_case(lake: Lake) -> None:
    """https://docs.aws.amazon.com/athena/latest/ug/openx-json-serde.html"""
    lines = [
        '{"ID": 1, "User": {"Name": "Ann", "tags": [{"K": "a"}]}, "a.b": "dot", "ts": "x"}',
        '{"id": 2, "user": null, "counts": {"x": 1, "y/z": 2}, "extra": true}',
        '{"id": 3, "user": {"name": {"first": "Zoe"}}, "counts": {}}',
    ]
    lake.put("t/a.json", "\n".join(lines))
    lake.query(
        "CREATE EXTERNAL TABLE t (id bigint, user struct<name:string,tags:array<struct<k:string>>>,"
        f" counts map<string,int>, a_b string, stamp string) {OPENX} WITH SERDEPROPERTIES "
        "('dots.in.keys' = 'true', 'mapping.stamp' = 'ts') "
        f"LOCATION '{lake.uri('t/')}'"
    )
    assert lake.query("SELECT * FROM t ORDER BY id").rows == [
        ["1", "{name=Ann, tags=[{k=a}]}", None, "dot", "x"],
        ["2", None, "{x=1, y/z=2}", None, None],
        ["3", '{name={"first":"Zoe"}, tags=null}', "{}", None, None],
    ]
    assert lake.query("SELECT user.tags[1].k FROM t WHERE id = 1").rows == [["a"]]


def test_json_that_is_none(lake: Lake) -> None:
    lake.put("t/a.json", '{"id": 1}\n{"id": \n')
    place = f"LOCATION '{lake.uri('t/')}'"
    lake.query(f"CREATE EXTERNAL TABLE strict (id int) {OPENX} {place}")
    lake.query(
        f"CREATE EXTERNAL TABLE lenient (id int) {OPENX} "
        f"WITH SERDEPROPERTIES ('ignore.malformed.json' = 'true') {place}"
    )
    assert "HIVE_BAD_DATA: Row is not a valid JSON Object" in lake.reason("SELECT * FROM strict")
    assert lake.query("SELECT * FROM lenient ORDER BY id").rows == [["1"], [None]]


def test_parquet_goes_by_names_and_the_tables_types(lake: Lake) -> None:
    lake.put("t/a.parquet", parquet_of([{"ID": 1, "old": "x", "nested": {"A": [1, 2]}}]))
    lake.put("t/b.parquet", parquet_of(pa.table({"id": pa.array([2], pa.int32()), "new": [0.5]})))
    lake.query(
        "CREATE EXTERNAL TABLE t (id int, new double, nested struct<a:array<bigint>>) "
        f"STORED AS PARQUET LOCATION '{lake.uri('t/')}'"
    )
    assert lake.query("SELECT * FROM t ORDER BY id").rows == [
        ["1", None, "{a=[1, 2]}"],
        ["2", "0.5", None],
    ]


def test_parquet_of_another_type_is_named(lake: Lake) -> None:
    lake.put("t/a.parquet", parquet_of([{"id": "one"}]))
    lake.query(f"CREATE EXTERNAL TABLE t (id bigint) STORED AS PARQUET LOCATION '{lake.uri('t/')}'")
    assert lake.reason("SELECT * FROM t") == (
        f"HIVE_BAD_DATA: Field id's type BINARY in parquet file {lake.uri('t/a.parquet')} "
        "is incompatible with type bigint defined in table schema"
    )


SYMLINKS = (
    f"ROW FORMAT SERDE '{HIVE}.parquet.serde.ParquetHiveSerDe' STORED AS INPUTFORMAT "
    f"'{HIVE}.SymlinkTextInputFormat' OUTPUTFORMAT '{HIVE}.HiveIgnoreKeyTextOutputFormat'"
)


def test_only_what_manifests_list_is_read(lake: Lake) -> None:
    """https://docs.aws.amazon.com/athena/latest/ug/delta-lake-tables.html"""
    for attempt in (1, 2):
        lake.put(f"attempts/{attempt}/part.parquet", parquet_of([{"id": attempt}]))
    lake.put("published/day=1/manifest", f"{lake.uri('attempts/2/part.parquet')}\n")
    lake.query(
        f"CREATE EXTERNAL TABLE t (id bigint) PARTITIONED BY (day int) {SYMLINKS} "
        f"LOCATION '{lake.uri('published/')}'"
    )
    lake.query("MSCK REPAIR TABLE t")
    assert lake.query("SELECT id, day FROM t").rows == [["2", "1"]]
    assert lake.query('SELECT "$path" FROM t').first == [lake.uri("attempts/2/part.parquet")]

    lake.put("published/day=1/manifest", f"{lake.uri('attempts/gone.parquet')}\n")
    assert lake.uri("attempts/gone.parquet") in lake.reason("SELECT * FROM t")


def test_a_serde_that_is_not_supported_says_so(lake: Lake) -> None:
    lake.query(
        "CREATE EXTERNAL TABLE t (id int) ROW FORMAT SERDE 'com.amazon.ionhiveserde.IonHiveSerDe' "
        f"LOCATION '{lake.uri('t/')}'"
    )
    assert lake.reason("SELECT * FROM t") == (
        "NOT_SUPPORTED: The SerDe com.amazon.ionhiveserde.IonHiveSerDe is not supported "
        "by the local AWS"
    )
