"""The Data Catalog, through Glue's API.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog-tables.html
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from pyspark.sql import SparkSession
from pyspark.sql import types as T

from .errors import UnsupportedByLocalGlue

# Classification, or the end of a SerDe's class, and the format.
CLASSIFICATIONS = ("csv", "json", "parquet", "orc")
ICEBERG = "iceberg"
SERDES = {
    "LazySimpleSerDe": "csv",
    "OpenCSVSerde": "csv",
    "JsonSerDe": "json",
    "ParquetHiveSerDe": "parquet",
    "OrcSerde": "orc",
}
BATCH = 100  # partitions per BatchCreatePartition, the API's limit
NULL_PARTITION = "__HIVE_DEFAULT_PARTITION__"


@dataclass(frozen=True)
class Table:
    """A table: where it lies, its columns, and how to read it (``options`` are Spark's)."""

    database: str
    name: str
    location: str
    format: str
    columns: T.StructType
    partition_keys: T.StructType
    options: dict[str, str] = field(default_factory=dict)
    definition: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Partition:
    """A partition's values, as text in the order of the keys, and its folder."""

    values: tuple[str, ...]
    location: str


class Catalog:
    """The tables that a job reads and writes. ``client`` is boto3's for Glue."""

    def __init__(self, client: Any, catalog_id: str | None = None) -> None:
        self._client = client
        self._scope = {"CatalogId": catalog_id} if catalog_id else {}

    def find(self, database: str, name: str) -> Table | None:
        """Return a table, None if there is none."""
        try:
            found = self._client.get_table(DatabaseName=database, Name=name, **self._scope)
        except self._client.exceptions.EntityNotFoundException:
            return None
        return parse_table(database, found["Table"])

    def table(self, database: str, name: str) -> Table:
        """Return a table. Raises LookupError."""
        table = self.find(database, name)
        if table is None:
            raise LookupError(f"EntityNotFoundException: no table {database}.{name} in the catalog")
        return table

    def partitions(self, table: Table) -> list[Partition]:
        """Return all partitions of ``table``."""
        pages = self._client.get_paginator("get_partitions").paginate(
            DatabaseName=table.database, TableName=table.name, **self._scope
        )
        return [
            Partition(tuple(one["Values"]), one["StorageDescriptor"]["Location"])
            for page in pages
            for one in page["Partitions"]
        ]

    def create(self, database: str, definition: dict[str, Any]) -> None:
        """Create a table from a ``TableInput``."""
        self._client.create_table(DatabaseName=database, TableInput=definition, **self._scope)

    def set_columns(self, table: Table, columns: T.StructType) -> None:
        """Replace the columns of ``table``."""
        keep = ("Name", "Description", "Owner", "Retention", "PartitionKeys", "TableType")
        changed = {name: table.definition[name] for name in keep if name in table.definition}
        changed["Parameters"] = table.definition.get("Parameters", {})
        storage = {**table.definition["StorageDescriptor"], "Columns": hive_columns(columns)}
        changed["StorageDescriptor"] = storage
        self._client.update_table(DatabaseName=table.database, TableInput=changed, **self._scope)

    def add_partitions(self, table: Table, partitions: Iterable[Partition]) -> None:
        """Add partitions; those that exist already stay. Raises RuntimeError."""
        storage = table.definition["StorageDescriptor"]
        inputs = [
            {
                "Values": list(one.values),
                "StorageDescriptor": {**storage, "Location": one.location},
            }
            for one in partitions
        ]
        for start in range(0, len(inputs), BATCH):
            done = self._client.batch_create_partition(
                DatabaseName=table.database,
                TableName=table.name,
                PartitionInputList=inputs[start : start + BATCH],
                **self._scope,
            )
            for error in done.get("Errors", []):
                detail = error["ErrorDetail"]
                if detail["ErrorCode"] != "AlreadyExistsException":
                    raise RuntimeError(f"Partition {error['PartitionValues']}: {detail}")


def parse_table(database: str, definition: dict[str, Any]) -> Table:
    """Read a table as ``GetTable`` returns it. Raises UnsupportedByLocalGlue for its format."""
    storage = definition.get("StorageDescriptor") or {}
    serde = storage.get("SerdeInfo") or {}
    parameters = {**(storage.get("Parameters") or {}), **(definition.get("Parameters") or {})}
    library = str(serde.get("SerializationLibrary", "")).rsplit(".", 1)[-1]
    kind = str(parameters.get("classification", "")).lower()
    if str(parameters.get("table_type", "")).upper() == "ICEBERG":
        kind = ICEBERG
    elif kind not in CLASSIFICATIONS:
        if library not in SERDES:
            raise UnsupportedByLocalGlue(
                f"The table {database}.{definition['Name']} with classification {kind!r} and SerDe "
                f"{library!r}",
                f"Set the table parameter classification to one of {', '.join(CLASSIFICATIONS)}.",
            )
        kind = SERDES[library]
    options: dict[str, str] = {}
    if kind == "csv":
        options = _csv_options(library, {**parameters, **(serde.get("Parameters") or {})})
    return Table(
        database=database,
        name=definition["Name"],
        location=storage.get("Location", ""),
        format=kind,
        columns=_struct(storage.get("Columns") or []),
        partition_keys=_struct(definition.get("PartitionKeys") or []),
        options=options,
        definition=definition,
    )


def _csv_options(library: str, parameters: dict[str, str]) -> dict[str, str]:
    delimiter = (
        parameters.get("separatorChar")
        or parameters.get("field.delim")
        or parameters.get("delimiter")
        # Hive's default where nothing is said.
        or ("\x01" if library == "LazySimpleSerDe" else ",")
    )
    quote = parameters.get("quoteChar", '"')
    header = parameters.get("skip.header.line.count", "0")
    if header not in ("0", "1"):
        raise UnsupportedByLocalGlue(
            f"skip.header.line.count={header}", "Use 0 or 1, and one header line in the files."
        )
    return {
        "sep": delimiter,
        "quote": quote,
        "escape": parameters.get("escapeChar", quote),
        "header": "true" if header == "1" else "false",
    }


def _struct(columns: Sequence[dict[str, Any]]) -> T.StructType:
    return T.StructType(
        [
            T.StructField(one["Name"], column_type(one.get("Type", "string")), True)
            for one in columns
        ]
    )


def column_type(hive: str) -> T.DataType:
    """Return Spark's type for the catalog's. Raises UnsupportedByLocalGlue."""
    text = hive.strip().lower()
    if text.startswith(("varchar", "char")):
        return T.StringType()
    try:
        return T._parse_datatype_string(hive)
    except Exception as error:
        raise UnsupportedByLocalGlue(
            f"The column type {hive!r}", "Use a type of Hive, such as bigint or struct<a:string>."
        ) from error


def hive_columns(schema: T.StructType) -> list[dict[str, str]]:
    """Return columns as the catalog has them."""
    return [{"Name": one.name, "Type": one.dataType.simpleString()} for one in schema]


def partition_folder(session: SparkSession, keys: Sequence[str], values: Sequence[str]) -> str:
    """Return the folder in which Spark keeps a partition, such as ``year=2026/month=11``."""
    names = session._jvm.org.apache.spark.sql.catalyst.catalog.ExternalCatalogUtils
    return "/".join(
        f"{names.escapePathName(key)}={names.escapePathName(value)}"
        for key, value in zip(keys, values, strict=True)
    )


def select_partitions(
    session: SparkSession, table: Table, partitions: Sequence[Partition], predicate: str
) -> list[Partition]:
    """Return the partitions for which ``predicate``, Spark SQL over the keys, is true.

    https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-partitions.html
    """
    if not predicate or not partitions:
        return list(partitions)
    names = table.partition_keys.names
    rows = [(*one.values, position) for position, one in enumerate(partitions)]
    schema = T.StructType(
        [
            *(T.StructField(name, T.StringType()) for name in names),
            T.StructField("\0at", T.LongType()),
        ]
    )
    values = session.createDataFrame(rows, schema)
    for key in table.partition_keys:
        values = values.withColumn(key.name, values[key.name].cast(key.dataType))
    chosen = values.where(predicate).select("`\0at`").collect()
    return [partitions[row[0]] for row in sorted(chosen)]
