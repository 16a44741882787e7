"""When two schemas are the same for a crawler, and what one takes over from another.

https://docs.aws.amazon.com/glue/latest/dg/crawler-configuration.html
"""

from collections.abc import Mapping
from typing import Any

from local_aws.glue.crawlers import tables
from local_aws.glue.crawlers.hive_types import Column, extend


def with_new_columns(known: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the known columns, with new nested fields, then the new ones."""
    old = list(known.get("Columns", []))
    seen = {column.name: column for column in tables.read_columns(wanted["Columns"])}
    columns = [_extended(column, seen.pop(column["Name"], None)) for column in old]
    return columns + tables.write_columns(list(seen.values()))


def _extended(known: dict[str, str], seen: Column | None) -> dict[str, str]:
    if seen is None:
        return known
    try:
        (column,) = tables.read_columns([known])
    except ValueError:
        # A type written by hand that we cannot read stays as it is.
        return known
    (written,) = tables.write_columns([Column(column.name, extend(column.type, seen.type))])
    return {**known, **written}


def shape(table: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return columns, partition keys and classification of a table or a partition."""
    descriptor = table.get("StorageDescriptor", {})
    columns = [(c["Name"], c.get("Type")) for c in descriptor.get("Columns", [])]
    keys = [column["Name"] for column in table.get("PartitionKeys", [])]
    classification = table.get("Parameters", {}).get("classification")
    return columns, keys, classification


def comparable(item: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what makes two tables or partitions the same for a crawler."""
    descriptor = item.get("StorageDescriptor", {})
    serde = descriptor.get("SerdeInfo", {})
    return (
        *shape(item),
        item.get("Parameters", {}),
        descriptor.get("Location"),
        descriptor.get("InputFormat"),
        serde.get("SerializationLibrary"),
        serde.get("Parameters", {}),
    )
