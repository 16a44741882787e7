"""Puts relations of DuckDB in the places of the tables that a query names."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
from sqlglot import exp

from local_aws.athena.errors import InvalidRequestException, QueryFailed, not_supported
from local_aws.athena.sql import references, translation
from local_aws.athena.sql.quoting import name
from local_aws.athena.sql.references import CATALOG, INFORMATION_SCHEMA, PARTITIONS, PATH, Reference
from local_aws.athena.sql.session import Session
from local_aws.athena.tables import hive_types
from local_aws.athena.tables.catalog import Catalog
from local_aws.athena.tables.definition import VIEW, Table, read_table
from local_aws.athena.tables.scan import Scanner

_DEEPEST_VIEW = 16
PRESTO_VIEW = "/* Presto View: "


@dataclass
class Sources:
    """Resolves the tables of one query."""

    session: Session
    catalog: Catalog
    scanner: Scanner
    _depth: int = 0
    _types: dict[str, set[str]] = field(default_factory=dict)

    @property
    def types(self) -> Mapping[str, str]:
        """The catalog's types of columns by name, where all tables that were resolved agree."""
        return {name: next(iter(kinds)) for name, kinds in self._types.items() if len(kinds) == 1}

    def resolve(self, query: exp.Query, database: str | None) -> None:
        """Let ``query`` read relations that this session has. Raises QueryFailed."""
        wants_path = references.mentions(query, PATH)
        for reference in references.find(query, database):
            relation, has_path = self._relation(reference)
            if wants_path and has_path:
                _hide_path(reference.node)
            elif has_path:
                relation = f"SELECT * EXCLUDE ({name(PATH)}) FROM ({relation})"
            label, view = reference.label, self._view(relation)
            _point_at(reference.node, view, label)

    def _view(self, relation: str) -> str:
        view = self.session.fresh_name()
        self.session.run(f"CREATE VIEW {name(view)} AS {relation}")
        return view

    def _relation(self, reference: Reference) -> tuple[str, bool]:
        """Return a SELECT of what a reference means, and whether it has ``$path``."""
        if reference.database == INFORMATION_SCHEMA:
            return self._information(reference), False
        table = self._table(reference, reference.table.removesuffix(PARTITIONS))
        if reference.table.endswith(PARTITIONS):
            return self.scanner.partition_values(table), False
        if table.kind == VIEW:
            return self._definition(table), False
        for column in table.columns:
            self._types.setdefault(column.name, set()).add(column.text.lower())
        keys = [column.name for column in table.partition_keys]
        conditions = references.partition_conditions(reference, keys)
        return self.scanner.relation(table, reference.label, conditions), True

    def _table(self, reference: Reference, table_name: str) -> Table:
        table = self.catalog.table(reference.database, table_name)
        if table is not None:
            return table
        at = references.position(reference.node)
        if self.catalog.database(reference.database) is None:
            raise QueryFailed(
                "SCHEMA_NOT_FOUND", f"{at}Schema '{reference.database}' does not exist"
            )
        raise QueryFailed(
            "TABLE_NOT_FOUND",
            f"{at}Table '{CATALOG}.{reference.database}.{reference.table}' does not exist",
        )

    def _definition(self, view: Table) -> str:
        """Return the query of a view.

        https://docs.aws.amazon.com/athena/latest/ug/views.html
        """
        where = f"View '{CATALOG}.{view.database}.{view.name}'"
        if self._depth >= _DEEPEST_VIEW:
            raise QueryFailed("INVALID_VIEW", f"{where} is defined by itself")
        content = read_view(view.view_text)
        if content is None:
            raise not_supported(f"{where}: a view that Athena did not create")
        try:
            query = translation.parse(content["originalSql"])
        except InvalidRequestException as error:
            raise QueryFailed("INVALID_VIEW", f"{where} is not valid: {error.message}") from error
        inner = Sources(self.session, self.catalog, self.scanner, self._depth + 1)
        inner.resolve(query, content.get("schema"))
        translation.name_columns(query)
        columns = ", ".join(name(column["name"]) for column in content["columns"])
        view_name = self.session.fresh_name()
        sql = translation.to_duckdb(query, inner.types)
        self.session.run(f"CREATE VIEW {name(view_name)} ({columns}) AS {sql}")
        return f"SELECT * FROM {name(view_name)}"

    def _information(self, reference: Reference) -> str:
        rows = _INFORMATION.get(reference.table)
        if rows is None:
            at = references.position(reference.node)
            raise QueryFailed(
                "TABLE_NOT_FOUND",
                f"{at}Table '{CATALOG}.{INFORMATION_SCHEMA}.{reference.table}' does not exist",
            )
        columns, collect = rows
        found = collect(self.catalog)
        data = pa.table(
            [pa.array(column) for column in zip(*found, strict=True)]
            if found
            else [pa.array([], pa.string())] * len(columns),
            names=columns,
        )
        return f"SELECT * FROM {self.session.add_table(data)}"


def read_view(text: str) -> Mapping[str, Any] | None:
    """Read the definition that Athena keeps of a view; None if it is none of Athena's."""
    if not text.startswith(PRESTO_VIEW):
        return None
    content = text.removeprefix(PRESTO_VIEW).removesuffix("*/")
    decoded: Mapping[str, Any] = json.loads(base64.b64decode(content))
    return decoded


def _point_at(node: exp.Table, view: str, label: str) -> None:
    node.set("this", exp.to_identifier(view, quoted=True))
    node.set("db", None)
    node.set("catalog", None)
    if not node.alias:
        node.set("alias", exp.TableAlias(this=exp.to_identifier(label, quoted=True)))


def _hide_path(node: exp.Table) -> None:
    """``SELECT *`` leaves hidden columns out."""
    select = node.find_ancestor(exp.Select)
    for column in select.expressions if select is not None else ():
        star = column.this if isinstance(column, exp.Column) else column
        if isinstance(star, exp.Star):
            star.set("except_", [exp.to_identifier(PATH, quoted=True)])


def _schemata(catalog: Catalog) -> Sequence[tuple[str, ...]]:
    names = [database["Name"] for database in catalog.databases()]
    return [(CATALOG, found) for found in sorted([*names, INFORMATION_SCHEMA])]


def _all_tables(catalog: Catalog) -> Sequence[Table]:
    return [
        read_table(shape)
        for database in catalog.databases()
        for shape in catalog.tables(database["Name"])
    ]


def _tables(catalog: Catalog) -> Sequence[tuple[str, ...]]:
    return [
        (CATALOG, table.database, table.name, "VIEW" if table.kind == VIEW else "BASE TABLE")
        for table in _all_tables(catalog)
    ]


def _columns(catalog: Catalog) -> Sequence[tuple[Any, ...]]:
    found = []
    for table in _all_tables(catalog):
        keys = {column.name for column in table.partition_keys}
        for number, column in enumerate(table.columns, start=1):
            kind = hive_types.to_trino(column.type)
            extra = "partition key" if column.name in keys else None
            place = (CATALOG, table.database, table.name, column.name, number)
            found.append((*place, None, "YES", kind, column.comment or None, extra))
    return found


_INFORMATION = {
    "schemata": (["catalog_name", "schema_name"], _schemata),
    "tables": (["table_catalog", "table_schema", "table_name", "table_type"], _tables),
    "columns": (
        [
            "table_catalog",
            "table_schema",
            "table_name",
            "column_name",
            "ordinal_position",
            "column_default",
            "is_nullable",
            "data_type",
            "comment",
            "extra_info",
        ],
        _columns,
    ),
}
