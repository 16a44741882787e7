"""The events of the catalog, in the service's shape.

https://docs.aws.amazon.com/glue/latest/dg/automating-awsglue-with-cloudwatch-events.html
"""

from collections.abc import Iterable
from itertools import batched

from local_aws.glue.catalog.entities import Values
from local_aws.host.ports import EventSink, Site

DATABASE_CHANGE = "Glue Data Catalog Database State Change"
TABLE_CHANGE = "Glue Data Catalog Table State Change"
_NAMES_PER_EVENT = 100


class Changes:
    """Tells the default bus what changed. Called without the store's lock."""

    def __init__(self, site: Site, sink: EventSink) -> None:
        self._site = site
        self._sink = sink

    def of_database(self, operation: str, database: str) -> None:
        """Report CreateDatabase or DeleteDatabase."""
        self._database(operation, database, [], [f"database/{database}"])

    def of_tables(self, operation: str, database: str, tables: Iterable[str]) -> None:
        """Report CreateTable, DeleteTable or BatchDeleteTable."""
        for names in batched(tables, _NAMES_PER_EVENT, strict=False):
            arns = [f"table/{database}/{name}" for name in names]
            self._database(operation, database, list(names), arns)

    def of_table(
        self, operation: str, database: str, table: str, partitions: Iterable[Values] = ()
    ) -> None:
        """Report UpdateTable, or an operation that changed these partitions of a table.

        A partition is named by its values, as in ``2018,01``.
        """
        names = [",".join(values) for values in partitions]
        for part in list(batched(names, _NAMES_PER_EVENT, strict=False)) or [()]:
            self._sink.put(
                TABLE_CHANGE,
                {
                    "changedPartitions": list(part),
                    "databaseName": database,
                    "tableName": table,
                    "typeOfChange": operation,
                },
                [self._site.arn("glue", f"table/{database}/{table}")],
            )

    def _database(
        self, operation: str, database: str, tables: list[str], resources: list[str]
    ) -> None:
        self._sink.put(
            DATABASE_CHANGE,
            {"databaseName": database, "typeOfChange": operation, "changedTables": tables},
            [self._site.arn("glue", resource) for resource in resources],
        )
