"""Partitions, for Hive's client. They raise what boto3 raises."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from . import conversion, naming, storage
from .errors import NotSupportedError
from .protocol import hive
from .tables import Tables

BATCH = 100  # partitions per BatchCreatePartition


class Partitions:
    """Partitions. ``max_parts`` below zero is no limit."""

    def __init__(self, glue: Any, tables: Tables) -> None:
        self._glue = glue
        self._tables = tables

    def get_partition(self, db_name: str, tbl_name: str, part_vals: Sequence[str]) -> Any:
        """Return one partition."""
        found = self._glue.get_partition(
            DatabaseName=db_name, TableName=tbl_name, PartitionValues=list(part_vals)
        )
        return conversion.partition(found["Partition"])

    def get_partition_with_auth(
        self,
        db_name: str,
        tbl_name: str,
        part_vals: Sequence[str],
        user_name: str,
        group_names: Sequence[str],
    ) -> Any:
        """Return one partition, whoever asks."""
        del user_name, group_names
        return self.get_partition(db_name, tbl_name, part_vals)

    def get_partitions(self, db_name: str, tbl_name: str, max_parts: int) -> list[Any]:
        """Return the partitions of a table."""
        return self.get_partitions_ps(db_name, tbl_name, [], max_parts)

    def get_partitions_with_auth(
        self,
        db_name: str,
        tbl_name: str,
        max_parts: int,
        user_name: str,
        group_names: Sequence[str],
    ) -> list[Any]:
        """Return the partitions of a table, whoever asks."""
        del user_name, group_names
        return self.get_partitions(db_name, tbl_name, max_parts)

    def get_partitions_ps(
        self, db_name: str, tbl_name: str, part_vals: Sequence[str], max_parts: int
    ) -> list[Any]:
        """Return the partitions that fit the first values."""
        found = [
            conversion.partition(one)
            for one in self._all(db_name, tbl_name)
            if naming.fits(part_vals, one["Values"])
        ]
        return _limited(found, max_parts)

    def get_partitions_ps_with_auth(  # noqa: PLR0917 - Hive's method
        self,
        db_name: str,
        tbl_name: str,
        part_vals: Sequence[str],
        max_parts: int,
        user_name: str,
        group_names: Sequence[str],
    ) -> list[Any]:
        """Return the partitions that fit the first values, whoever asks."""
        del user_name, group_names
        return self.get_partitions_ps(db_name, tbl_name, part_vals, max_parts)

    def get_partitions_by_filter(
        self, db_name: str, tbl_name: str, filter: str, max_parts: int
    ) -> list[Any]:
        """Return all partitions: Spark itself looks which of what it gets it wants.

        The filter is in a language of Hive's that is not the one of Glue's GetPartitions.
        """
        del filter, max_parts
        return [conversion.partition(one) for one in self._all(db_name, tbl_name)]

    def get_partition_names(self, db_name: str, tbl_name: str, max_parts: int) -> list[str]:
        """Return the names of a table's partitions."""
        return self.get_partition_names_ps(db_name, tbl_name, [], max_parts)

    def get_partition_names_ps(
        self, db_name: str, tbl_name: str, part_vals: Sequence[str], max_parts: int
    ) -> list[str]:
        """Return the names of the partitions that fit the first values."""
        keys = _keys(self._tables.definition(db_name, tbl_name))
        found = [
            naming.partition_name(keys, one["Values"])
            for one in self._all(db_name, tbl_name)
            if naming.fits(part_vals, one["Values"])
        ]
        return _limited(found, max_parts)

    def add_partitions_req(self, request: Any) -> Any:
        """Add partitions."""
        owner = self._tables.definition(request.dbName, request.tblName)
        inputs = [self._input(one, owner) for one in request.parts]
        for one in inputs:
            storage.make_folder(one["StorageDescriptor"]["Location"])
        for start in range(0, len(inputs), BATCH):
            done = self._glue.batch_create_partition(
                DatabaseName=request.dbName,
                TableName=request.tblName,
                PartitionInputList=inputs[start : start + BATCH],
            )
            for error in done.get("Errors", []):
                self._complain(error, request.ifNotExists)
        return hive.AddPartitionsResult(partitions=request.parts if request.needResult else None)

    def add_partition_with_environment_context(
        self, new_part: Any, environment_context: Any
    ) -> Any:
        """Add one partition."""
        del environment_context
        owner = self._tables.definition(new_part.dbName, new_part.tableName)
        made = self._input(new_part, owner)
        storage.make_folder(made["StorageDescriptor"]["Location"])
        self._glue.create_partition(
            DatabaseName=new_part.dbName, TableName=new_part.tableName, PartitionInput=made
        )
        return new_part

    def alter_partition_with_environment_context(
        self, db_name: str, tbl_name: str, new_part: Any, environment_context: Any
    ) -> None:
        """Replace the definition of a partition."""
        del environment_context
        self._update(db_name, tbl_name, new_part.values, new_part)

    def alter_partitions_with_environment_context(
        self, db_name: str, tbl_name: str, new_parts: Sequence[Any], environment_context: Any
    ) -> None:
        """Replace the definitions of partitions."""
        del environment_context
        for one in new_parts:
            self._update(db_name, tbl_name, one.values, one)

    def rename_partition(
        self, db_name: str, tbl_name: str, part_vals: Sequence[str], new_part: Any
    ) -> None:
        """Give a partition other values."""
        self._update(db_name, tbl_name, part_vals, new_part)

    def drop_partition_with_environment_context(
        self,
        db_name: str,
        tbl_name: str,
        part_vals: Sequence[str],
        deleteData: bool,  # noqa: N803
        environment_context: Any,
    ) -> bool:
        """Delete a partition, and its files if it is the catalog that manages them."""
        del environment_context
        place = {"DatabaseName": db_name, "TableName": tbl_name}
        wanted = list(part_vals)
        found = self._glue.get_partition(**place, PartitionValues=wanted)["Partition"]
        self._glue.delete_partition(**place, PartitionValues=wanted)
        if deleteData and conversion.is_managed(self._tables.definition(db_name, tbl_name)):
            storage.delete_folder(found["StorageDescriptor"]["Location"])
        return True

    def _all(self, database: str, table: str) -> Iterator[Mapping[str, Any]]:
        pages = self._glue.get_paginator("get_partitions").paginate(
            DatabaseName=database, TableName=table
        )
        for page in pages:
            yield from page["Partitions"]

    def _update(self, database: str, table: str, values: Sequence[str], changed: Any) -> None:
        owner = self._tables.definition(database, table)
        self._glue.update_partition(
            DatabaseName=database,
            TableName=table,
            PartitionValueList=list(values),
            PartitionInput=self._input(changed, owner),
        )

    def _input(self, given: Any, owner: Mapping[str, Any]) -> dict[str, Any]:
        home = (owner.get("StorageDescriptor") or {}).get("Location", "")
        name = naming.partition_name(_keys(owner), given.values)
        return conversion.partition_input(given, owner, f"{home.rstrip('/')}/{name}")

    def _complain(self, error: Mapping[str, Any], if_not_exists: bool) -> None:
        detail = error["ErrorDetail"]
        if detail["ErrorCode"] == "AlreadyExistsException":
            if not if_not_exists:
                raise self._glue.exceptions.AlreadyExistsException(
                    {"Error": {"Code": detail["ErrorCode"], "Message": detail["ErrorMessage"]}},
                    "BatchCreatePartition",
                )
            return
        raise NotSupportedError(f"Partition {error['PartitionValues']}: {detail['ErrorMessage']}")


def _keys(table: Mapping[str, Any]) -> list[str]:
    return [one["Name"] for one in table.get("PartitionKeys") or ()]


def _limited(found: list[Any], limit: int) -> list[Any]:
    return found if limit < 0 else found[:limit]
