"""Runs the statements that define a table's partitions.

https://docs.aws.amazon.com/athena/latest/ug/alter-table-add-partition.html
https://docs.aws.amazon.com/athena/latest/ug/msck-repair-table.html
"""

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote, unquote

from local_aws.athena.errors import DefinitionFailed
from local_aws.athena.queries.outcome import Outcome, listing
from local_aws.athena.sql import statements as st
from local_aws.athena.tables.catalog import Catalog
from local_aws.athena.tables.definition import NULL_PARTITION, Table
from local_aws.athena.tables.objects import Objects


class Partitioning:
    """Changes partitions. Methods raise DefinitionFailed or QueryFailed."""

    def __init__(self, catalog: Catalog, objects: Objects, database: str | None) -> None:
        self._catalog = catalog
        self._objects = objects
        self._database = database or "default"

    def add(self, statement: st.AddPartitions) -> Outcome:
        """Run ALTER TABLE ADD PARTITION."""
        table = self._table(statement.name)
        shapes = [self._partition(table, spec) for spec in statement.partitions]
        existing = self._catalog.create_partitions(table, shapes)
        if existing and not statement.if_not_exists:
            raise DefinitionFailed(
                "Execution Error,",
                "return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. "
                f"AlreadyExistsException(message:Partition already exists: {existing[0]})",
            )
        return Outcome()

    def drop(self, statement: st.DropPartitions) -> Outcome:
        """Run ALTER TABLE DROP PARTITION; a specification of some keys drops all that have them."""
        table = self._table(statement.name)
        keys = [key.name for key in table.partition_keys]
        known = [partition.values for partition in self._catalog.partitions(table)]
        for spec in statement.partitions:
            self._check_keys(table, spec)
            matching = [
                values
                for values in known
                if all(dict(zip(keys, values, strict=True))[k] == v for k, v in spec.values.items())
            ]
            if not matching and not statement.if_exists:
                raise DefinitionFailed(
                    "SemanticException", f"[Error 10006]: Partition not found {dict(spec.values)}"
                )
            for values in matching:
                self._catalog.delete_partition(table, values)
        return Outcome()

    def repair(self, statement: st.RepairTable) -> Outcome:
        """Run MSCK REPAIR TABLE: folders ``key=value`` in the order of the keys become partitions.

        https://docs.aws.amazon.com/athena/latest/ug/msck-repair-table.html
        """
        table = self._table(statement.name)
        keys = [key.name for key in table.partition_keys]
        known = {partition.values for partition in self._catalog.partitions(table)}
        found: dict[tuple[str, ...], str] = {}
        for folder in sorted(self._objects.folders(table.storage.location)):
            parts = PurePosixPath(folder).parts[: len(keys)]
            pairs = [part.partition("=") for part in parts]
            if keys and [key.lower() for key, _, _ in pairs] == keys:
                values = tuple(unquote(value) for _, _, value in pairs)
                found[values] = f"{table.storage.location.rstrip('/')}/{'/'.join(parts)}"
        missing = [values for values in found if values not in known]
        if not missing:
            return Outcome()
        storage = self._storage(table)
        self._catalog.create_partitions(
            table,
            [
                {"Values": list(v), "StorageDescriptor": {**storage, "Location": found[v]}}
                for v in missing
            ],
        )
        names = [
            "/".join(f"{k}={v}" for k, v in zip(keys, values, strict=True)) for values in missing
        ]
        lines = [f"Partitions not in metastore: {' '.join(f'{table.name}:{n}' for n in names)}"]
        lines += [f"Repair: Added partition to metastore {table.name}:{n}" for n in names]
        return listing("result", lines)

    def _partition(self, table: Table, spec: st.PartitionSpec) -> Mapping[str, Any]:
        self._check_keys(table, spec)
        keys = [key.name for key in table.partition_keys]
        missing = [key for key in keys if key not in spec.values]
        if missing:
            raise DefinitionFailed(
                "SemanticException",
                f"table is partitioned but the partition spec lacks {', '.join(missing)}",
            )
        storage = self._storage(table)
        values = [spec.values[key] for key in keys]
        location = spec.location or partition_location(table, values)
        return {"Values": values, "StorageDescriptor": {**storage, "Location": location}}

    def _check_keys(self, table: Table, spec: st.PartitionSpec) -> None:
        keys = {key.name for key in table.partition_keys}
        unknown = [key for key in spec.values if key not in keys]
        if unknown:
            raise DefinitionFailed(
                "SemanticException",
                f"[Error 10098]: Non-Partition column appears in the partition specification: "
                f"{', '.join(unknown)}",
            )

    def _table(self, name: st.TableName) -> Table:
        table = self._catalog.table(name.database or self._database, name.table)
        if table is None:
            raise DefinitionFailed(
                "SemanticException", f"[Error 10001]: Table not found {name.table}"
            )
        return table

    def _storage(self, table: Table) -> Mapping[str, Any]:
        shape = self._catalog.table_shape(table.database, table.name) or {}
        storage: Mapping[str, Any] = shape.get("StorageDescriptor") or {}
        return storage


def partition_location(table: Table, values: Sequence[str]) -> str:
    """Return where a partition lies unless something else is said."""
    keys = (key.name for key in table.partition_keys)
    path = "/".join(
        f"{key}={quote(value, safe=' -_.~') if value else NULL_PARTITION}"
        for key, value in zip(keys, values, strict=True)
    )
    return f"{table.storage.location.rstrip('/')}/{path}"
