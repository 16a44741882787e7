"""DuckDB's errors in Athena's words."""

import re

import duckdb
from sqlglot import exp

from local_aws.athena.errors import QueryFailed
from local_aws.athena.sql.references import positions

_OWN = re.compile(r"(?P<name>[A-Z][A-Z_]+): (?P<text>.*)", re.DOTALL)
_DETAIL = re.compile(r"\n\n?LINE \d+:.*", re.DOTALL)


def translate(error: duckdb.Error, query: exp.Expr) -> QueryFailed:
    """Return the failure of ``query`` that an error of DuckDB's stands for."""
    text = _DETAIL.sub("", str(error)).strip()
    kind, _, message = text.partition(" Error: ")
    message = message or kind
    if own := _OWN.fullmatch(message):
        return QueryFailed(own["name"], own["text"])
    for pattern, name, template in _MESSAGES:
        if found := re.match(pattern, message):
            words = {key: value for key, value in found.groupdict().items() if value is not None}
            words["type"] = _TYPES.get(words.get("type", ""), words.get("type", ""))
            at = next(positions(query, words.get("word", "")), "")
            return QueryFailed(name, at + template.format(**words))
    return QueryFailed(_KINDS.get(kind, "GENERIC_INTERNAL_ERROR"), message.split("\n")[0])


_MESSAGES = (
    (
        r'Referenced column "(?P<word>[^"]+)" not found',
        "COLUMN_NOT_FOUND",
        "Column '{word}' cannot be resolved or requester is not authorized to access requested "
        "resources",
    ),
    (
        r"Referenced table \"(?P<word>[^\"]+)\" not found",
        "COLUMN_NOT_FOUND",
        "Column '{word}' cannot be resolved or requester is not authorized to access requested "
        "resources",
    ),
    (
        r'(?:Table|Values list) "(?P<table>[^"]+)" does not have a column named "(?P<word>[^"]+)"',
        "COLUMN_NOT_FOUND",
        "Column '{table}.{word}' cannot be resolved or requester is not authorized to access "
        "requested resources",
    ),
    (
        r'Ambiguous reference to column name "(?P<word>[^"]+)"',
        "AMBIGUOUS_NAME",
        "Column '{word}' is ambiguous",
    ),
    (
        r"(?:Scalar|Aggregate|Table)?.*[Ff]unction with name (?P<word>\S+) does not exist",
        "FUNCTION_NOT_FOUND",
        "Function '{word}' not registered",
    ),
    (
        r'column "(?P<word>[^"]+)" must appear in the GROUP BY',
        "EXPRESSION_NOT_AGGREGATE",
        "'{word}' must be an aggregate expression or appear in GROUP BY clause",
    ),
    (
        r"Could not convert string '(?P<value>.*)' to (?P<type>\w+)",
        "INVALID_CAST_ARGUMENT",
        "Cannot cast '{value}' to {type}",
    ),
    (r"Cannot compare values of type (?P<types>.*?) - ", "TYPE_MISMATCH", "Cannot compare {types}"),
)
_TYPES = {"INT8": "TINYINT", "INT16": "SMALLINT", "INT32": "INT", "INT64": "BIGINT"}
_KINDS = {
    "Binder": "TYPE_MISMATCH",
    "Catalog": "NOT_SUPPORTED",
    "Conversion": "INVALID_CAST_ARGUMENT",
    "Invalid Input": "INVALID_FUNCTION_ARGUMENT",
    "Not implemented": "NOT_SUPPORTED",
    "Out of Range": "NUMERIC_VALUE_OUT_OF_RANGE",
    "Parser": "SYNTAX_ERROR",
    "Permission": "NOT_SUPPORTED",
}
