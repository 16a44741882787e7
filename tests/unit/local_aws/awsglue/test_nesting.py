"""The shape of the tables: https://repost.aws/knowledge-center/glue-pivoted-data-relationalize"""

from typing import Any

import pytest
from awsglue.errors import UnsupportedByLocalGlue
from awsglue.transforms import Relationalize, SelectFromCollection, UnnestFrame

pytestmark = pytest.mark.spark
SCHEMA = (
    "name string, home struct<city: string, geo: struct<lat: double>>, "
    "images array<struct<url: string, sizes: array<int>>>, words array<string>"
)
ROWS = [
    ("a", ("Rome", (41.9,)), [("u1", [1, 2]), ("u2", None)], ["x"]),
    ("b", None, None, []),
]


def test_unnest_names_columns_by_their_paths(frame: Any, rows: Any) -> None:
    flat = UnnestFrame.apply(frame=frame(ROWS, SCHEMA))
    assert flat.toDF().columns == ["name", "home.city", "home.geo.lat", "images", "words"]
    assert rows(flat)[0]["home.geo.lat"] == 41.9


def test_unnested_columns_are_found_by_their_dotted_names(frame: Any, rows: Any) -> None:
    flat = frame(ROWS[:1], SCHEMA).unnest()
    assert rows(flat.rename_field("`home.city`", "city").select_fields(["city"])) == [
        {"city": "Rome"}
    ]
    mapped = flat.apply_mapping([("home.geo.lat", "double", "lat", "double")])
    assert rows(mapped) == [{"lat": 41.9}]


def test_relationalize_makes_a_table_for_each_array(frame: Any, rows: Any) -> None:
    tables = Relationalize.apply(
        frame=frame(ROWS, SCHEMA), staging_path="s3://unused/", name="root", transformation_ctx="r"
    )
    assert set(tables.keys()) == {"root", "root_images", "root_images.val.sizes", "root_words"}
    root, second = rows(tables["root"])
    assert root["name"] == "a"
    assert second == {
        "name": "b", "home.city": None, "home.geo.lat": None, "images": None,
        "words": second["words"],
    }  # fmt: skip
    images = rows(tables["root_images"])
    assert [(one["index"], one["images.val.url"]) for one in images] == [(0, "u1"), (1, "u2")]
    assert {one["id"] for one in images} == {root["images"]}
    assert images[1]["images.val.sizes"] is None
    sizes = rows(tables["root_images.val.sizes"])
    assert [(one["index"], one["images.val.sizes.val"]) for one in sizes] == [(0, 1), (1, 2)]
    assert {one["id"] for one in sizes} == {images[0]["images.val.sizes"]}
    words = rows(SelectFromCollection.apply(tables, "root_words"))
    assert words == [{"id": root["words"], "index": 0, "words.val": "x"}]


def test_the_tables_join_again(frame: Any) -> None:
    many = [
        (f"n{at}", None, [(f"u{at}-{i}", None) for i in range(at % 3)], None) for at in range(40)
    ]
    given = frame(many, SCHEMA).repartition(4)
    tables = given.relationalize("root")
    joined = (
        tables["root"]
        .toDF()
        .join(
            tables["root_images"].toDF(),
            on=tables["root"].toDF()["images"] == tables["root_images"].toDF()["id"],
        )
    )
    pairs = {(row["name"], row["images.val.url"]) for row in joined.collect()}
    assert pairs == {(name, url) for name, _, images, _ in many for url, _ in images}


def test_maps_are_refused_with_advice(frame: Any) -> None:
    with pytest.raises(UnsupportedByLocalGlue, match="relationalize of the map m"):
        frame([({"a": 1},)], "m map<string, int>").relationalize("root")
