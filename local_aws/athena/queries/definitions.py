"""Runs the statements that define databases, tables and views.

https://docs.aws.amazon.com/athena/latest/ug/ddl-reference.html
"""

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any

from local_aws.athena.errors import DefinitionFailed
from local_aws.athena.queries.columns import ResultColumn
from local_aws.athena.queries.outcome import Outcome
from local_aws.athena.sql import statements as st
from local_aws.athena.tables.catalog import Catalog
from local_aws.athena.tables.definition import VIEW, Column
from local_aws.athena.tables.sources import PRESTO_VIEW

_INPUT = frozenset(
    {
        "Name",
        "Description",
        "Owner",
        "Retention",
        "StorageDescriptor",
        "PartitionKeys",
        "ViewOriginalText",
        "ViewExpandedText",
        "TableType",
        "Parameters",
        "TargetTable",
    }
)


class Definitions:
    """Changes the catalog. Methods raise DefinitionFailed or QueryFailed."""

    def __init__(self, catalog: Catalog, database: str | None) -> None:
        self._catalog = catalog
        self._database = database or "default"

    def create_database(self, statement: st.CreateDatabase) -> Outcome:
        """Run CREATE DATABASE."""
        if self._catalog.database(statement.name) is not None:
            if statement.if_not_exists:
                return Outcome()
            raise DefinitionFailed(
                "SemanticException",
                "[Error 10332]: Execution Error, return code 1 from "
                f"org.apache.hadoop.hive.ql.exec.DDLTask. Database {statement.name} already exists",
            )
        definition: dict[str, Any] = {"Name": statement.name}
        if statement.comment is not None:
            definition["Description"] = statement.comment
        if statement.location is not None:
            definition["LocationUri"] = statement.location
        if statement.properties:
            definition["Parameters"] = dict(statement.properties)
        self._catalog.create_database(definition)
        return Outcome()

    def drop_database(self, statement: st.DropDatabase) -> Outcome:
        """Run DROP DATABASE; without CASCADE only an empty one."""
        if self._catalog.database(statement.name) is None:
            if statement.if_exists:
                return Outcome()
            raise DefinitionFailed(
                "SemanticException",
                f"[Error 10072]: Database does not exist: {statement.name}",
            )
        if not statement.cascade and self._catalog.tables(statement.name):
            raise DefinitionFailed(
                "Execution Error,",
                "return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. "
                f"InvalidOperationException(message:Database {statement.name} is not empty. "
                "One or more tables exist.)",
            )
        self._catalog.delete_database(statement.name)
        return Outcome()

    def create_table(self, statement: st.CreateTable) -> Outcome:
        """Run CREATE EXTERNAL TABLE."""
        database = self._known_database(statement.name)
        if self._catalog.table(database, statement.name.table) is not None:
            if statement.if_not_exists:
                return Outcome()
            raise DefinitionFailed(
                "Execution Error,",
                "return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. "
                f"AlreadyExistsException(message:Table {statement.name.table} already exists.)",
            )
        parameters = {"EXTERNAL": "TRUE", **statement.properties}
        if statement.comment is not None:
            parameters["comment"] = statement.comment
        self._catalog.create_table(
            database,
            {
                "Name": statement.name.table,
                "TableType": "EXTERNAL_TABLE",
                "PartitionKeys": column_shapes(statement.partition_keys),
                "Parameters": parameters,
                "StorageDescriptor": {
                    "Columns": column_shapes(statement.columns),
                    "Location": statement.location,
                    "InputFormat": statement.input_format,
                    "OutputFormat": statement.output_format,
                    "SerdeInfo": {
                        "SerializationLibrary": statement.serde,
                        "Parameters": dict(statement.serde_parameters),
                    },
                },
            },
        )
        return Outcome()

    def create_view(
        self, statement: st.CreateView, columns: Sequence[tuple[ResultColumn, str]]
    ) -> Outcome:
        """Run CREATE VIEW; ``columns`` are those of its query, with their types in the catalog."""
        database = self._known_database(statement.name)
        existing = self._catalog.table(database, statement.name.table)
        if existing is not None and not (statement.replace and existing.kind == VIEW):
            raise DefinitionFailed(
                "SemanticException", f"View {database}.{statement.name.table} already exists"
            )
        content = {
            "originalSql": statement.text,
            "catalog": "awsdatacatalog",
            "schema": self._database,
            "columns": [{"name": column.name, "type": column.type} for column, _ in columns],
        }
        encoded = base64.b64encode(json.dumps(content).encode()).decode()
        definition = {
            "Name": statement.name.table,
            "TableType": VIEW,
            "Parameters": {"presto_view": "true", "comment": "Presto View"},
            "ViewOriginalText": f"{PRESTO_VIEW}{encoded} */",
            "ViewExpandedText": "/* Presto View */",
            "StorageDescriptor": {
                "Columns": [{"Name": column.name, "Type": kind} for column, kind in columns],
                "Location": "",
                "SerdeInfo": {},
            },
            "PartitionKeys": [],
        }
        if existing is None:
            self._catalog.create_table(database, definition)
        else:
            self._catalog.update_table(database, definition)
        return Outcome()

    def drop(self, statement: st.Drop) -> Outcome:
        """Run DROP TABLE or DROP VIEW; data stay."""
        database = statement.name.database or self._database
        table = self._catalog.table(database, statement.name.table)
        if table is None or statement.view != (table.kind == VIEW):
            if statement.if_exists:
                return Outcome()
            kind = "View" if statement.view else "Table"
            raise DefinitionFailed(
                "SemanticException", f"[Error 10001]: {kind} not found {statement.name.table}"
            )
        self._catalog.delete_table(database, table.name)
        return Outcome()

    def add_columns(self, statement: st.AddColumns) -> Outcome:
        """Run ALTER TABLE ADD or REPLACE COLUMNS."""
        shape = self._shape(statement.name)
        storage = dict(shape["StorageDescriptor"])
        before = [] if statement.replace else list(storage.get("Columns") or ())
        storage["Columns"] = [*before, *column_shapes(statement.columns)]
        return self._update(statement.name, {**shape, "StorageDescriptor": storage})

    def set_properties(self, statement: st.SetProperties) -> Outcome:
        """Run ALTER TABLE SET TBLPROPERTIES."""
        shape = self._shape(statement.name)
        parameters = {**(shape.get("Parameters") or {}), **statement.properties}
        return self._update(statement.name, {**shape, "Parameters": parameters})

    def set_location(self, statement: st.SetLocation) -> Outcome:
        """Run ALTER TABLE SET LOCATION."""
        shape = self._shape(statement.name)
        storage = {**shape["StorageDescriptor"], "Location": statement.location}
        return self._update(statement.name, {**shape, "StorageDescriptor": storage})

    def _known_database(self, name: st.TableName) -> str:
        database = name.database or self._database
        if self._catalog.database(database) is None:
            raise DefinitionFailed(
                "SemanticException", f"[Error 10072]: Database does not exist: {database}"
            )
        return database

    def _shape(self, name: st.TableName) -> Mapping[str, Any]:
        found = self._catalog.table_shape(name.database or self._database, name.table)
        if found is None:
            raise DefinitionFailed(
                "SemanticException", f"[Error 10001]: Table not found {name.table}"
            )
        return found

    def _update(self, name: st.TableName, shape: Mapping[str, Any]) -> Outcome:
        definition = {key: value for key, value in shape.items() if key in _INPUT}
        self._catalog.update_table(name.database or self._database, definition)
        return Outcome()


def column_shapes(columns: Sequence[Column]) -> list[dict[str, str]]:
    """Return columns as the Glue API takes them."""
    return [
        {"Name": column.name, "Type": column.text}
        | ({"Comment": column.comment} if column.comment else {})
        for column in columns
    ]
