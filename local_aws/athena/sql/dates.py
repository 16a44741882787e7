"""Keeps dates dates: DuckDB makes timestamps of them where Trino does not.

https://trino.io/docs/current/functions/datetime.html: date_trunc, date_add and ``+ INTERVAL`` of a
date are dates.
"""

from collections.abc import Collection

from sqlglot import exp

_CHANGED = (exp.DateAdd, exp.DateSub, exp.DateTrunc, exp.TimestampTrunc, exp.Add, exp.Sub)
_UNCHANGED = (exp.Paren, exp.Max, exp.Min, exp.AnyValue, exp.Coalesce)


def keep_dates(query: exp.Expr, columns: Collection[str]) -> None:
    """Cast what is computed of dates to a date. ``columns`` are the names of columns of dates."""
    for node in list(query.find_all(*_CHANGED)):
        if _is_date(node, columns):
            replaced = node.copy()
            node.replace(exp.cast(replaced, "date"))


def _is_date(node: exp.Expr, columns: Collection[str]) -> bool:
    if isinstance(node, exp.Column):
        return node.name.lower() in columns
    if isinstance(node, exp.Cast | exp.TryCast):
        return bool(node.to.is_type(exp.DataType.Type.DATE))
    if isinstance(node, exp.CurrentDate | exp.Date | exp.TsOrDsToDate):
        return True
    if isinstance(node, exp.Add | exp.Sub):
        return isinstance(node.expression, exp.Interval) and _is_date(node.this, columns)
    return isinstance(node, (*_CHANGED, *_UNCHANGED)) and _is_date(node.this, columns)
