"""The statements that Athena runs.

``StatementType`` and ``SubstatementType`` are those that the athena-local project measured; AWS's
pages list only the types: https://docs.aws.amazon.com/athena/latest/APIReference/API_QueryExecution.html
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import ClassVar

from sqlglot import exp

from local_aws.athena.tables.definition import Column

_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class TableName:
    """A table's name; ``database`` is None for the one of the query's context."""

    database: str | None
    table: str


@dataclass(frozen=True)
class Statement:
    """Any statement. ``kind`` is the API's StatementType, ``subkind`` its SubstatementType."""

    kind: ClassVar[str] = "DDL"
    subkind: ClassVar[str] = ""


@dataclass(frozen=True)
class Select(Statement):
    """A query, and its text."""

    text: str
    query: exp.Query
    kind: ClassVar[str] = "DML"
    subkind: ClassVar[str] = "SELECT"


@dataclass(frozen=True)
class Insert(Statement):
    """INSERT INTO a table; ``columns`` are empty for all of them."""

    name: TableName
    columns: Sequence[str]
    query: exp.Query
    kind: ClassVar[str] = "DML"
    subkind: ClassVar[str] = "INSERT"


@dataclass(frozen=True)
class CreateTableAs(Statement):
    """CREATE TABLE … AS; ``lists`` are properties like ``partitioned_by``."""

    name: TableName
    if_not_exists: bool
    properties: Mapping[str, str]
    lists: Mapping[str, Sequence[str]]
    query: exp.Query
    with_data: bool
    subkind: ClassVar[str] = "CREATE_TABLE_AS_SELECT"


@dataclass(frozen=True)
class Unload(Statement):
    """UNLOAD (query) TO a location."""

    location: str
    properties: Mapping[str, str]
    lists: Mapping[str, Sequence[str]]
    query: exp.Query
    kind: ClassVar[str] = "DML"
    subkind: ClassVar[str] = "UNLOAD"


@dataclass(frozen=True)
class Execute(Statement):
    """EXECUTE a prepared statement."""

    name: str
    parameters: Sequence[str]
    kind: ClassVar[str] = "DML"
    subkind: ClassVar[str] = "EXECUTE"


@dataclass(frozen=True)
class Prepare(Statement):
    """PREPARE a statement."""

    name: str
    text: str
    subkind: ClassVar[str] = "PREPARE"


@dataclass(frozen=True)
class Deallocate(Statement):
    """DEALLOCATE PREPARE."""

    name: str
    subkind: ClassVar[str] = "DEALLOCATE_PREPARE"


@dataclass(frozen=True)
class CreateDatabase(Statement):
    """CREATE DATABASE."""

    name: str
    if_not_exists: bool
    comment: str | None = None
    location: str | None = None
    properties: Mapping[str, str] = field(default=_NOTHING)
    subkind: ClassVar[str] = "CREATE_DATABASE"


@dataclass(frozen=True)
class DropDatabase(Statement):
    """DROP DATABASE."""

    name: str
    if_exists: bool
    cascade: bool
    subkind: ClassVar[str] = "DROP_DATABASE"


@dataclass(frozen=True)
class CreateTable(Statement):
    """CREATE EXTERNAL TABLE, its storage as the catalog will have it."""

    name: TableName
    if_not_exists: bool
    columns: Sequence[Column]
    partition_keys: Sequence[Column]
    serde: str
    serde_parameters: Mapping[str, str]
    input_format: str
    output_format: str
    location: str
    comment: str | None
    properties: Mapping[str, str]
    subkind: ClassVar[str] = "CREATE_TABLE"


@dataclass(frozen=True)
class CreateView(Statement):
    """CREATE VIEW; ``text`` is the query as it was written."""

    name: TableName
    replace: bool
    text: str
    query: exp.Query
    subkind: ClassVar[str] = "CREATE_VIEW"


@dataclass(frozen=True)
class Drop(Statement):
    """DROP TABLE or, with ``view``, DROP VIEW."""

    name: TableName
    if_exists: bool
    view: bool
    subkind: ClassVar[str] = "DROP_TABLE"


@dataclass(frozen=True)
class PartitionSpec:
    """Values of partition keys by their names, and where the data lie."""

    values: Mapping[str, str]
    location: str | None = None


@dataclass(frozen=True)
class AddPartitions(Statement):
    """ALTER TABLE ADD PARTITION."""

    name: TableName
    if_not_exists: bool
    partitions: Sequence[PartitionSpec]
    subkind: ClassVar[str] = "ALTER_TABLE_ADD_PARTITION"


@dataclass(frozen=True)
class DropPartitions(Statement):
    """ALTER TABLE DROP PARTITION."""

    name: TableName
    if_exists: bool
    partitions: Sequence[PartitionSpec]
    subkind: ClassVar[str] = "ALTER_TABLE_DROP_PARTITION"


@dataclass(frozen=True)
class AddColumns(Statement):
    """ALTER TABLE ADD COLUMNS or, with ``replace``, REPLACE COLUMNS."""

    name: TableName
    columns: Sequence[Column]
    replace: bool
    subkind: ClassVar[str] = "ALTER_TABLE_ADD_COLUMN"


@dataclass(frozen=True)
class SetProperties(Statement):
    """ALTER TABLE SET TBLPROPERTIES."""

    name: TableName
    properties: Mapping[str, str]
    subkind: ClassVar[str] = "ALTER_TABLE_PROPERTIES"


@dataclass(frozen=True)
class SetLocation(Statement):
    """ALTER TABLE SET LOCATION."""

    name: TableName
    location: str
    subkind: ClassVar[str] = "ALTER_TABLE_LOCATION"


@dataclass(frozen=True)
class RepairTable(Statement):
    """MSCK REPAIR TABLE."""

    name: TableName
    subkind: ClassVar[str] = "MSCK_REPAIR_TABLE"


@dataclass(frozen=True)
class Show(Statement):
    """SHOW something, or DESCRIBE a table. ``what`` is the API's SubstatementType."""

    what: str
    name: TableName | None = None
    database: str | None = None
    pattern: str | None = None
    kind: ClassVar[str] = "UTILITY"


def subkind(statement: Statement) -> str:
    """Return the API's SubstatementType."""
    return statement.what if isinstance(statement, Show) else statement.subkind
