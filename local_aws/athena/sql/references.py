"""Tables that a query names, and what it says of their partitions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlglot import exp

from local_aws.athena.errors import QueryFailed, not_supported

CATALOG = "awsdatacatalog"
INFORMATION_SCHEMA = "information_schema"
PARTITIONS = "$partitions"
PATH = "$path"


@dataclass(frozen=True)
class Reference:
    """A table in a query's FROM. ``node`` is the place in the syntax tree."""

    database: str
    table: str
    node: exp.Table

    @property
    def label(self) -> str:
        """The name by which the query's columns mean the table."""
        return self.node.alias or self.node.name


def find(query: exp.Expr, database: str | None) -> list[Reference]:
    """Return the catalog's tables in a query, not those of its WITH. Raises QueryFailed."""
    return [
        _reference(node, database)
        for node in list(query.find_all(exp.Table))
        if not _is_of_with(node)
    ]


def _reference(node: exp.Table, database: str | None) -> Reference:
    if not isinstance(node.this, exp.Identifier):
        raise not_supported(f"The table function {node.this.sql(dialect='athena')}")
    if node.args.get("version") or node.args.get("when"):
        raise not_supported("Time travel (FOR VERSION or TIMESTAMP AS OF)")
    if node.catalog and node.catalog.lower() != CATALOG:
        raise QueryFailed(
            "CATALOG_NOT_FOUND", f"{position(node)}Catalog '{node.catalog}' does not exist"
        )
    found = node.db or database
    if not found:
        raise QueryFailed(
            "MISSING_SCHEMA_NAME",
            f"{position(node)}Schema must be specified when session schema is not set",
        )
    return Reference(found.lower(), node.name.lower(), node)


def _is_of_with(node: exp.Table) -> bool:
    """Say whether a table is one that a WITH around it defines."""
    if node.db:
        return False
    child: exp.Expr = node
    while child.parent is not None:
        parent = child.parent
        if any(cte.alias.lower() == node.name.lower() for cte in _visible(parent, child)):
            return True
        child = parent
    return False


def _visible(parent: exp.Expr, child: exp.Expr) -> Sequence[exp.CTE]:
    """Return the definitions of ``parent`` that ``child`` sees: a WITH's own see the earlier."""
    if isinstance(parent, exp.With):
        known: Sequence[exp.CTE] = parent.expressions
        if parent.recursive:
            return known
        return known[: next(i for i, cte in enumerate(known) if cte is child)]
    definitions = parent.args.get("with_")
    if definitions is None or definitions is child:
        return ()
    found: Sequence[exp.CTE] = definitions.expressions
    return found


def partition_conditions(reference: Reference, keys: Sequence[str]) -> list[exp.Expr]:
    """Return those conditions of the query's WHERE that speak of the table's partitions alone.

    Only where the table's rows reach the WHERE as they are: no outer join fills them with nulls.
    """
    select = reference.node.find_ancestor(exp.Select)
    where = select.args.get("where") if select is not None else None
    if select is None or where is None or _may_be_null(reference, select):
        return []
    condition = where.this
    parts = list(condition.flatten()) if isinstance(condition, exp.And) else [condition]
    return [part.copy() for part in parts if _speaks_of(part, reference, keys)]


def _may_be_null(reference: Reference, select: exp.Select) -> bool:
    joins = select.args.get("joins") or []
    sides = {join.side.upper() for join in joins if join.side}
    if not sides:
        return False
    source = select.args["from_"].this
    return sides != {"LEFT"} or source is not reference.node


def _speaks_of(condition: exp.Expr, reference: Reference, keys: Sequence[str]) -> bool:
    if condition.find(exp.Query, exp.Lambda, exp.Rand):
        return False
    columns = list(condition.find_all(exp.Column))
    return bool(columns) and all(
        column.name.lower() in keys and column.table.lower() in {"", reference.label.lower()}
        for column in columns
    )


def mentions(query: exp.Expr, column: str) -> bool:
    """Say whether a query names a column."""
    return any(found.name.lower() == column for found in query.find_all(exp.Column))


def positions(query: exp.Expr, wanted: str) -> Iterator[str]:
    """Return where a query uses a name, as ``line 1:8: ``."""
    for node in query.find_all(exp.Column, exp.Anonymous, exp.Table):
        if node.name.lower() == wanted.lower():
            yield position(node)


def position(node: exp.Expr) -> str:
    """Return where a node begins in the query's text, or nothing if that is not known."""
    parts = [node, *(node.args.get(part) for part in ("catalog", "db", "table", "this"))]
    marks = [part.meta for part in parts if isinstance(part, exp.Expr) and "line" in part.meta]
    if not marks:
        return ""
    first = min(marks, key=lambda mark: mark["start"])
    # sqlglot counts columns to the end of a word.
    return f"line {first['line']}:{first['col'] - (first['end'] - first['start'])}: "
