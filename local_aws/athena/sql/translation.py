"""Athena's queries in DuckDB's dialect.

https://docs.aws.amazon.com/athena/latest/ug/functions-env3.html: Athena's engine is Trino's.
sqlglot knows both dialects; here is what it leaves.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel, ParseError, SqlglotError, UnsupportedError

from local_aws.athena.errors import InvalidRequestException, not_supported
from local_aws.athena.sql import operators
from local_aws.athena.sql.dates import keep_dates

_DIALECT = "athena"
_NO_TYPES: Mapping[str, str] = MappingProxyType({})
# Stands for a column that the query does not name; Athena calls it _col0, by its position.
UNNAMED = "$unnamed"
# A macro of the session: a division by zero fails.
_GUARD = "nonzero"


def parse(text: str) -> exp.Query:
    """Read a query. Raises InvalidRequestException (MALFORMED_QUERY), as StartQueryExecution."""
    try:
        statements = sqlglot.parse(text, dialect=_DIALECT)
    except ParseError as error:
        raise _malformed(error) from error
    except SqlglotError as error:
        raise InvalidRequestException(str(error), "MALFORMED_QUERY") from error
    if len(statements) != 1:
        raise InvalidRequestException(
            "Only one sql statement is allowed. Got: " + text, "MALFORMED_QUERY"
        )
    (query,) = statements
    if isinstance(query, exp.Values):
        query = exp.select("*").from_(query.copy())
    if not isinstance(query, exp.Query):
        raise InvalidRequestException("Queries of this type are not supported", "MALFORMED_QUERY")
    return query


def name_columns(query: exp.Query) -> None:
    """Give every result column without a name a mark that ``UNNAMED`` begins."""
    select = query
    while isinstance(select, exp.SetOperation | exp.Subquery):
        select = select.this
    if not isinstance(select, exp.Select):
        return
    named = []
    for index, column in enumerate(select.expressions):
        keeps = isinstance(column, exp.Column | exp.Alias | exp.Star | exp.Dot) or column.is_star
        named.append(column if keeps else exp.alias_(column, f"{UNNAMED}{index}", quoted=True))
    select.set("expressions", named)


def to_duckdb(query: exp.Expr, types: Mapping[str, str] = _NO_TYPES) -> str:
    """Return the query in DuckDB's words. Raises QueryFailed for what has none, or is wrong.

    ``types`` are the catalog's types of columns by their names.
    """
    operators.check(query, types)
    keep_dates(query, {name for name, kind in types.items() if kind == "date"})
    try:
        return query.transform(_rewritten).sql(dialect="duckdb", unsupported_level=ErrorLevel.RAISE)
    except UnsupportedError as error:
        raise not_supported(f"This query ({error})") from error


def _rewritten(node: exp.Expr) -> exp.Expr:
    for kind, rewrite in _REWRITES.items():
        if isinstance(node, kind):
            return rewrite(node)
    return node


def _literal(node: exp.Expr) -> exp.Expr:
    # Athena reads 1.5 as a double, Trino and DuckDB as a decimal.
    if not node.args["is_string"] and "." in node.name and "e" not in node.name.lower():
        return exp.Literal.number(f"{node.name}e0")
    return node


def _division(node: exp.Expr) -> exp.Expr:
    divisor = node.args["expression"]
    is_number = isinstance(divisor, exp.Literal) and divisor.name.strip("0.")
    is_guarded = isinstance(divisor, exp.Anonymous) and divisor.name == _GUARD
    if not is_number and not is_guarded:
        node.set("expression", _macro(_GUARD, divisor.copy(), node.this.copy()))
    return node


def _cast(node: exp.Expr) -> exp.Expr:
    # DECIMAL '1.50' has as many digits as are written.
    kind, value = node.args["to"], node.this
    if kind.is_type("decimal") and not kind.expressions and value.is_string:
        whole, _, fraction = value.name.strip().lstrip("+-").partition(".")
        precision = max(len(whole + fraction), 1)
        kind.set(
            "expressions",
            [
                exp.DataTypeParam(this=exp.Literal.number(precision)),
                exp.DataTypeParam(this=exp.Literal.number(len(fraction))),
            ],
        )
    return node


def _macro(name: str, *arguments: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=list(arguments))


def _slice(node: exp.Expr) -> exp.Expr:
    # slice(array, start, length); DuckDB's takes the end.
    array, start, length = node.this, node.args["start"], node.args["end"]
    end = exp.Sub(
        this=exp.Add(this=exp.paren(start.copy()), expression=exp.paren(length.copy())),
        expression=exp.Literal.number(1),
    )
    return _macro("list_slice", array, start, end)


def _column(node: exp.Expr) -> exp.Expr:
    # db.t.x is t.x: the table has a name of its own by now.
    node.set("db", None)
    node.set("catalog", None)
    return node


_REWRITES: dict[type[exp.Expr], Callable[[exp.Expr], exp.Expr]] = {
    exp.Literal: _literal,
    exp.Div: _division,
    exp.Mod: _division,
    exp.Cast: _cast,
    exp.ArraySlice: _slice,
    exp.Column: _column,
}


def _malformed(error: ParseError) -> InvalidRequestException:
    found = error.errors[0]
    # sqlglot counts columns to the end of the word that it did not expect.
    word = found["highlight"] or ""
    column = max((found["col"] or 1) - len(word) + 1, 1)
    return InvalidRequestException(
        f"line {found['line']}:{column}: mismatched input '{word}'. {found['description']}",
        "MALFORMED_QUERY",
    )
