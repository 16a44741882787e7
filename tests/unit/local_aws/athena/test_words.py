"""Words of statements, and parameters in the places of question marks."""

import pytest

from local_aws.athena.errors import InvalidRequestException, QueryFailed
from local_aws.athena.sql.cursor import Cursor
from local_aws.athena.sql.parameters import bind, parameters_of
from local_aws.athena.sql.words import words


def texts(statement: str) -> list[str]:
    return [word.text for word in words(statement)]


def test_comments_are_no_words() -> None:
    assert texts("a -- b\n/* c\nd */ e") == ["a", "e"]


def test_quotes_keep_words_together() -> None:
    assert texts("`a b`.\"c d\" 'e;f'") == ["a b", ".", "c d", "e;f"]
    assert texts("'it''s' 'it\\'s' '-- no comment'") == ["it's", "it's", "-- no comment"]


def test_strings_know_hives_escapes() -> None:
    assert texts(r"'\t\n\\ \001 \u0041'") == ["\t\n\\ \x01 A"]


def test_a_type_is_read_whole() -> None:
    cursor = Cursor("x STRUCT< a : INT, b: array<map<string,decimal(10, 2)>> > COMMENT 'c'")
    assert cursor.name() == "x"
    assert cursor.type_text() == "struct<a:int,b:array<map<string,decimal(10,2)>>>"
    assert cursor.take("COMMENT")


def test_an_error_says_where() -> None:
    cursor = Cursor("SHOW\n  TABLES 5")
    cursor.expect("SHOW", "TABLES")
    with pytest.raises(InvalidRequestException, match="line 2:10: mismatched input '5'"):
        cursor.string()


@pytest.mark.parametrize(
    ("given", "bound"),
    [
        ("1 + 1", "(1 + 1)"),
        ("'x'", "('x')"),
        ("DATE '2026-01-01'", "(DATE '2026-01-01')"),
        ("abc", "'abc'"),
        ("it's", "'it''s'"),
        ("2026-01-01 x", "'2026-01-01 x'"),
    ],
)
def test_a_parameter_is_an_expression_or_a_string(given: str, bound: str) -> None:
    assert bind("SELECT ?", [given]) == f"SELECT {bound}"


def test_a_question_mark_in_a_string_is_none() -> None:
    assert bind("SELECT '?', ? -- ?\n, \"?\"", ["1"]) == "SELECT '?', (1) -- ?\n, \"?\""
    assert bind("SELECT 1", ["ignored"]) == "SELECT 1"
    with pytest.raises(QueryFailed, match="expected 2 but found 1"):
        bind("SELECT ?, ?", ["1"])


def test_parameters_are_cut_at_commas() -> None:
    assert parameters_of("1, 'a, b', f(2, 3), ARRAY[4, 5]") == [
        "1",
        "'a, b'",
        "f(2, 3)",
        "ARRAY[4, 5]",
    ]
    assert parameters_of("") == []
