"""Runs SHOW and DESCRIBE.

https://docs.aws.amazon.com/athena/latest/ug/show-tables.html and the pages beside it.
"""

import re
from collections.abc import Callable, Mapping

from local_aws.athena.errors import DefinitionFailed, QueryFailed
from local_aws.athena.queries.columns import ResultColumn
from local_aws.athena.queries.outcome import Outcome, listing
from local_aws.athena.sql.statements import Show
from local_aws.athena.tables.catalog import Catalog
from local_aws.athena.tables.definition import NULL_PARTITION, VIEW, Column, Table

_WIDTH = 20  # Hive pads the columns of DESCRIBE


class Listings:
    """Reads the catalog. ``database`` is the one of the query's context."""

    def __init__(self, catalog: Catalog, database: str | None) -> None:
        self._catalog = catalog
        self._database = database or "default"

    def show(self, statement: Show) -> Outcome:
        """Run a statement. Raises DefinitionFailed for what does not exist."""
        return self._shows[statement.what](statement)

    @property
    def _shows(self) -> Mapping[str, Callable[[Show], Outcome]]:
        return {
            "SHOW_DATABASES": self._databases,
            "SHOW_TABLES": self._tables,
            "SHOW_VIEWS": self._views,
            "SHOW_COLUMNS": self._columns,
            "SHOW_PARTITIONS": self._partitions,
            "SHOW_TBLPROPERTIES": self._properties,
            "DESCRIBE_TABLE": self._describe,
        }

    def _databases(self, statement: Show) -> Outcome:
        names = sorted(database["Name"] for database in self._catalog.databases())
        return listing("database_name", _matching(names, statement.pattern))

    def _tables(self, statement: Show) -> Outcome:
        return listing("tab_name", self._names(statement))

    def _views(self, statement: Show) -> Outcome:
        return listing("views", self._names(statement, VIEW))

    def _names(self, statement: Show, kind: str | None = None) -> list[str]:
        database = statement.database or self._database
        if self._catalog.database(database) is None:
            raise DefinitionFailed(
                "SemanticException", f"[Error 10072]: Database does not exist: {database}"
            )
        names = sorted(
            shape["Name"]
            for shape in self._catalog.tables(database)
            if kind in {None, shape.get("TableType")}
        )
        return _matching(names, statement.pattern)

    def _columns(self, statement: Show) -> Outcome:
        return listing("field", [column.name for column in self._table(statement).columns])

    def _partitions(self, statement: Show) -> Outcome:
        table = self._table(statement)
        if not table.partition_keys:
            raise DefinitionFailed(
                "Execution Error,",
                "return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. "
                f"Table {table.database}.{table.name} is not a partitioned table",
            )
        keys = [key.name for key in table.partition_keys]
        return listing(
            "partition",
            sorted(
                "/".join(f"{k}={v or NULL_PARTITION}" for k, v in zip(keys, p.values, strict=True))
                for p in self._catalog.partitions(table)
            ),
        )

    def _properties(self, statement: Show) -> Outcome:
        rows = sorted(self._table(statement).parameters.items())
        columns = [ResultColumn("prpt_name", "string"), ResultColumn("prpt_value", "string")]
        return Outcome(columns, rows)

    def _describe(self, statement: Show) -> Outcome:
        table = self._table(statement)
        rows: list[list[str]] = [_described(column) for column in table.columns]
        if table.partition_keys:
            # As Hive does: the partition keys once more, under a heading.
            blank = ["", "", ""]
            heading = [_padded(text) for text in ("# col_name", "data_type", "comment")]
            title = ["# Partition Information", "", ""]
            rows += [blank, title, heading, blank]
            rows += [_described(column) for column in table.partition_keys]
        names = ("col_name", "data_type", "comment")
        return Outcome([ResultColumn(name, "string") for name in names], rows)

    def _table(self, statement: Show) -> Table:
        name = statement.name
        if name is None:
            raise QueryFailed("GENERIC_INTERNAL_ERROR", f"{statement.what} names no table")
        table = self._catalog.table(name.database or self._database, name.table)
        if table is None:
            raise DefinitionFailed(
                "SemanticException", f"[Error 10001]: Table not found {name.table}"
            )
        return table


def _described(column: Column) -> list[str]:
    return [_padded(text) for text in (column.name, column.text, column.comment)]


def _padded(text: str) -> str:
    return text.ljust(_WIDTH)


def _matching(names: list[str], pattern: str | None) -> list[str]:
    """Filter by a regular expression in which ``*`` stands for anything, as the pages say."""
    if pattern is None:
        return names
    try:
        wanted = re.compile(pattern.replace(".*", "*").replace("*", ".*"))
    except re.error as error:
        raise QueryFailed("INVALID_FUNCTION_ARGUMENT", f"Pattern {pattern!r}: {error}") from error
    return [name for name in names if wanted.fullmatch(name)]
