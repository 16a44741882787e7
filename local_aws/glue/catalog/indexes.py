"""Partition indexes. They are kept and shown; local listings are quick without them.

https://docs.aws.amazon.com/glue/latest/dg/partition-indexes.html
"""

from collections.abc import Mapping
from typing import Any

from local_aws.glue.catalog.entities import Table
from local_aws.glue.catalog.store import Store
from local_aws.glue.errors import (
    AlreadyExistsException,
    EntityNotFoundException,
    InvalidInputException,
    ResourceNumberLimitExceededException,
)
from local_aws.host.ports import Operation, Request, Response

LIMIT = 3


class Indexes:
    """A component: the operations on partition indexes."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def operations(self) -> Mapping[str, Operation]:
        """Return the operations on partition indexes."""
        return {
            "CreatePartitionIndex": self._create,
            "GetPartitionIndexes": self._get_all,
            "DeletePartitionIndex": self._delete,
        }

    def close(self) -> None:
        """Nothing runs here."""

    def _create(self, request: Request) -> Response:
        with self._store.lock:
            add(self._store.table(request), request["PartitionIndex"])
        return {}

    def _get_all(self, request: Request) -> Response:
        with self._store.lock:
            table = self._store.table(request)
            types = {key["Name"]: key.get("Type", "string") for key in table.partition_keys}
            found = [
                {
                    "IndexName": name,
                    "Keys": [{"Name": key, "Type": types.get(key, "string")} for key in keys],
                    "IndexStatus": "ACTIVE",
                }
                for name, keys in table.indexes.items()
            ]
        return {"PartitionIndexDescriptorList": found}

    def _delete(self, request: Request) -> Response:
        name = request["IndexName"]
        with self._store.lock:
            if self._store.table(request).indexes.pop(name, None) is None:
                raise EntityNotFoundException(f"Index with the given indexName : {name} not found.")
        return {}


def add(table: Table, index: Mapping[str, Any]) -> None:
    """Give ``table`` an index. Raises GlueError for one that it cannot have."""
    name, keys = index["IndexName"], list(index["Keys"])
    known = {key["Name"] for key in table.partition_keys}
    unknown = [key for key in keys if key not in known]
    if unknown:
        raise InvalidInputException(
            f"Index {name} has keys that are no partition keys of table {table.name}: "
            f"{', '.join(unknown)}."
        )
    if name in table.indexes:
        raise AlreadyExistsException(f"Index {name} already exists.")
    if len(table.indexes) >= LIMIT:
        raise ResourceNumberLimitExceededException(
            f"Table {table.name} has {LIMIT} partition indexes already."
        )
    table.indexes[name] = keys
