"""Tables and views, for Hive's client. They raise what boto3 raises."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from . import conversion, naming, storage
from .errors import NotSupportedError


class Tables:
    """Tables and views."""

    def __init__(self, glue: Any) -> None:
        self._glue = glue

    def definition(self, database: str, name: str) -> Mapping[str, Any]:
        """Return a table as Glue has it."""
        found: Mapping[str, Any] = self._glue.get_table(DatabaseName=database, Name=name)["Table"]
        return found

    def get_table(self, dbname: str, tbl_name: str) -> Any:
        """Return a table."""
        return conversion.table(self.definition(dbname, tbl_name))

    def get_table_objects_by_name(self, dbname: str, tbl_names: Sequence[str]) -> list[Any]:
        """Return those of the named tables that there are and that Hive can take."""
        wanted = {name.lower() for name in tbl_names}
        return [
            conversion.table(found)
            for found in self._all(dbname)
            # One table that Hive cannot take must not hide the others.
            if found["Name"] in wanted and not conversion.missing(found)
        ]

    def get_all_tables(self, db_name: str) -> list[str]:
        """Return the names of a database's tables."""
        return [found["Name"] for found in self._all(db_name)]

    def get_tables(self, db_name: str, pattern: str) -> list[str]:
        """Return the names that fit."""
        return [name for name in self.get_all_tables(db_name) if naming.matches(pattern, name)]

    def get_tables_by_type(self, db_name: str, pattern: str, tableType: str) -> list[str]:  # noqa: N803
        """Return the names that fit, of one type of table."""
        return [
            found["Name"]
            for found in self._all(db_name)
            if found.get("TableType") == tableType and naming.matches(pattern, found["Name"])
        ]

    def create_table_with_environment_context(self, tbl: Any, environment_context: Any) -> None:
        """Create a table, in its database's folder if it does not say where."""
        del environment_context
        if not tbl.sd.location and tbl.tableType != conversion.VIEW:
            home = self._glue.get_database(Name=tbl.dbName)["Database"].get("LocationUri")
            if home:
                tbl.sd.location = f"{home.rstrip('/')}/{tbl.tableName}"
        if tbl.sd.location:
            storage.make_folder(tbl.sd.location)
        self._glue.create_table(DatabaseName=tbl.dbName, TableInput=conversion.table_input(tbl))

    def alter_table_with_environment_context(
        self, dbname: str, tbl_name: str, new_tbl: Any, environment_context: Any
    ) -> None:
        """Replace a table's definition; its name must stay."""
        del environment_context
        if (dbname, tbl_name) != (new_tbl.dbName, new_tbl.tableName):
            raise NotSupportedError("Table rename is not supported by the Glue Data Catalog")
        before = self.definition(dbname, tbl_name)
        self._glue.update_table(
            DatabaseName=dbname,
            TableInput=conversion.table_input(new_tbl, before),
            SkipArchive=True,
        )

    def drop_table_with_environment_context(
        self,
        dbname: str,
        name: str,
        deleteData: bool,  # noqa: N803
        environment_context: Any,
    ) -> None:
        """Delete a table, and its files if it is the catalog that manages them."""
        del environment_context
        found = self.definition(dbname, name)
        self._glue.delete_table(DatabaseName=dbname, Name=name)
        if deleteData and conversion.is_managed(found):
            storage.delete_folder(found["StorageDescriptor"]["Location"])

    def _all(self, database: str) -> Iterator[Mapping[str, Any]]:
        for page in self._glue.get_paginator("get_tables").paginate(DatabaseName=database):
            yield from page["TableList"]
