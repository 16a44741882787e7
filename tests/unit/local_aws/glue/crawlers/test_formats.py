"""What the classifiers make of files.

https://docs.aws.amazon.com/glue/latest/dg/add-classifier.html
"""

import bz2
import gzip
import io
import json
import struct
import zipfile
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import fastavro
import pyarrow as pa
import pytest
from pyarrow import orc, parquet

from tests.unit.local_aws.glue.crawlers.world import CrawlerWorld, json_lines

PEOPLE_CSV = "id,name,score\n1,Ann,1.5\n2,Bob,2\n3,Cid,\n"
PEOPLE_COLUMNS = {"id": "bigint", "name": "string", "score": "double"}
LAZY_SIMPLE = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"


def crawl_file(world: CrawlerWorld, body: bytes | str, name: str = "file") -> dict[str, Any]:
    """Crawl one file in ``data/``; return its table."""
    world.put(f"data/{name}", body)
    world.create_crawler("data/")
    world.crawl()
    return world.tables()["data"]


def columns_of(table: dict[str, Any]) -> dict[str, str]:
    return {column["Name"]: column["Type"] for column in table["StorageDescriptor"]["Columns"]}


def test_a_csv_table_has_all_that_a_reader_needs(world: CrawlerWorld) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/table-properties-crawler.html"""
    table = crawl_file(world, PEOPLE_CSV, "people.csv")

    assert columns_of(table) == PEOPLE_COLUMNS
    assert table["Parameters"] == {
        "CrawlerSchemaDeserializerVersion": "1.0",
        "CrawlerSchemaSerializerVersion": "1.0",
        "UPDATED_BY_CRAWLER": "crawler",
        "areColumnsQuoted": "false",
        "averageRecordSize": str(len(PEOPLE_CSV) // 4),
        "classification": "csv",
        "columnsOrdered": "true",
        "compressionType": "none",
        "delimiter": ",",
        "objectCount": "1",
        "recordCount": "3",
        "sizeKey": str(len(PEOPLE_CSV)),
        "skip.header.line.count": "1",
        "typeOfData": "file",
    }
    descriptor = table["StorageDescriptor"]
    assert descriptor["Location"] == "s3://lake/data/"
    assert descriptor["InputFormat"] == "org.apache.hadoop.mapred.TextInputFormat"
    assert descriptor["Parameters"] == table["Parameters"]
    assert descriptor["SerdeInfo"] == {
        "SerializationLibrary": LAZY_SIMPLE,
        "Parameters": {"field.delim": ","},
    }
    assert table["TableType"] == "EXTERNAL_TABLE"


@pytest.mark.parametrize("delimiter", [",", "|", "\t", ";", "\u0001"])
def test_the_five_delimiters(world: CrawlerWorld, delimiter: str) -> None:
    table = crawl_file(world, PEOPLE_CSV.replace(",", delimiter))

    assert columns_of(table) == PEOPLE_COLUMNS
    assert table["Parameters"]["delimiter"] == delimiter
    assert table["StorageDescriptor"]["SerdeInfo"]["Parameters"] == {"field.delim": delimiter}


@pytest.mark.parametrize(
    ("body", "names"),
    [
        pytest.param("id,name\n1,Ann\n2,Bob\n", ["id", "name"], id="header"),
        pytest.param("1,Ann\n2,Bob\n", ["col1", "col2"], id="a heading is no string"),
        pytest.param("id,name\nx,Ann\ny,Bob\n", ["col1", "col2"], id="all are strings"),
        pytest.param(
            f"id,{'n' * 150},z\n1,Ann,z\n2,Bob,z\n", ["col1", "col2", "col3"], id="too long"
        ),
        pytest.param(
            f"id,{'n' * 150}\n1,Ann\n2,Bob\n", ["id", "n" * 150], id="the last may be long"
        ),
        pytest.param("id,name,\n1,Ann,\n2,Bob,\n", ["id", "name", "col3"], id="trailing"),
        pytest.param("id,,name\n1,x,Ann\n2,y,Bob\n", ["col1", "col2", "col3"], id="empty"),
    ],
)
def test_the_header_rules(world: CrawlerWorld, body: str, names: list[str]) -> None:
    """The page's section "Built-in CSV classifier"."""
    table = crawl_file(world, body)

    assert list(columns_of(table)) == names
    assert ("skip.header.line.count" in table["Parameters"]) == (names[0] == "id")


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("one column\nand another row\n", id="one column"),
        pytest.param("a,b\n", id="one row"),
        pytest.param("a,b\n1,2,3\n", id="ragged"),
        pytest.param(b"\x00\x01\x02binary,\n\x00\x00", id="binary"),
        pytest.param(b"a,b\n\xff\xfe,1\n", id="not UTF-8"),
        pytest.param('{"a": 1}\ntrailing garbage\n', id="JSON and something else"),
    ],
)
def test_what_no_classifier_recognises_is_unknown(world: CrawlerWorld, body: bytes | str) -> None:
    table = crawl_file(world, body)

    assert table["Parameters"]["classification"] == "UNKNOWN"
    assert columns_of(table) == {}
    assert any("No classifier recognised s3://lake/data/file" in line for line in world.log())


def test_csv_types_are_those_that_fit_every_row(world: CrawlerWorld) -> None:
    body = "a,b,c,d,e\n1,1,true,2026-01-01,x\n2,1.5,FALSE,2026-01-02,1\n,,,,\n"
    table = crawl_file(world, body)

    assert columns_of(table) == {
        "a": "bigint",
        "b": "double",
        "c": "boolean",
        "d": "string",
        "e": "string",
    }


def test_json_lines_give_nested_types(world: CrawlerWorld) -> None:
    rows = [
        {"Id": 1, "tags": ["a"], "place": {"city": "Rome", "at": [1, 2.5]}, "none": None},
        {"Id": 2**40, "tags": [], "place": {"zip": 1}, "none": None, "late": True},
    ]
    table = crawl_file(world, json_lines(rows))

    assert columns_of(table) == {
        "id": "bigint",
        "tags": "array<string>",
        "place": "struct<city:string,at:array<double>,zip:int>",
        "none": "string",
        "late": "boolean",
    }
    serde = table["StorageDescriptor"]["SerdeInfo"]
    assert serde["SerializationLibrary"] == "org.openx.data.jsonserde.JsonSerDe"
    assert serde["Parameters"] == {"paths": "Id,late,none,place,tags"}
    assert table["Parameters"]["recordCount"] == "2"


def test_a_json_array_is_one_column_to_the_built_in_classifier(world: CrawlerWorld) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/custom-classifier.html: "just an array"."""
    table = crawl_file(world, json.dumps([{"id": 1}, {"id": 2}], indent=2))

    assert columns_of(table) == {"array": "array<struct<id:int>>"}


def test_json_is_read_on_until_a_record_is_whole(world: CrawlerWorld) -> None:
    """https://repost.aws/knowledge-center/glue-crawler-detect-schema: by 1 MB up to 10 MB."""
    record = {"text": "x" * 3_000_000, "last": 1}
    table = crawl_file(world, json_lines([record, record]))

    assert columns_of(table) == {"text": "string", "last": "int"}


def test_a_large_text_is_sampled_and_its_records_estimated(world: CrawlerWorld) -> None:
    rows = 200_000
    body = "id,name\n" + "".join(f"{n:08},name-{n:08}\n" for n in range(rows))
    table = crawl_file(world, body)

    assert columns_of(table) == {"id": "bigint", "name": "string"}
    assert abs(int(table["Parameters"]["recordCount"]) - rows) < rows / 100
    assert table["Parameters"]["sizeKey"] == str(len(body))


def test_parquet_types(world: CrawlerWorld) -> None:
    arrow = pa.table(
        {
            "i": pa.array([1], pa.int32()),
            "L": pa.array([1], pa.int64()),
            "t": pa.array([1], pa.int8()),
            "d": pa.array([1.5]),
            "s": ["x"],
            "day": [date(2026, 1, 1)],
            "at": [datetime(2026, 1, 1)],
            "price": [Decimal("1.50")],
            "tags": [["a"]],
            "place": [{"city": "Rome"}],
            "raw": [b"x"],
            "ok": [True],
            "m": pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int32())),
        }
    )
    sink = io.BytesIO()
    parquet.write_table(arrow, sink, compression="zstd")
    table = crawl_file(world, sink.getvalue())

    assert columns_of(table) == {
        "i": "int",
        "l": "bigint",
        "t": "tinyint",
        "d": "double",
        "s": "string",
        "day": "date",
        "at": "timestamp",
        "price": "decimal(3,2)",
        "tags": "array<string>",
        "place": "struct<city:string>",
        "raw": "binary",
        "ok": "boolean",
        "m": "map<string,int>",
    }
    assert table["Parameters"]["classification"] == "parquet"
    # https://docs.aws.amazon.com/glue/latest/dg/crawler-running.html: compressed parts inside a
    # file are no compression of the file.
    assert table["Parameters"]["compressionType"] == "none"
    assert table["Parameters"]["recordCount"] == "1"
    assert "ParquetHiveSerDe" in table["StorageDescriptor"]["SerdeInfo"]["SerializationLibrary"]
    assert "MapredParquetInputFormat" in table["StorageDescriptor"]["InputFormat"]


def test_orc(world: CrawlerWorld) -> None:
    sink = io.BytesIO()
    orc.write_table(pa.table({"id": [1, 2], "name": ["Ann", "Bob"]}), sink)
    table = crawl_file(world, sink.getvalue())

    assert columns_of(table) == {"id": "bigint", "name": "string"}
    assert table["Parameters"]["classification"] == "orc"
    assert table["Parameters"]["recordCount"] == "2"
    assert "OrcSerde" in table["StorageDescriptor"]["SerdeInfo"]["SerializationLibrary"]


def test_avro(world: CrawlerWorld) -> None:
    schema = {
        "type": "record",
        "name": "Person",
        "fields": [
            {"name": "id", "type": "long"},
            {"name": "name", "type": ["null", "string"]},
            {"name": "born", "type": {"type": "int", "logicalType": "date"}},
            {"name": "scores", "type": {"type": "map", "values": "double"}},
            {
                "name": "place",
                "type": {
                    "type": "record",
                    "name": "Place",
                    "fields": [{"name": "tags", "type": {"type": "array", "items": "string"}}],
                },
            },
        ],
    }
    row = {"id": 1, "name": None, "born": date(2000, 1, 1), "scores": {}, "place": {"tags": []}}
    sink = io.BytesIO()
    fastavro.writer(sink, fastavro.parse_schema(schema), [row, row, row])
    table = crawl_file(world, sink.getvalue())

    assert columns_of(table) == {
        "id": "bigint",
        "name": "string",
        "born": "date",
        "scores": "map<string,double>",
        "place": "struct<tags:array<string>>",
    }
    assert table["Parameters"]["recordCount"] == "3"
    literal = table["StorageDescriptor"]["SerdeInfo"]["Parameters"]["avro.schema.literal"]
    assert json.loads(literal)["name"] == "Person"


@pytest.mark.parametrize("magic", [b"PAR1", b"ORC", b"Obj\x01"])
def test_a_broken_file_does_not_end_the_crawl(world: CrawlerWorld, magic: bytes) -> None:
    table = crawl_file(world, magic + b"\xff" * 100)

    assert table["Parameters"]["classification"] == "UNKNOWN"


def _zip(data: bytes, *names: str) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, data)
    return sink.getvalue()


def _lz4(data: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "lz4") as stream:
        stream.write(data)
    return bytes(sink.getvalue())


def _raw_snappy(data: bytes) -> bytes:
    return bytes(pa.Codec("snappy").compress(data))


def _snappy_frames(data: bytes) -> bytes:
    """Write the first half as a compressed chunk and the other as a plain one."""
    half = len(data) // 2
    unchecked = b"\x00" * 4
    packed, plain = unchecked + _raw_snappy(data[:half]), unchecked + data[half:]
    frames = b"\xff\x06\x00\x00sNaPpY"
    for kind, body in ((b"\x00", packed), (b"\x01", plain)):
        frames += kind + len(body).to_bytes(3, "little") + body
    return frames


def _hadoop_snappy(data: bytes) -> bytes:
    block = _raw_snappy(data)
    return struct.pack(">II", len(data), len(block)) + block


@pytest.mark.parametrize(
    ("name", "compression", "body"),
    [
        ("people.csv.gz", "gzip", gzip.compress(PEOPLE_CSV.encode())),
        ("no-suffix", "gzip", gzip.compress(PEOPLE_CSV.encode())),
        ("people.csv.bz2", "bzip2", bz2.compress(PEOPLE_CSV.encode())),
        ("people.zip", "zip", _zip(PEOPLE_CSV.encode(), "people.csv")),
        ("people.csv.lz4", "lz4", _lz4(PEOPLE_CSV.encode())),
        ("people.csv.sz", "snappy", _snappy_frames(PEOPLE_CSV.encode())),
        ("people.csv.snappy", "snappy", _hadoop_snappy(PEOPLE_CSV.encode())),
    ],
)
def test_compressed_files_are_classified(
    world: CrawlerWorld, name: str, compression: str, body: bytes
) -> None:
    """The page lists ZIP (of a single file), BZIP, GZIP, LZ4, and Snappy, plain and Hadoop's."""
    table = crawl_file(world, body, name)

    assert table["Parameters"]["compressionType"] == compression
    assert table["Parameters"]["classification"] == "csv"
    assert columns_of(table) == PEOPLE_COLUMNS
    assert table["Parameters"]["recordCount"] == "3"
    assert table["Parameters"]["sizeKey"] == str(len(body))
    assert table["StorageDescriptor"]["Compressed"] is True


def test_an_archive_of_several_files_is_not_classified(world: CrawlerWorld) -> None:
    table = crawl_file(world, _zip(PEOPLE_CSV.encode(), "a.csv", "b.csv"))

    assert table["Parameters"]["classification"] == "UNKNOWN"


def test_joined_gzip_streams_are_one_text(world: CrawlerWorld) -> None:
    half = len(PEOPLE_CSV) // 2
    body = gzip.compress(PEOPLE_CSV[:half].encode()) + gzip.compress(PEOPLE_CSV[half:].encode())
    table = crawl_file(world, body)

    assert columns_of(table) == PEOPLE_COLUMNS
    assert table["Parameters"]["recordCount"] == "3"


def test_a_gzip_bomb_costs_no_memory(world: CrawlerWorld) -> None:
    table = crawl_file(world, gzip.compress(b"\x00" * 200_000_000))

    assert table["Parameters"]["classification"] == "UNKNOWN"


def test_files_of_two_compressions_are_two_tables(world: CrawlerWorld) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/tables-described.html: "The compression format of
    the files is the same"."""
    world.put("data/a.csv", PEOPLE_CSV)
    world.put("data/b.csv.gz", gzip.compress(PEOPLE_CSV.encode()))
    world.create_crawler("data/")
    world.crawl()

    assert sorted(world.tables()) == ["a_csv", "b_csv_gz"]


def test_quoted_values_may_hold_delimiters_and_line_ends(world: CrawlerWorld) -> None:
    table = crawl_file(world, 'id,note\n1,"a, b"\n2,"line\nline"\n')

    assert columns_of(table) == {"id": "bigint", "note": "string"}


def test_a_byte_order_mark_is_no_part_of_a_name(world: CrawlerWorld) -> None:
    table = crawl_file(world, b"\xef\xbb\xbf" + PEOPLE_CSV.encode())

    assert list(columns_of(table)) == list(PEOPLE_COLUMNS)
