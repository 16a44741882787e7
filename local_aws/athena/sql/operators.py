"""Comparisons that Athena refuses: Trino converts no text to a number, DuckDB does.

A string partition compared with a number (``year = 2026``) would pass here and fail on AWS. Only
what is plain is checked: a column of the catalog against a literal.
"""

from collections.abc import Iterator, Mapping

from sqlglot import exp

from local_aws.athena.errors import QueryFailed

_TEXT = ("string", "varchar", "char")
_NUMBERS = ("tinyint", "smallint", "int", "bigint", "float", "double", "decimal")
_SYMBOLS: Mapping[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}


def check(query: exp.Expr, types: Mapping[str, str]) -> None:
    """Raise QueryFailed (TYPE_MISMATCH) for a comparison of a text with a number.

    ``types`` are the catalog's types of columns by their names.
    """
    aliases = {alias.alias.lower() for alias in query.find_all(exp.Alias)}
    known = {name: kind for name, kind in types.items() if name not in aliases}
    for node in query.find_all(*_SYMBOLS, exp.Between, exp.In):
        for left, right in _pairs(node):
            kinds = _kind(left, known), _kind(right, known)
            if None not in kinds and (kinds[0] == "varchar") != (kinds[1] == "varchar"):
                raise QueryFailed("TYPE_MISMATCH", _message(node, left, kinds))


def _pairs(node: exp.Expr) -> Iterator[tuple[exp.Expr, exp.Expr]]:
    if isinstance(node, exp.Between):
        yield node.this, node.args["low"]
        yield node.this, node.args["high"]
    elif isinstance(node, exp.In):
        for value in node.expressions:
            yield node.this, value
    else:
        yield node.this, node.args["expression"]


def _kind(node: exp.Expr, types: Mapping[str, str]) -> str | None:
    """Return Trino's name of a type, or None if it is not plain."""
    if isinstance(node, exp.Literal):
        if node.is_string:
            return "varchar"
        return "double" if "." in node.name or "e" in node.name.lower() else "integer"
    kind = types.get(node.name.lower(), "") if isinstance(node, exp.Column) else ""
    plain = kind.split("(", maxsplit=1)[0]
    if plain in _TEXT:
        return "varchar"
    if plain in _NUMBERS:
        return {"int": "integer", "float": "real"}.get(plain, kind)
    return None


def _message(node: exp.Expr, left: exp.Expr, kinds: tuple[str | None, str | None]) -> str:
    meta = left.this.meta if isinstance(left.this, exp.Expr) else {}
    # The operator follows the operand and a blank.
    at = f"line {meta['line']}:{meta['col'] + 2}: " if "line" in meta else ""
    if isinstance(node, exp.In):
        return f"{at}IN value and list items must be the same type or coercible to a common type"
    if isinstance(node, exp.Between):
        return f"{at}Cannot check if {kinds[0]} is BETWEEN {kinds[1]}"
    return f"{at}Cannot apply operator: {kinds[0]} {_SYMBOLS[type(node)]} {kinds[1]}"
