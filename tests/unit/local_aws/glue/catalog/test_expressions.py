"""The filter of GetPartitions.

https://docs.aws.amazon.com/glue/latest/webapi/API_GetPartitions.html
"""

import pytest

from local_aws.glue.catalog.expressions import NULL_PARTITION, parse
from local_aws.glue.errors import InvalidInputException

KEYS = [
    {"Name": "year", "Type": "int"},
    {"Name": "city", "Type": "string"},
    {"Name": "day", "Type": "date"},
]
ROW = ("2026", "New York", "2026-11-20")


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("", True),
        ("year = 2026", True),
        ("year=2025", False),
        # Numbers compare as numbers: as texts "999" would be greater.
        ("year > 999", True),
        ("year > '999'", True),
        ("year >= 2026 and year <= 2026", True),
        ("year <> 2026", False),
        ("year != 2025", True),
        ("2025 < year", True),
        ("city = 'New York'", True),
        ('city = "New York"', True),
        ("city = 'new york'", False),
        ("city like 'New%'", True),
        ("city like '%or_'", True),
        ("city not like 'New%'", False),
        ("city in ('Boston', 'New York')", True),
        ("city not in ('Boston', 'New York')", False),
        ("year between 2020 and 2026", True),
        ("year not between 2020 and 2026", False),
        ("day >= '2026-11-01'", True),
        ("day > date '2026-11-20'", False),
        ("`year` = 2026 AND (city = 'Boston' OR city = 'New York')", True),
        ("year = 2025 OR year = 2026 AND city = 'Boston'", False),
        ("NOT year = 2025", True),
        ("NOT (year = 2026 AND city = 'New York')", False),
        ("city IS NULL", False),
        ("city IS NOT NULL", True),
        ("YEAR = 2026", True),
    ],
)
def test_an_expression_holds_or_not(text: str, holds: bool) -> None:
    assert parse(text, KEYS)(ROW) is holds


def test_quotes_inside_a_text_are_doubled() -> None:
    assert parse("city = 'Saint-John''s'", KEYS)(("1", "Saint-John's", "2026-01-01"))


@pytest.mark.parametrize("text", ["year = 1", "year <> 1", "year not in (1)", "year < 9"])
def test_nothing_holds_for_a_null_partition(text: str) -> None:
    assert not parse(text, KEYS)((NULL_PARTITION, "x", "2026-01-01"))
    assert parse("year IS NULL", KEYS)((NULL_PARTITION, "x", "2026-01-01"))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("month = 1", "'month' is no partition key; there are city, day, year"),
        ("year =", "ends too early"),
        ("year 2026", "a comparison was expected, not '2026'"),
        ("(year = 1", r"\) was expected"),
        ("year = 1 city = 2", "nothing was expected after it, not 'city'"),
        ("year not 1", "BETWEEN, IN or LIKE was expected after NOT"),
        ("year = #", "'#' is not understood"),
    ],
)
def test_a_wrong_expression_is_refused(text: str, problem: str) -> None:
    with pytest.raises(InvalidInputException, match=problem):
        parse(text, KEYS)


def test_a_value_that_is_no_number_is_named() -> None:
    with pytest.raises(InvalidInputException, match="'soon' is no number"):
        parse("year > 1", KEYS)(("soon", "x", "2026-01-01"))
