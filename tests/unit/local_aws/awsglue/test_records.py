"""https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-transforms-map.html"""

from typing import Any

import pytest
from awsglue.errors import UnsupportedByLocalGlue
from awsglue.transforms import ErrorsAsDynamicFrame, Filter, Map

pytestmark = pytest.mark.spark
SCHEMA = "id int, price float, note string, at struct<city: string>"
ROWS = [(1, 1.5, None, ("Rome",)), (2, 2.5, None, None)]


def test_filter_gets_records_as_dicts(frame: Any, rows: Any) -> None:
    kept = Filter.apply(frame(ROWS, SCHEMA), lambda record: record["at"] and record["at"]["city"])
    assert [row["id"] for row in rows(kept)] == [1]
    assert kept.toDF().schema == frame(ROWS, SCHEMA).toDF().schema


def test_map_changes_nests_and_removes_fields(frame: Any, rows: Any) -> None:
    def change(record: dict[str, Any]) -> dict[str, Any]:
        record["total"] = {"price": record.pop("price"), "count": record["id"] * 2}
        return record

    mapped = Map.apply(frame=frame(ROWS, SCHEMA), f=change)
    assert rows(mapped)[0] == {
        "id": 1, "note": None, "at": {"city": "Rome"}, "total": {"price": 1.5, "count": 2},
    }  # fmt: skip


def test_map_keeps_types_that_python_cannot_tell(frame: Any) -> None:
    kept = dict(frame(ROWS, SCHEMA).map(lambda record: record).toDF().dtypes)
    assert kept == {"id": "int", "price": "float", "note": "string", "at": "struct<city:string>"}


def test_map_of_no_records_keeps_the_schema(frame: Any) -> None:
    assert frame([], SCHEMA).map(lambda record: record).toDF().columns == [
        "id", "price", "note", "at",
    ]  # fmt: skip


def test_map_unites_the_fields_of_all_records(frame: Any, rows: Any) -> None:
    def change(record: dict[str, Any]) -> dict[str, Any]:
        return {"odd": 1, "list": [{"a": 1}, {"b": "x"}]} if record["id"] % 2 else {"even": 2.5}

    mapped = frame([(1,), (2,)], "id int").map(change)
    assert rows(mapped) == [
        {"odd": 1, "list": [{"a": 1, "b": None}, {"a": None, "b": "x"}], "even": None},
        {"odd": None, "list": None, "even": 2.5},
    ]


def test_map_to_two_types_of_a_field_is_refused(frame: Any) -> None:
    with pytest.raises(Exception, match=r"x with values of .* \(a choice type\)") as caught:
        frame([(1,), (2,)], "id int").map(lambda one: {"x": 1 if one["id"] == 1 else "two"})
    assert UnsupportedByLocalGlue.__name__ in type(caught.value).__name__ + str(caught.value)


def test_records_on_which_the_function_raises_are_set_aside(frame: Any, rows: Any) -> None:
    def inverse(record: dict[str, Any]) -> dict[str, Any]:
        return {"inverse": 1 / record["n"]}

    mapped = frame([(2,), (0,), (4,)], "n int").map(inverse)
    assert rows(mapped) == [{"inverse": 0.25}, {"inverse": 0.5}]
    assert mapped.stageErrorsCount() == 1
    assert mapped.select_fields(["inverse"]).errorsCount() == 1
    error = rows(ErrorsAsDynamicFrame.apply(mapped))[0]
    assert error["msg"] == "ZeroDivisionError: division by zero"
    assert "in inverse" in error["stackTrace"]
    assert "'n': 0" in error["record"]
    with pytest.raises(RuntimeError, match="1 records failed"):
        mapped.assertErrorThreshold()


def test_a_threshold_fails_the_step(frame: Any) -> None:
    given = frame([(0,), (0,)], "n int")
    with pytest.raises(RuntimeError, match="2 records failed, the first with ZeroDivisionError"):
        given.filter(lambda record: 1 / record["n"], stageThreshold=2)
    assert given.filter(lambda record: 1 / record["n"], stageThreshold=3).count() == 0
