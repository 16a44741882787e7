"""Tables and partitions of Hive as Glue's, and back.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog-tables.html
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from .errors import IncompleteTableError
from .protocol import hive

Definition = Mapping[str, Any]

VIEW = "VIRTUAL_VIEW"
# Glue's crawlers and sinks name a SerDe that AWS hands out as a jar of its own and that Maven
# Central does not have. Hive's own reads and writes the same lines.
# https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-data-catalog-hive.html
STAND_INS = {"org.openx.data.jsonserde.JsonSerDe": "org.apache.hive.hcatalog.data.JsonSerDe"}


def database(found: Definition) -> Any:
    """Return Hive's database for Glue's."""
    return hive.Database(
        name=found["Name"],
        description=found.get("Description", ""),
        locationUri=found.get("LocationUri"),
        parameters=dict(found.get("Parameters") or {}),
    )


def database_input(given: Any) -> dict[str, Any]:
    """Return Glue's ``DatabaseInput`` for Hive's database."""
    return _present(
        Name=given.name,
        Description=given.description or None,
        LocationUri=given.locationUri,
        Parameters=given.parameters or None,
    )


def table(found: Definition) -> Any:
    """Return Hive's table for Glue's. Raises IncompleteTableError."""
    if lacks := missing(found):
        raise IncompleteTableError(
            f"{', '.join(lacks)} cannot be null for table: {found['Name']}. Spark reads the "
            "catalog as Hive does: set it where the table is defined"
        )
    storage = found.get("StorageDescriptor") or {}
    return hive.Table(
        tableName=found["Name"],
        dbName=found["DatabaseName"],
        owner=found.get("Owner", ""),
        createTime=_seconds(found.get("CreateTime")),
        lastAccessTime=_seconds(found.get("LastAccessTime")),
        retention=found.get("Retention", 0),
        sd=_storage(storage),
        partitionKeys=_columns(found.get("PartitionKeys") or ()),
        parameters=dict(found.get("Parameters") or {}),
        viewOriginalText=found.get("ViewOriginalText"),
        viewExpandedText=found.get("ViewExpandedText"),
        tableType=found["TableType"],
    )


def missing(found: Definition) -> list[str]:
    """Return what Hive cannot do without and ``found`` lacks, by the names of Amazon's client."""
    storage = found.get("StorageDescriptor") or {}
    serde = storage.get("SerdeInfo") or {}
    needed = {"Table#TableType": found.get("TableType")}
    if found.get("TableType") != VIEW:
        needed |= {
            "StorageDescriptor#InputFormat": storage.get("InputFormat"),
            "StorageDescriptor#OutputFormat": storage.get("OutputFormat"),
            "SerDeInfo#SerializationLibrary": serde.get("SerializationLibrary"),
        }
    return [member for member, value in needed.items() if not value]


def table_input(given: Any, before: Definition | None = None) -> dict[str, Any]:
    """Return Glue's ``TableInput`` for Hive's table; ``before`` is what the catalog has of it."""
    known = before or {}
    return _present(
        Name=given.tableName,
        Description=(given.parameters or {}).get("comment") or known.get("Description"),
        Owner=given.owner or None,
        Retention=given.retention,
        StorageDescriptor=storage_input(given.sd, known.get("StorageDescriptor") or {}),
        PartitionKeys=_columns_input(given.partitionKeys),
        ViewOriginalText=given.viewOriginalText,
        ViewExpandedText=given.viewExpandedText,
        TableType=given.tableType,
        Parameters=given.parameters or {},
    )


def is_managed(table: Mapping[str, Any]) -> bool:
    """Whether a table's files go with it."""
    external = str((table.get("Parameters") or {}).get("EXTERNAL", "")).lower() == "true"
    return table.get("TableType") == "MANAGED_TABLE" and not external


def partition(found: Definition) -> Any:
    """Return Hive's partition for Glue's."""
    return hive.Partition(
        values=list(found["Values"]),
        dbName=found["DatabaseName"],
        tableName=found["TableName"],
        createTime=_seconds(found.get("CreationTime")),
        lastAccessTime=_seconds(found.get("LastAccessTime")),
        sd=_storage(found.get("StorageDescriptor") or {}),
        parameters=dict(found.get("Parameters") or {}),
    )


def partition_input(given: Any, owner: Definition, location: str) -> dict[str, Any]:
    """Return Glue's ``PartitionInput`` for Hive's partition of the table ``owner``."""
    of_table = owner.get("StorageDescriptor") or {}
    storage = storage_input(given.sd, of_table) if given.sd else dict(of_table)
    if not storage.get("Location"):
        storage["Location"] = location
    return _present(
        Values=list(given.values),
        StorageDescriptor=storage,
        Parameters=given.parameters or {},
    )


def _storage(found: Definition) -> Any:
    serde = found.get("SerdeInfo") or {}
    library = serde.get("SerializationLibrary", "")
    return hive.StorageDescriptor(
        cols=_columns(found.get("Columns") or ()),
        location=found.get("Location"),
        inputFormat=found.get("InputFormat"),
        outputFormat=found.get("OutputFormat"),
        compressed=found.get("Compressed", False),
        numBuckets=found.get("NumberOfBuckets", -1),
        serdeInfo=hive.SerDeInfo(
            name=serde.get("Name"),
            serializationLib=STAND_INS.get(library, library),
            parameters=dict(serde.get("Parameters") or {}),
        ),
        bucketCols=list(found.get("BucketColumns") or ()),
        sortCols=[
            hive.Order(col=one["Column"], order=one["SortOrder"])
            for one in found.get("SortColumns") or ()
        ],
        parameters=dict(found.get("Parameters") or {}),
        storedAsSubDirectories=found.get("StoredAsSubDirectories", False),
    )


def storage_input(given: Any, before: Definition) -> dict[str, Any]:
    """Return Glue's ``StorageDescriptor``; a stand-in of a SerDe in ``before`` is that again."""
    serde = given.serdeInfo
    library = serde.serializationLib
    original = (before.get("SerdeInfo") or {}).get("SerializationLibrary")
    if original is not None and STAND_INS.get(original) == library:
        library = original
    return _present(
        Columns=_columns_input(given.cols),
        Location=given.location,
        InputFormat=given.inputFormat,
        OutputFormat=given.outputFormat,
        Compressed=given.compressed,
        NumberOfBuckets=given.numBuckets,
        SerdeInfo=_present(
            Name=serde.name, SerializationLibrary=library, Parameters=serde.parameters or {}
        ),
        BucketColumns=list(given.bucketCols or ()),
        SortColumns=[{"Column": one.col, "SortOrder": one.order} for one in given.sortCols or ()],
        Parameters=given.parameters or {},
        StoredAsSubDirectories=given.storedAsSubDirectories,
    )


def _columns(found: Sequence[Definition]) -> list[Any]:
    return [
        hive.FieldSchema(
            name=one["Name"], type=one.get("Type", "string"), comment=one.get("Comment")
        )
        for one in found
    ]


def _columns_input(given: Sequence[Any] | None) -> list[dict[str, Any]]:
    return [_present(Name=one.name, Type=one.type, Comment=one.comment) for one in given or ()]


def _present(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _seconds(moment: datetime | None) -> int:
    return int(moment.timestamp()) if moment is not None else 0
