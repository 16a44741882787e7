"""What the catalog keeps.

Inputs (``TableInput`` and the like) are kept in the API's own shape: nothing here depends on most
of their members, they only have to come back as they went in.
https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from local_aws.host.ports import Response

type Values = tuple[str, ...]


@dataclass(frozen=True)
class Partition:
    """One partition of a table; its place among the others is its values.

    ``statistics`` are the API's ColumnStatistics by column, here and in ``Table``.
    """

    database: str
    table: str
    catalog_id: str
    values: Values
    definition: Mapping[str, Any]
    created: datetime
    statistics: dict[str, Response] = field(default_factory=dict, compare=False)

    def to_api(self) -> Response:
        """Return the API's ``Partition``."""
        return {
            **self.definition,
            "Values": list(self.values),
            "DatabaseName": self.database,
            "TableName": self.table,
            "CreationTime": self.created,
            "CatalogId": self.catalog_id,
        }


@dataclass(frozen=True)
class TableVersion:
    """A table's definition at one time. The first version is 0."""

    number: int
    definition: Mapping[str, Any]
    updated: datetime


@dataclass
class Table:
    """A table: its current version, the archived ones, its partitions and their indexes.

    ``indexes`` maps an index's name to its keys. Guarded by the catalog's lock.
    """

    database: str
    name: str
    catalog_id: str
    created: datetime
    current: TableVersion
    archived: list[TableVersion] = field(default_factory=list)
    partitions: dict[Values, Partition] = field(default_factory=dict)
    indexes: dict[str, list[str]] = field(default_factory=dict)
    statistics: dict[str, Response] = field(default_factory=dict)

    @property
    def partition_keys(self) -> list[Mapping[str, Any]]:
        """The columns by which the table is partitioned."""
        return list(self.current.definition.get("PartitionKeys") or ())

    def versions(self) -> list[TableVersion]:
        """Return all versions that are kept, the newest first."""
        return [self.current, *reversed(self.archived)]

    def to_api(self, version: TableVersion | None = None) -> Response:
        """Return the API's ``Table``, as of ``version`` or of now."""
        shown = version or self.current
        return {
            "Retention": 0,
            **shown.definition,
            "Name": self.name,
            "DatabaseName": self.database,
            "CreateTime": self.created,
            "UpdateTime": shown.updated,
            "CreatedBy": f"arn:aws:iam::{self.catalog_id}:root",
            "IsRegisteredWithLakeFormation": False,
            "CatalogId": self.catalog_id,
            "VersionId": str(shown.number),
        }


@dataclass
class Database:
    """A database with its tables and functions. Guarded by the catalog's lock."""

    name: str
    catalog_id: str
    definition: Mapping[str, Any]
    created: datetime
    tables: dict[str, Table] = field(default_factory=dict)
    functions: dict[str, Response] = field(default_factory=dict)

    def to_api(self) -> Response:
        """Return the API's ``Database``."""
        return {
            **self.definition,
            "Name": self.name,
            "CreateTime": self.created,
            "CatalogId": self.catalog_id,
        }


def folded(name: str) -> str:
    """Return a name as the catalog stores it: for Hive compatibility, in lower case."""
    return name.lower()
