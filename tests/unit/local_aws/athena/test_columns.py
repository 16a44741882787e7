"""Values of results as text. DuckDB makes the values and their types."""

from typing import Any

import duckdb
import pytest

from local_aws.athena.queries.columns import formatter, java_number, result_column


def shown(expression: str) -> tuple[str, Any]:
    cursor = duckdb.connect(":memory:").execute(f"SELECT {expression}")
    ((_, kind, *_),) = cursor.description
    ((value,),) = cursor.fetchall()
    column = result_column("x", kind)
    return formatter(kind)(value), (column.type, column.precision, column.scale)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1.0"),
        (0.1, "0.1"),
        (-123456.75, "-123456.75"),
        (9999999.0, "9999999.0"),
        (10000000.0, "1.0E7"),
        (123456789.5, "1.234567895E8"),
        (0.001, "0.001"),
        (0.0001, "1.0E-4"),
        (-1.5e-10, "-1.5E-10"),
        (0.0, "0.0"),
        (float("nan"), "NaN"),
        (float("-inf"), "-Infinity"),
    ],
)
def test_doubles_are_written_as_java_does(value: float, text: str) -> None:
    assert java_number(repr(value), value) == text


@pytest.mark.parametrize(
    ("expression", "text", "column"),
    [
        ("CAST(0.1 AS FLOAT)", "0.1", ("float", 17, 0)),
        ("CAST(16777216 AS FLOAT)", "1.6777216E7", ("float", 17, 0)),
        ("CAST(1.5 AS DECIMAL(10,2))", "1.50", ("decimal", 10, 2)),
        ("CAST(7 AS HUGEINT)", "7", ("bigint", 19, 0)),
        ("[{'a': 1, 'b': NULL}]", "[{a=1, b=null}]", ("array", 0, 0)),
        ("MAP([10, 9], [[1], NULL])", "{9=null, 10=[1]}", ("map", 0, 0)),
        ("row(1, 'x')", "{1, x}", ("row", 0, 0)),
        ("'a, b'", "a, b", ("varchar", 2147483647, 0)),
        ("'{\"a\": 1}'::JSON", '{"a": 1}', ("json", 0, 0)),
        ("'\\x01\\xFF'::BLOB", "01 ff", ("varbinary", 1073741824, 0)),
        ("TIMESTAMP '2026-01-31 01:02:03.5'", "2026-01-31 01:02:03.500", ("timestamp", 3, 0)),
        (
            "TIMESTAMP '2026-01-31 01:02:03.123456'",
            "2026-01-31 01:02:03.123456",
            ("timestamp", 3, 0),
        ),
        (
            "CAST('2026-01-31 01:02:03' AS TIMESTAMP_S)",
            "2026-01-31 01:02:03",
            ("timestamp", 3, 0),
        ),
        ("true", "true", ("boolean", 0, 0)),
    ],
)
def test_values_and_columns(expression: str, text: str, column: tuple[str, int, int]) -> None:
    assert shown(expression) == (text, column)
