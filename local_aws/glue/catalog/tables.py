"""Operations on tables and their versions.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog-tables.html
"""

import re
from collections.abc import Mapping
from typing import Any

from local_aws.glue.catalog import indexes
from local_aws.glue.catalog.changes import Changes
from local_aws.glue.catalog.entities import Table, TableVersion, folded
from local_aws.glue.catalog.store import Store
from local_aws.glue.errors import (
    AlreadyExistsException,
    ConcurrentModificationException,
    EntityNotFoundException,
    GlueError,
    InvalidInputException,
)
from local_aws.glue.paging import page
from local_aws.host.ports import Operation, Request, Response


class Tables:
    """A component: the operations on tables."""

    def __init__(self, store: Store, changes: Changes) -> None:
        self._store = store
        self._changes = changes

    def operations(self) -> Mapping[str, Operation]:
        """Return the operations on tables and table versions."""
        return {
            "CreateTable": self._create,
            "GetTable": self._get,
            "GetTables": self._get_all,
            "UpdateTable": self._update,
            "DeleteTable": self._delete,
            "BatchDeleteTable": self._batch_delete,
            "GetTableVersion": self._get_version,
            "GetTableVersions": self._get_versions,
            "DeleteTableVersion": self._delete_version,
            "BatchDeleteTableVersion": self._batch_delete_versions,
        }

    def close(self) -> None:
        """Nothing runs here."""

    def _create(self, request: Request) -> Response:
        definition = _definition(request)
        name = folded(definition["Name"])
        with self._store.lock:
            database = self._store.database(request)
            if name in database.tables:
                raise AlreadyExistsException("Table already exists.")
            now = self._store.clock.now()
            first = TableVersion(0, definition, now)
            table = Table(database.name, name, database.catalog_id, now, first)
            for index in request.get("PartitionIndexes") or ():
                indexes.add(table, index)
            database.tables[name] = table
        self._changes.of_tables("CreateTable", database.name, [name])
        return {}

    def _get(self, request: Request) -> Response:
        with self._store.lock:
            return {"Table": self._store.table(request, "Name").to_api()}

    def _get_all(self, request: Request) -> Response:
        """Return the tables whose whole name matches ``Expression``."""
        pattern = _pattern(request.get("Expression"))
        with self._store.lock:
            tables = sorted(self._store.database(request).tables.items())
            found = [table.to_api() for name, table in tables if pattern.fullmatch(name)]
        part = page(found, request)
        return {"TableList": list(part.items), **part.next_token()}

    def _update(self, request: Request) -> Response:
        """Replace a table's definition; the old one is archived unless ``SkipArchive``."""
        definition = _definition(request)
        with self._store.lock:
            table = self._store.table({**request, "TableName": definition["Name"]})
            current = table.current
            expected = request.get("VersionId")
            if expected is not None and expected != str(current.number):
                raise ConcurrentModificationException(
                    f"Update table failed due to concurrent modifications: version {expected} "
                    f"was expected, it is {current.number}."
                )
            if not request.get("SkipArchive"):
                table.archived.append(current)
            table.current = TableVersion(current.number + 1, definition, self._store.clock.now())
        self._changes.of_table("UpdateTable", table.database, table.name)
        return {}

    def _delete(self, request: Request) -> Response:
        with self._store.lock:
            table = self._store.table(request, "Name")
            del self._store.database(request).tables[table.name]
        self._changes.of_tables("DeleteTable", table.database, [table.name])
        return {}

    def _batch_delete(self, request: Request) -> Response:
        errors: list[dict[str, Any]] = []
        deleted: list[str] = []
        with self._store.lock:
            database = self._store.database(request)
            for name in request["TablesToDelete"]:
                if database.tables.pop(folded(name), None) is None:
                    detail = _detail(EntityNotFoundException(f"Table {name} not found."))
                    errors.append({"TableName": name, "ErrorDetail": detail})
                else:
                    deleted.append(folded(name))
        self._changes.of_tables("BatchDeleteTable", database.name, deleted)
        return {"Errors": errors}

    def _get_version(self, request: Request) -> Response:
        """Return the version that ``VersionId`` names, or the current one."""
        with self._store.lock:
            table = self._store.table(request)
            wanted = request.get("VersionId") or str(table.current.number)
            return {"TableVersion": _shown(table, _version(table, wanted))}

    def _get_versions(self, request: Request) -> Response:
        with self._store.lock:
            table = self._store.table(request)
            found = [_shown(table, version) for version in table.versions()]
        part = page(found, request)
        return {"TableVersions": list(part.items), **part.next_token()}

    def _delete_version(self, request: Request) -> Response:
        with self._store.lock:
            table = self._store.table(request)
            _drop_version(table, request["VersionId"])
        return {}

    def _batch_delete_versions(self, request: Request) -> Response:
        errors: list[dict[str, Any]] = []
        with self._store.lock:
            table = self._store.table(request)
            for number in request["VersionIds"]:
                try:
                    _drop_version(table, number)
                except GlueError as error:
                    errors.append(
                        {
                            "TableName": table.name,
                            "VersionId": number,
                            "ErrorDetail": _detail(error),
                        }
                    )
        return {"Errors": errors}


def _definition(request: Request) -> dict[str, Any]:
    if request.get("OpenTableFormatInput") or request.get("UpdateOpenTableFormatInput"):
        raise InvalidInputException(
            "OpenTableFormatInput is not supported by the local AWS: "
            "write the Iceberg table's metadata with Spark and register it with TableInput."
        )
    if not request.get("TableInput"):
        raise InvalidInputException("TableInput must not be null.")
    return dict(request["TableInput"])


def _pattern(expression: str | None) -> re.Pattern[str]:
    try:
        return re.compile(expression or ".*", re.IGNORECASE)
    except re.error as error:
        raise InvalidInputException(
            f"Expression {expression!r} is no regular expression: {error}."
        ) from None


def _version(table: Table, number: str) -> TableVersion:
    for version in table.versions():
        if str(version.number) == number:
            return version
    raise EntityNotFoundException(f"Version {number} of table {table.name} not found.")


def _drop_version(table: Table, number: str) -> None:
    version = _version(table, number)
    if version is table.current:
        raise InvalidInputException(
            f"Version {number} is the current one of table {table.name}; it cannot be deleted."
        )
    table.archived.remove(version)


def _shown(table: Table, version: TableVersion) -> Response:
    return {"Table": table.to_api(version), "VersionId": str(version.number)}


def _detail(error: GlueError) -> dict[str, str]:
    return {"ErrorCode": error.code, "ErrorMessage": error.message}
