"""https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-transforms-ResolveChoice.html"""

from typing import Any

import pytest
from awsglue.transforms import ResolveChoice

pytestmark = pytest.mark.spark
SCHEMA = "a string, list array<struct<price: string>>, s struct<b: string>"
ROWS = [("1", [("1.5",), ("$2",)], ("2",))]


def test_cast_and_project_cast(frame: Any, rows: Any) -> None:
    resolved = ResolveChoice.apply(
        frame=frame(ROWS, SCHEMA),
        specs=[("a", "cast:long"), ("list[].price", "cast:double"), ("s.b", "project:int")],
    )
    assert rows(resolved) == [{"a": 1, "list": [{"price": 1.5}, {"price": None}], "s": {"b": 2}}]
    assert dict(resolved.toDF().dtypes)["a"] == "bigint"


@pytest.mark.parametrize("choice", ["make_cols", "make_struct", "cast:long", "project:string"])
def test_one_action_for_all_leaves_columns_that_are_no_choice(frame: Any, choice: str) -> None:
    given = frame(ROWS, SCHEMA)
    resolved = given.resolveChoice(choice=choice, transformation_ctx="r")
    assert resolved.toDF().dtypes == given.toDF().dtypes


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"specs": [("a", "melt")]}, "'melt' is none of"),
        ({"specs": [("a", "cast")]}, "needs a type"),
        ({"choice": "melt"}, "'melt' is none of"),
        ({"specs": [("a", "cast:int")], "choice": "make_cols"}, "not both"),
        ({"choice": "match_catalog"}, "needs database and table_name"),
    ],
)
def test_bad_actions_say_what_is_right(frame: Any, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        frame(ROWS, SCHEMA).resolveChoice(**arguments)
