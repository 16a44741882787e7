"""Operations on column statistics. They are kept and shown; nobody here computes or plans by them.

https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateColumnStatisticsForTable.html
https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateColumnStatisticsForPartition.html
"""

from collections.abc import Callable, Mapping
from typing import Any

from local_aws.glue.catalog.entities import Table
from local_aws.glue.catalog.store import Store
from local_aws.glue.errors import EntityNotFoundException, GlueError
from local_aws.host.ports import Operation, Request, Response

type _Found = Callable[[Request], tuple[Table, dict[str, Response]]]


class Statistics:
    """A component: the operations on statistics of tables' and partitions' columns."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def operations(self) -> Mapping[str, Operation]:
        """Return the operations on column statistics."""
        kinds: Mapping[str, _Found] = {"Table": self._of_table, "Partition": self._of_partition}
        return {
            f"{verb}ColumnStatisticsFor{kind}": _bound(act, self._store, found)
            for kind, found in kinds.items()
            for verb, act in {"Update": _update, "Get": _get, "Delete": _delete}.items()
        }

    def close(self) -> None:
        """Nothing runs here."""

    def _of_table(self, request: Request) -> tuple[Table, dict[str, Response]]:
        table = self._store.table(request)
        return table, table.statistics

    def _of_partition(self, request: Request) -> tuple[Table, dict[str, Response]]:
        table = self._store.table(request)
        partition = table.partitions.get(tuple(request["PartitionValues"]))
        if partition is None:
            raise EntityNotFoundException("Cannot find partition.")
        return table, partition.statistics


def _bound(
    act: Callable[[Table, dict[str, Response], Request], Response], store: Store, found: _Found
) -> Operation:
    def operation(request: Request) -> Response:
        with store.lock:
            table, statistics = found(request)
            return act(table, statistics, request)

    return operation


def _update(table: Table, statistics: dict[str, Response], request: Request) -> Response:
    """Keep the statistics of the columns that the table has; the others are listed as errors."""
    errors = []
    for given in request["ColumnStatisticsList"]:
        try:
            _check_column(table, given["ColumnName"])
        except GlueError as error:
            errors.append({"ColumnStatistics": given, "Error": _detail(error)})
        else:
            statistics[given["ColumnName"]] = dict(given)
    return {"Errors": errors}


def _get(table: Table, statistics: dict[str, Response], request: Request) -> Response:
    found, errors = [], []
    for column in request["ColumnNames"]:
        try:
            _check_column(table, column)
            found.append(_known(statistics, column))
        except GlueError as error:
            errors.append({"ColumnName": column, "Error": _detail(error)})
    return {"ColumnStatisticsList": found, "Errors": errors}


def _delete(_table: Table, statistics: dict[str, Response], request: Request) -> Response:
    _known(statistics, request["ColumnName"])
    del statistics[request["ColumnName"]]
    return {}


def _check_column(table: Table, column: str) -> None:
    storage: Mapping[str, Any] = table.current.definition.get("StorageDescriptor") or {}
    columns = [*(storage.get("Columns") or ()), *table.partition_keys]
    if column not in {known["Name"] for known in columns}:
        raise EntityNotFoundException(f"Column {column} not found in table {table.name}.")


def _known(statistics: Mapping[str, Response], column: str) -> Response:
    if column not in statistics:
        raise EntityNotFoundException(f"Statistics of column {column} not found.")
    return statistics[column]


def _detail(error: GlueError) -> dict[str, str]:
    return {"ErrorCode": error.code, "ErrorMessage": error.message}
