"""Values for the question marks of a query.

https://docs.aws.amazon.com/athena/latest/ug/querying-with-prepared-statements.html
"""

from collections.abc import Sequence

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from local_aws.athena.errors import QueryFailed
from local_aws.athena.sql.quoting import literal
from local_aws.athena.sql.words import words


def bind(text: str, parameters: Sequence[str]) -> str:
    """Put ``parameters`` in the places of ``?`` in a query.

    Values for a query without a place are ignored, as in Athena; else raises QueryFailed if their
    number differs.
    """
    places = [word for word in words(text) if word.kind == "symbol" and word.text == "?"]
    if not places:
        return text
    if len(places) != len(parameters):
        raise QueryFailed(
            "INVALID_PARAMETER_USAGE",
            f"line 1:1: Incorrect number of parameters: expected {len(places)} "
            f"but found {len(parameters)}",
        )
    for place, parameter in reversed(list(zip(places, parameters, strict=True))):
        text = text[: place.start] + _value(parameter) + text[place.end :]
    return text


def parameters_of(text: str) -> list[str]:
    """Cut ``1, 'a, b', f(2, 3)`` at its commas."""
    found, depth, start = [], 0, 0
    for word in words(text):
        if word.kind == "symbol":
            depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(word.text, 0)
            if word.text == "," and depth == 0:
                found.append(text[start : word.start].strip())
                start = word.end
    return [*found, text[start:].strip()] if text.strip() else []


def _value(text: str) -> str:
    """Return what a value stands for: an expression without columns is itself, else a string.

    The athena-local project measured this; AWS's page shows literals only.
    """
    try:
        value = sqlglot.parse_one(text, dialect="athena")
    except SqlglotError:
        return literal(text)
    is_plain = isinstance(value, exp.Condition) and not value.find(exp.Column, exp.Query)
    return f"({text})" if is_plain else literal(text)
