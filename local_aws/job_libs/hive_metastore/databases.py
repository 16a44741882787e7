"""Databases, for Hive's client.

Methods are named as Hive's Thrift service names them, and raise what boto3 raises.
"""

from typing import Any

from . import conversion, naming
from .errors import NotSupportedError


class Databases:
    """Databases."""

    def __init__(self, glue: Any) -> None:
        self._glue = glue

    def get_database(self, name: str) -> Any:
        """Return a database."""
        return conversion.database(self._glue.get_database(Name=name)["Database"])

    def get_all_databases(self) -> list[str]:
        """Return the names of all databases."""
        pages = self._glue.get_paginator("get_databases").paginate()
        return [one["Name"] for page in pages for one in page["DatabaseList"]]

    def get_databases(self, pattern: str) -> list[str]:
        """Return the names that fit."""
        return [name for name in self.get_all_databases() if naming.matches(pattern, name)]

    def create_database(self, database: Any) -> None:
        """Create a database."""
        self._glue.create_database(DatabaseInput=conversion.database_input(database))

    def alter_database(self, dbname: str, db: Any) -> None:
        """Replace a database's definition."""
        self._glue.update_database(Name=dbname, DatabaseInput=conversion.database_input(db))

    def drop_database(self, name: str, deleteData: bool, cascade: bool) -> None:  # noqa: N803
        """Delete a database, which must be empty unless ``cascade``."""
        del deleteData
        tables = self._glue.get_tables(DatabaseName=name)["TableList"]
        if tables and not cascade:
            raise NotSupportedError(f"Database {name} is not empty. One or more tables exist.")
        self._glue.delete_database(Name=name)
