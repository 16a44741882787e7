"""Incremental crawls: only folders that no earlier crawl has read.

https://docs.aws.amazon.com/glue/latest/dg/incremental-crawls.html
"""

from collections.abc import Callable, Mapping
from typing import Any

from local_aws.glue.crawlers.catalog import CatalogWriter
from local_aws.glue.crawlers.grouping import (
    PlannedPartition,
    PlannedTable,
    are_similar,
    key_of,
    partition_value,
)
from local_aws.glue.crawlers.objects import Folder
from local_aws.glue.crawlers.tables import read_columns


def only_new(root: Folder, seen: set[str]) -> Folder:
    """Return the tree without the files of folders in ``seen``, and without empty folders."""
    folders = {name: only_new(below, seen) for name, below in root.folders.items()}
    return Folder(
        root.path,
        files=[] if root.path.uri in seen else list(root.files),
        folders={name: below for name, below in folders.items() if below.files or below.folders},
    )


def attach(writer: CatalogWriter, found: PlannedTable, say: Callable[[str, str], None]) -> bool:
    """Add what was found as partitions of the catalog's table in whose location it lies.

    Returns False if there is no such table: then it is a table of its own. Data that do not fit
    the table's schema or folders are ignored, and the log says so.
    """
    table = next((table for table in writer.tables() if _holds(table, found.location)), None)
    if table is None:
        return False
    partitions = [
        partition
        for partition in (_below(table, item, say) for item in _parts(found))
        if partition is not None
    ]
    writer.write_partitions(table["Name"], table, partitions)
    return True


def _parts(found: PlannedTable) -> list[PlannedPartition]:
    if found.partitions:
        return list(found.partitions)
    return [PlannedPartition((), found.location, found.content)]


def _holds(table: Mapping[str, Any], location: str) -> bool:
    own = table.get("StorageDescriptor", {}).get("Location", "")
    return bool(own) and location.startswith(own.rstrip("/") + "/")


def _below(
    table: Mapping[str, Any], found: PlannedPartition, say: Callable[[str, str], None]
) -> PlannedPartition | None:
    """Return the partition with its values relative to ``table``; None if it does not fit."""
    root = table["StorageDescriptor"]["Location"].rstrip("/") + "/"
    folders = [name for name in found.location[len(root) :].split("/") if name]
    keys = [column["Name"] for column in table.get("PartitionKeys", [])]
    if len(folders) != len(keys) or any(
        key_of(folder) not in (None, key) for folder, key in zip(folders, keys, strict=True)
    ):
        say(
            "WARN",
            "Folder partition keys do not match table partition keys, "
            f"skipped folder: {found.location}",
        )
        return None
    if not _fits(table, found):
        say(
            "WARN",
            f"The data in {found.location} do not match table {table['Name']}, skipped folder",
        )
        return None
    return PlannedPartition(
        tuple(partition_value(folder) for folder in folders), found.location, found.content
    )


def _fits(table: Mapping[str, Any], found: PlannedPartition) -> bool:
    parameters = table.get("Parameters", {})
    profile = found.content.profile
    if parameters.get("classification") != profile.classification:
        return False
    if parameters.get("compressionType", "none") != profile.compression:
        return False
    try:
        columns = read_columns(table["StorageDescriptor"].get("Columns", []))
    except ValueError:
        return False
    return are_similar([columns, found.content.columns])
