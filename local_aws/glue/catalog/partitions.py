"""Operations on partitions.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog-partitions.html
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from local_aws.glue.catalog import expressions
from local_aws.glue.catalog.changes import Changes
from local_aws.glue.catalog.entities import Partition, Table, Values
from local_aws.glue.catalog.store import Store
from local_aws.glue.errors import (
    AlreadyExistsException,
    EntityNotFoundException,
    GlueError,
    InvalidInputException,
)
from local_aws.glue.paging import page
from local_aws.host.ports import Operation, Request, Response


class Partitions:
    """A component: the operations on partitions."""

    def __init__(self, store: Store, changes: Changes) -> None:
        self._store = store
        self._changes = changes

    def operations(self) -> Mapping[str, Operation]:
        """Return the operations on partitions."""
        return {
            "CreatePartition": self._create,
            "BatchCreatePartition": self._batch_create,
            "GetPartition": self._get,
            "GetPartitions": self._get_all,
            "BatchGetPartition": self._batch_get,
            "UpdatePartition": self._update,
            "BatchUpdatePartition": self._batch_update,
            "DeletePartition": self._delete,
            "BatchDeletePartition": self._batch_delete,
        }

    def close(self) -> None:
        """Nothing runs here."""

    def _create(self, request: Request) -> Response:
        with self._store.lock:
            table = self._store.table(request)
            values = self._add(table, request["PartitionInput"])
        self._changes.of_table("CreatePartition", table.database, table.name, [values])
        return {}

    def _batch_create(self, request: Request) -> Response:
        return self._each(
            "BatchCreatePartition",
            request,
            request["PartitionInputList"],
            self._add,
            lambda entry: {"PartitionValues": entry.get("Values", [])},
        )

    def _get(self, request: Request) -> Response:
        with self._store.lock:
            table = self._store.table(request)
            return {"Partition": _known(table, request["PartitionValues"]).to_api()}

    def _get_all(self, request: Request) -> Response:
        """Return the partitions for which ``Expression`` holds, of one segment if asked for."""
        with self._store.lock:
            table = self._store.table(request)
            holds = expressions.parse(request.get("Expression") or "", table.partition_keys)
            found = [table.partitions[values] for values in sorted(table.partitions)]
        found = [partition for partition in found if holds(partition.values)]
        if segment := request.get("Segment"):
            found = found[segment["SegmentNumber"] :: segment["TotalSegments"]]
        part = page(found, request, largest=1000)
        shown = [partition.to_api() for partition in part.items]
        if request.get("ExcludeColumnSchema"):
            for partition in shown:
                _without_columns(partition)
        return {"Partitions": shown, **part.next_token()}

    def _batch_get(self, request: Request) -> Response:
        """Return the partitions that there are; unknown ones are left out."""
        with self._store.lock:
            table = self._store.table(request)
            wanted = [tuple(entry["Values"]) for entry in request["PartitionsToGet"]]
            found = [table.partitions[key].to_api() for key in wanted if key in table.partitions]
        return {"Partitions": found, "UnprocessedKeys": []}

    def _update(self, request: Request) -> Response:
        with self._store.lock:
            table = self._store.table(request)
            values = self._change(table, request)
        self._changes.of_table("UpdatePartition", table.database, table.name, [values])
        return {}

    def _batch_update(self, request: Request) -> Response:
        return self._each(
            "BatchUpdatePartition",
            request,
            request["Entries"],
            self._change,
            lambda entry: {"PartitionValueList": entry["PartitionValueList"]},
        )

    def _delete(self, request: Request) -> Response:
        with self._store.lock:
            table = self._store.table(request)
            values = _known(table, request["PartitionValues"]).values
            del table.partitions[values]
        self._changes.of_table("DeletePartition", table.database, table.name, [values])
        return {}

    def _batch_delete(self, request: Request) -> Response:
        def delete(table: Table, entry: Mapping[str, Any]) -> Values:
            values = _known(table, entry["Values"]).values
            del table.partitions[values]
            return values

        return self._each(
            "BatchDeletePartition",
            request,
            request["PartitionsToDelete"],
            delete,
            lambda entry: {"PartitionValues": entry["Values"]},
        )

    def _each(
        self,
        operation: str,
        request: Request,
        entries: Sequence[Mapping[str, Any]],
        act: Callable[[Table, Mapping[str, Any]], Values],
        named: Callable[[Mapping[str, Any]], dict[str, Any]],
    ) -> Response:
        """Act on every entry of a batch; the ones that fail are listed, the others done."""
        errors: list[dict[str, Any]] = []
        changed: list[Values] = []
        with self._store.lock:
            table = self._store.table(request)
            for entry in entries:
                try:
                    changed.append(act(table, entry))
                except GlueError as error:
                    detail = {"ErrorCode": error.code, "ErrorMessage": error.message}
                    errors.append({**named(entry), "ErrorDetail": detail})
        if changed:
            self._changes.of_table(operation, table.database, table.name, changed)
        return {"Errors": errors}

    def _add(self, table: Table, definition: Mapping[str, Any]) -> Values:
        values = _values(table, definition.get("Values") or ())
        if values in table.partitions:
            raise AlreadyExistsException("Partition already exists.")
        self._put(table, values, definition, self._store.clock.now())
        return values

    def _change(self, table: Table, entry: Mapping[str, Any]) -> Values:
        """Replace a partition's definition; its values may change too."""
        old = _known(table, entry["PartitionValueList"])
        definition = entry["PartitionInput"]
        values = _values(table, definition.get("Values") or old.values)
        if values != old.values and values in table.partitions:
            raise AlreadyExistsException("Partition already exists.")
        del table.partitions[old.values]
        self._put(table, values, definition, old.created)
        return values

    def _put(
        self, table: Table, values: Values, definition: Mapping[str, Any], created: datetime
    ) -> None:
        table.partitions[values] = Partition(
            table.database, table.name, table.catalog_id, values, dict(definition), created
        )


def _known(table: Table, values: Sequence[str]) -> Partition:
    partition = table.partitions.get(tuple(values))
    if partition is None:
        raise EntityNotFoundException("Cannot find partition.")
    return partition


def _values(table: Table, values: Sequence[str]) -> Values:
    if len(values) != len(table.partition_keys):
        raise InvalidInputException(
            "The number of partition keys do not match the number of partition values: "
            f"table {table.name} has {len(table.partition_keys)}, the partition {len(values)}."
        )
    return tuple(values)


def _without_columns(partition: Response) -> None:
    if "StorageDescriptor" in partition:
        storage = dict(partition["StorageDescriptor"])
        storage.pop("Columns", None)
        partition["StorageDescriptor"] = storage
