"""https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-format.html"""

import json
from pathlib import Path
from typing import Any

import pytest
from awsglue.errors import UnsupportedByLocalGlue

pytestmark = pytest.mark.spark


def read(glue: Any, path: Path, format: str, format_options: Any = None, **options: Any) -> Any:
    return glue.create_dynamic_frame.from_options(
        connection_type="s3",
        connection_options={"paths": [str(path)], **options},
        format=format,
        format_options=format_options or {},
        transformation_ctx="read",
    )


def files(path: Path) -> list[Path]:
    return sorted(one for one in path.rglob("*") if one.is_file() and one.name[0] not in "._")


def test_csv_with_header_is_text(glue: Any, rows: Any, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('id,name\n1,"x, ""y"""\n')
    frame = read(glue, tmp_path, "csv", {"withHeader": True, "separator": ","})
    assert rows(frame) == [{"id": "1", "name": 'x, "y"'}]


def test_csv_without_header_has_col0_and_so_on(glue: Any, rows: Any, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("1;x\n")
    assert rows(read(glue, tmp_path, "csv", {"separator": ";"})) == [{"col0": "1", "col1": "x"}]


def test_csv_quotes_can_be_turned_off(glue: Any, rows: Any, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('"a,b"\n')
    assert rows(read(glue, tmp_path, "csv", {"quoteChar": -1})) == [{"col0": '"a', "col1": 'b"'}]


def test_csv_records_may_span_lines(glue: Any, rows: Any, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('a,b\n1,"two\nlines"\n')
    frame = read(glue, tmp_path, "csv", {"withHeader": True, "multiLine": "true"})
    assert rows(frame) == [{"a": "1", "b": "two\nlines"}]


@pytest.mark.parametrize(
    ("document", "options"),
    [
        ([{"a": 1}, {"a": 2}], {"multiline": True}),
        ([{"a": 1}, {"a": 2}], {"multiline": True, "jsonPath": "$[*]"}),
        ({"x": {"y": [{"a": 1}, {"a": 2}]}}, {"multiline": True, "jsonPath": "$.x.y[*]"}),
        ({"x": {"y": [{"a": 1}, {"a": 2}]}}, {"multiline": True, "jsonPath": "$['x'].y"}),
    ],
)
def test_json_documents(glue: Any, rows: Any, tmp_path: Path, document: Any, options: Any) -> None:
    (tmp_path / "a.json").write_text(json.dumps(document, indent=2))
    assert rows(read(glue, tmp_path, "json", options)) == [{"a": 1}, {"a": 2}]


def test_json_lines(glue: Any, rows: Any, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"a": 1}\n{"a": 2, "b": "x"}\n')
    assert rows(read(glue, tmp_path, "json")) == [{"a": 1, "b": None}, {"a": 2, "b": "x"}]


def test_json_paths_with_filters_are_refused(glue: Any, tmp_path: Path) -> None:
    with pytest.raises(UnsupportedByLocalGlue, match="jsonPath"):
        read(glue, tmp_path, "json", {"jsonPath": "$.a[?(@.b > 1)]"})


@pytest.mark.parametrize("format", ["csv", "json", "parquet", "glueparquet", "orc"])
def test_what_is_written_is_read_again(
    glue: Any, frame: Any, rows: Any, tmp_path: Path, format: str
) -> None:
    given = frame([(1, "a,b"), (2, None)], "id int, s string")
    glue.write_dynamic_frame.from_options(
        frame=given, connection_type="s3", connection_options={"path": str(tmp_path)}, format=format
    )
    back = read(glue, tmp_path, format, {"withHeader": True} if format == "csv" else {})
    found = [{"id": int(row["id"]), "s": row["s"]} for row in rows(back)]
    assert found == [{"id": 1, "s": "a,b"}, {"id": 2, "s": None}]


def test_sinks_add_files_and_no_markers(glue: Any, frame: Any, tmp_path: Path) -> None:
    for _ in range(2):
        frame([(1,)], "a int").coalesce(1).write("s3", {"path": str(tmp_path)}, "json")
    assert len(files(tmp_path)) == 2
    assert not (tmp_path / "_SUCCESS").exists()


def test_partition_keys_and_compression(glue: Any, frame: Any, rows: Any, tmp_path: Path) -> None:
    glue.write_dynamic_frame.from_options(
        frame([(1, "x"), (2, "y")], "a int, day string"),
        "s3",
        {"path": str(tmp_path), "partitionKeys": ["day"], "compression": "gzip"},
        "csv",
        {"writeHeader": False},
    )
    found = files(tmp_path)
    assert [file.parent.name for file in found] == ["day=x", "day=y"]
    assert all(file.name.endswith(".csv.gz") for file in found)
    assert rows(read(glue, tmp_path, "csv")) == [
        {"col0": "1", "day": "x"},
        {"col0": "2", "day": "y"},
    ]


def test_recursion_only_when_asked_for(glue: Any, tmp_path: Path) -> None:
    (tmp_path / "sub" / "deep").mkdir(parents=True)
    (tmp_path / "a.json").write_text('{"a": 1}')
    (tmp_path / "sub" / "deep" / "b.json").write_text('{"a": 2}')
    assert read(glue, tmp_path, "json").count() == 1
    assert read(glue, tmp_path, "json", recurse=True).count() == 2


def test_exclusions_are_globs_below_the_path(glue: Any, rows: Any, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for at, name in enumerate(["a.json", "b.tmp", "sub/c.json", "sub/d.tmp"]):
        (tmp_path / name).write_text(f'{{"a": {at}}}')
    kept = read(glue, tmp_path, "json", recurse=True, exclusions='["**.tmp"]')
    assert rows(kept) == [{"a": 0}, {"a": 2}]
    kept = read(glue, tmp_path, "json", recurse=True, exclusions='["*.{tmp,json}"]')
    assert rows(kept) == [{"a": 2}, {"a": 3}]


def test_nothing_there_is_an_empty_frame(glue: Any, tmp_path: Path) -> None:
    frame = read(glue, tmp_path / "nothing", "parquet")
    assert frame.count() == 0
    assert frame.toDF().columns == []


def test_parquet_files_of_different_schemas_are_united(
    glue: Any, frame: Any, rows: Any, tmp_path: Path
) -> None:
    frame([(1,)], "a int").write("s3", {"path": str(tmp_path)}, "parquet")
    frame([(2, "x")], "a int, b string").write("s3", {"path": str(tmp_path)}, "parquet")
    assert rows(read(glue, tmp_path, "parquet")) == [{"a": 1, "b": None}, {"a": 2, "b": "x"}]


def test_a_format_as_connection_type(glue: Any, frame: Any, tmp_path: Path) -> None:
    frame([(1,)], "a int").write("parquet", {"path": str(tmp_path)})
    source = glue.getSource("parquet", paths=[str(tmp_path)])
    assert source.getFrame().count() == 1


def test_data_frames_have_the_same_ways(glue: Any, frame: Any, rows: Any, tmp_path: Path) -> None:
    df = frame([(1, "x")], "a int, b string").toDF()
    glue.write_data_frame.from_options(df, "s3", {"path": str(tmp_path)}, "json")
    back = glue.create_data_frame.from_options("s3", {"paths": [str(tmp_path)]}, format="json")
    assert rows(back) == [{"a": 1, "b": "x"}]


def test_a_column_of_nothing_is_written_as_text(glue: Any, rows: Any, tmp_path: Path) -> None:
    from awsglue.dynamicframe import DynamicFrame

    DynamicFrame.fromDF(glue.sql("select 1 a, null b"), glue).write(
        "s3", {"path": str(tmp_path)}, "glueparquet"
    )
    assert rows(read(glue, tmp_path, "parquet")) == [{"a": 1, "b": None}]


@pytest.mark.parametrize("connection", ["redshift", "mysql", "kafka", "dynamodb"])
def test_other_connections_are_refused(glue: Any, frame: Any, connection: str) -> None:
    with pytest.raises(UnsupportedByLocalGlue, match=f"connection type '{connection}'"):
        glue.create_dynamic_frame.from_options(connection, {"url": "x"})
    with pytest.raises(UnsupportedByLocalGlue, match=f"connection type '{connection}'"):
        frame([(1,)], "a int").write(connection, {"url": "x"})


def test_other_formats_are_refused(glue: Any, tmp_path: Path) -> None:
    with pytest.raises(UnsupportedByLocalGlue, match="format 'xml'"):
        read(glue, tmp_path, "xml")


def test_a_source_without_path_says_so(glue: Any) -> None:
    with pytest.raises(ValueError, match='needs "paths"'):
        glue.create_dynamic_frame.from_options("s3", {}, format="json")
