"""A table as the Data Catalog describes it.

https://docs.aws.amazon.com/glue/latest/webapi/API_Table.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from local_aws.athena.tables import hive_types
from local_aws.glue.crawlers.hive_types import HiveType

_NOTHING: Mapping[str, str] = MappingProxyType({})
VIEW = "VIRTUAL_VIEW"
NULL_PARTITION = "__HIVE_DEFAULT_PARTITION__"


@dataclass(frozen=True)
class Column:
    """A column; ``text`` is its type as the catalog has it."""

    name: str
    text: str
    comment: str = ""

    @property
    def type(self) -> HiveType:
        """The type. Raises QueryFailed if the catalog's text is none."""
        return hive_types.parse(self.text)

    @property
    def duckdb_type(self) -> str:
        """DuckDB's name of the type. Raises QueryFailed."""
        return hive_types.to_duckdb(self.type)


@dataclass(frozen=True)
class Storage:
    """Where data lie and how they are written: the API's StorageDescriptor.

    ``parameters`` are the SerDe's; ``location`` is an S3 URI.
    """

    location: str
    serde: str
    input_format: str
    parameters: Mapping[str, str] = field(default=_NOTHING)
    columns: tuple[Column, ...] = ()


@dataclass(frozen=True)
class Partition:
    """A partition, by its values."""

    values: tuple[str, ...]
    storage: Storage


@dataclass(frozen=True)
class Table:
    """A table, or a view (``kind`` is VIRTUAL_VIEW and ``view_text`` holds its definition)."""

    database: str
    name: str
    kind: str
    storage: Storage
    partition_keys: tuple[Column, ...] = ()
    parameters: Mapping[str, str] = field(default=_NOTHING)
    view_text: str = ""

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns, those of partitions last, as ``SELECT *`` has them."""
        return self.storage.columns + self.partition_keys


def read_table(shape: Mapping[str, Any]) -> Table:
    """Read the API's Table."""
    return Table(
        database=shape["DatabaseName"],
        name=shape["Name"],
        kind=shape.get("TableType") or "",
        storage=read_storage(shape.get("StorageDescriptor") or {}),
        partition_keys=_columns(shape.get("PartitionKeys") or ()),
        parameters=shape.get("Parameters") or {},
        view_text=shape.get("ViewOriginalText") or "",
    )


def read_partition(shape: Mapping[str, Any]) -> Partition:
    """Read the API's Partition."""
    return Partition(tuple(shape["Values"]), read_storage(shape.get("StorageDescriptor") or {}))


def read_storage(shape: Mapping[str, Any]) -> Storage:
    """Read the API's StorageDescriptor."""
    serde = shape.get("SerdeInfo") or {}
    return Storage(
        location=shape.get("Location") or "",
        serde=serde.get("SerializationLibrary") or "",
        input_format=shape.get("InputFormat") or "",
        parameters=serde.get("Parameters") or {},
        columns=_columns(shape.get("Columns") or ()),
    )


def _columns(shapes: Any) -> tuple[Column, ...]:
    return tuple(
        Column(shape["Name"].lower(), shape.get("Type") or "string", shape.get("Comment") or "")
        for shape in shapes
    )
