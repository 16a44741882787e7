"""https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-dynamic-frame.html"""

from typing import Any

import pytest
from awsglue.errors import UnsupportedByLocalGlue
from awsglue.transforms import (
    ApplyMapping,
    DropFields,
    DropNullFields,
    Join,
    RenameField,
    SelectFields,
    SplitFields,
    SplitRows,
)

pytestmark = pytest.mark.spark
PERSON = (
    "id bigint, name struct<first: string, last: string>, tags array<struct<k: string, v: int>>"
)
PEOPLE = [(1, ("Ada", "Lovelace"), [("a", 1), ("b", 2)]), (2, None, None)]


def test_apply_mapping_renames_casts_and_drops(frame: Any, rows: Any) -> None:
    mapped = ApplyMapping.apply(
        frame=frame([("7", 1.5, "x")], "a string, b double, c string"),
        mappings=[("a", "string", "number", "long"), ("b", "double", "b", "string")],
        transformation_ctx="mapped",
    )
    assert mapped.toDF().dtypes == [("number", "bigint"), ("b", "string")]
    assert rows(mapped) == [{"number": 7, "b": "1.5"}]
    assert mapped.name == "mapped"


def test_apply_mapping_reads_and_builds_nested_fields(frame: Any, rows: Any) -> None:
    mapped = frame(PEOPLE[:1], PERSON).apply_mapping(
        [
            ("id", "long", "who.id", "int"),
            ("name.first", "string", "who.given", "string"),
            ("name.last", "string", "`last.name`", "string"),
        ]
    )
    assert rows(mapped) == [{"who": {"id": 1, "given": "Ada"}, "last.name": "Lovelace"}]


def test_apply_mapping_passes_over_fields_that_do_not_exist(frame: Any) -> None:
    mapped = frame([(1,)], "a int").apply_mapping(
        [("a", "int", "a", "int"), ("x", "int", "x", "int")]
    )
    assert mapped.toDF().columns == ["a"]


def test_apply_mapping_names_a_type_it_does_not_know(frame: Any) -> None:
    with pytest.raises(UnsupportedByLocalGlue, match="'wat' is not supported"):
        frame([(1,)], "a int").apply_mapping([("a", "int", "a", "wat")])


def test_apply_mapping_refuses_two_fields_for_one_target(frame: Any) -> None:
    with pytest.raises(ValueError, match="target of two fields"):
        frame([(1, 2)], "a int, b int").apply_mapping(
            [("a", "int", "x", "int"), ("b", "int", "x", "int")]
        )


def test_select_fields_keeps_nested_fields_in_their_structs(frame: Any, rows: Any) -> None:
    selected = SelectFields.apply(frame(PEOPLE[:1], PERSON), ["name.last", "id", "nothing"])
    assert rows(selected) == [{"name": {"last": "Lovelace"}, "id": 1}]


def test_drop_fields_reaches_into_structs_and_arrays(frame: Any, rows: Any) -> None:
    dropped = DropFields.apply(frame(PEOPLE, PERSON), ["name.last", "tags[].v", "nothing"])
    assert rows(dropped) == [
        {"id": 1, "name": {"first": "Ada"}, "tags": [{"k": "a"}, {"k": "b"}]},
        {"id": 2, "name": None, "tags": None},
    ]


def test_dropping_the_last_field_drops_the_struct(frame: Any) -> None:
    dropped = frame(PEOPLE, PERSON).drop_fields(["name.first", "name.last"])
    assert dropped.toDF().columns == ["id", "tags"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("id", "key", {"key": 1, "a.b": 2, "s": {"x": 3, "y": 4}}),
        ("`a.b`", "ab", {"id": 1, "ab": 2, "s": {"x": 3, "y": 4}}),
        ("s.x", "x", {"id": 1, "a.b": 2, "s": {"y": 4}, "x": 3}),
        ("s.x", "s.z", {"id": 1, "a.b": 2, "s": {"y": 4, "z": 3}}),
        ("id", "s.id", {"a.b": 2, "s": {"x": 3, "y": 4, "id": 1}}),
        ("id", "new.id", {"a.b": 2, "s": {"x": 3, "y": 4}, "new": {"id": 1}}),
        ("nothing", "x", {"id": 1, "a.b": 2, "s": {"x": 3, "y": 4}}),
    ],
)
def test_rename_field_moves_along_paths(
    frame: Any, rows: Any, old: str, new: str, expected: dict[str, Any]
) -> None:
    given = frame([(1, 2, (3, 4))], "id int, `a.b` int, s struct<x: int, y: int>")
    assert rows(RenameField.apply(given, old, new)) == [expected]


def test_split_fields_gives_both_halves(frame: Any, rows: Any) -> None:
    halves = SplitFields.apply(
        frame([(1, "a", True)], "i int, s string, b boolean"), ["s"], "l", "r"
    )
    assert list(halves.keys()) == ["l", "r"]
    assert rows(halves["l"]) == [{"s": "a"}]
    assert rows(halves.select("r")) == [{"i": 1, "b": True}]
    with pytest.raises(KeyError, match="there are l, r"):
        halves.select("x")


def test_split_rows_loses_no_row(frame: Any, rows: Any) -> None:
    given = frame([(5,), (15,), (25,), (None,)], "age int")
    split = SplitRows.apply(given, {"age": {">": 10, "<": 20}}, "in", "out")
    assert rows(split["in"]) == [{"age": 15}]
    assert rows(split["out"]) == [{"age": 25}, {"age": 5}, {"age": None}]


def test_join_marks_names_that_both_have(frame: Any, rows: Any) -> None:
    left = frame([(1, "a"), (2, "b")], "id int, name string")
    right = frame([(1, "x", 9)], "id int, name string, extra int")
    joined = Join.apply(left, right, "id", ["id"])
    assert rows(joined) == [{"id": 1, "name": "a", ".id": 1, ".name": "x", "extra": 9}]
    with pytest.raises(ValueError, match="No field nope"):
        left.join(["nope"], ["id"], right)


def test_merge_replaces_by_primary_key(frame: Any, rows: Any) -> None:
    source = frame([(1, "old"), (2, "kept")], "id int, v string")
    stage = frame([(1, "new"), (3, "added")], "id int, v string")
    merged = source.mergeDynamicFrame(stage, ["id"])
    assert rows(merged) == [{"id": 1, "v": "new"}, {"id": 2, "v": "kept"}, {"id": 3, "v": "added"}]


def test_drop_null_fields_drops_what_is_null_in_every_record(frame: Any) -> None:
    given = frame([(1, None, None), (2, None, "x")], "a int, b int, c string")
    assert DropNullFields.apply(given).toDF().columns == ["a", "c"]


def test_drop_null_fields_leaves_the_columns_of_an_empty_frame(frame: Any) -> None:
    assert DropNullFields.apply(frame([], "a int, b int")).toDF().columns == ["a", "b"]


def test_union_fills_what_one_lacks(frame: Any, rows: Any) -> None:
    both = frame([(1,)], "a int").union(frame([(2, "x")], "a int, b string"))
    assert rows(both) == [{"a": 1, "b": None}, {"a": 2, "b": "x"}]


def test_unbox_parses_json(frame: Any, rows: Any) -> None:
    unboxed = frame([('{"a": 1}',)], "raw string").unbox("raw", "json")
    assert rows(unboxed) == [{"raw": {"a": 1}}]
    with pytest.raises(UnsupportedByLocalGlue, match="unbox of 'avro'"):
        unboxed.unbox("raw", "avro")
