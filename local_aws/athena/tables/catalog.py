"""The Glue Data Catalog, through its API."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from botocore.exceptions import ClientError

from local_aws.athena.errors import QueryFailed
from local_aws.athena.tables.definition import Partition, Table, read_partition, read_table

_BATCH = 100  # partitions in one BatchCreatePartition


class Clients(Protocol):
    """Clients of the account's other services."""

    def client(self, service: str) -> Any:
        """Return the boto3 client of ``service``."""


class Catalog:
    """Reads and writes databases, tables and partitions.

    Every method raises QueryFailed (HIVE_METASTORE_ERROR) where the Glue API refuses.
    """

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def databases(self) -> list[Mapping[str, Any]]:
        """Return all databases, as the API has them."""
        return self._all("get_databases", "DatabaseList")

    def database(self, name: str) -> Mapping[str, Any] | None:
        """Return a database, or None."""
        return self._find("get_database", "Database", Name=name)

    def tables(self, database: str) -> list[Mapping[str, Any]]:
        """Return the tables and views of a database, as the API has them."""
        return self._all("get_tables", "TableList", DatabaseName=database)

    def table_shape(self, database: str, name: str) -> Mapping[str, Any] | None:
        """Return a table as the API has it, or None."""
        return self._find("get_table", "Table", DatabaseName=database, Name=name)

    def table(self, database: str, name: str) -> Table | None:
        """Return a table or view, or None."""
        shape = self.table_shape(database, name)
        return None if shape is None else read_table(shape)

    def partitions(self, table: Table) -> list[Partition]:
        """Return the table's partitions."""
        found = self._all(
            "get_partitions", "Partitions", DatabaseName=table.database, TableName=table.name
        )
        return [read_partition(shape) for shape in found]

    def create_database(self, definition: Mapping[str, Any]) -> None:
        """Create a database."""
        self._call("create_database", DatabaseInput=definition)

    def delete_database(self, name: str) -> None:
        """Delete a database with its tables."""
        self._call("delete_database", Name=name)

    def create_table(self, database: str, definition: Mapping[str, Any]) -> None:
        """Create a table or view."""
        self._call("create_table", DatabaseName=database, TableInput=definition)

    def update_table(self, database: str, definition: Mapping[str, Any]) -> None:
        """Replace a table's definition."""
        self._call("update_table", DatabaseName=database, TableInput=definition)

    def delete_table(self, database: str, name: str) -> None:
        """Delete a table; its data stay."""
        self._call("delete_table", DatabaseName=database, Name=name)

    def create_partitions(self, table: Table, inputs: Sequence[Mapping[str, Any]]) -> list[str]:
        """Create partitions; return the values of those that were there already."""
        existing = []
        for start in range(0, len(inputs), _BATCH):
            answer = self._call(
                "batch_create_partition",
                DatabaseName=table.database,
                TableName=table.name,
                PartitionInputList=list(inputs[start : start + _BATCH]),
            )
            for error in answer["Errors"]:
                if error["ErrorDetail"]["ErrorCode"] != "AlreadyExistsException":
                    raise QueryFailed("HIVE_METASTORE_ERROR", error["ErrorDetail"]["ErrorMessage"])
                existing.append("/".join(error["PartitionValues"]))
        return existing

    def delete_partition(self, table: Table, values: Sequence[str]) -> None:
        """Delete a partition; its data stay."""
        self._call(
            "delete_partition",
            DatabaseName=table.database,
            TableName=table.name,
            PartitionValues=list(values),
        )

    def _find(self, operation: str, member: str, **request: Any) -> Mapping[str, Any] | None:
        try:
            found: Mapping[str, Any] = getattr(self._glue, operation)(**request)[member]
        except self._glue.exceptions.EntityNotFoundException:
            return None
        except ClientError as error:
            raise _failure(error) from error
        return found

    def _all(self, operation: str, member: str, **request: Any) -> list[Mapping[str, Any]]:
        pages = self._glue.get_paginator(operation).paginate(**request)
        try:
            return [shape for page in pages for shape in page[member]]
        except ClientError as error:
            raise _failure(error) from error

    def _call(self, operation: str, **request: Any) -> Mapping[str, Any]:
        call: Callable[..., Mapping[str, Any]] = getattr(self._glue, operation)
        try:
            return call(**request)
        except ClientError as error:
            raise _failure(error) from error

    @property
    def _glue(self) -> Any:
        return self._clients.client("glue")


def _failure(error: ClientError) -> QueryFailed:
    detail = error.response["Error"]
    return QueryFailed("HIVE_METASTORE_ERROR", f"{detail['Message']} ({detail['Code']})")
