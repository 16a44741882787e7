"""Iceberg tables: what their metadata say of the current snapshot.

https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg.html
https://iceberg.apache.org/spec/: a metadata file names a snapshot's list of manifests, these name
the data files, and files that list deleted rows. Columns go by the ids of their fields.
"""

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import fastavro

from local_aws.athena.errors import QueryFailed, not_supported
from local_aws.athena.tables.definition import Table
from local_aws.athena.tables.objects import Objects

_DELETED = 2  # an entry's status
_POSITIONS = 1  # a file's content: rows deleted by their positions


@dataclass(frozen=True)
class Snapshot:
    """The current state of a table. Files are S3 URIs; ``field_ids`` are by column."""

    data: tuple[str, ...]
    position_deletes: tuple[str, ...]
    field_ids: Mapping[str, int]


def is_iceberg(table: Table) -> bool:
    """Say whether the catalog has a table as an Iceberg table."""
    return table.parameters.get("table_type", "").upper() == "ICEBERG"


def current_snapshot(table: Table, objects: Objects) -> Snapshot:
    """Read a table's metadata. Raises QueryFailed."""
    location = table.parameters.get("metadata_location")
    if not location:
        raise QueryFailed(
            "ICEBERG_INVALID_METADATA",
            f"Table is missing [metadata_location] property: {table.database}.{table.name}",
        )
    metadata = json.loads(objects.read(location))
    found = [
        snapshot
        for snapshot in metadata.get("snapshots") or ()
        if snapshot["snapshot-id"] == metadata.get("current-snapshot-id")
    ]
    files = [file for snapshot in found for file in _files(snapshot, objects)]
    for file in files:
        _check(file, table)
    return Snapshot(
        data=tuple(file["file_path"] for file in files if not file.get("content")),
        position_deletes=tuple(file["file_path"] for file in files if file.get("content")),
        field_ids={field["name"].lower(): field["id"] for field in _fields(metadata)},
    )


def _fields(metadata: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    for schema in metadata.get("schemas") or ():
        if schema["schema-id"] == metadata["current-schema-id"]:
            fields: list[Mapping[str, Any]] = schema["fields"]
            return fields
    # Tables of the format's first version may have but one schema.
    only: list[Mapping[str, Any]] = metadata["schema"]["fields"]
    return only


def _files(snapshot: Mapping[str, Any], objects: Objects) -> Iterator[Mapping[str, Any]]:
    for manifest in _records(snapshot["manifest-list"], objects):
        for entry in _records(manifest["manifest_path"], objects):
            if entry["status"] != _DELETED:
                yield entry["data_file"]


def _records(uri: str, objects: Objects) -> Iterator[dict[str, Any]]:
    for record in fastavro.reader(io.BytesIO(objects.read(uri))):
        if not isinstance(record, dict):
            raise QueryFailed("ICEBERG_INVALID_METADATA", f"{uri} holds no records")
        yield record


def _check(file: Mapping[str, Any], table: Table) -> None:
    where = f"of the Iceberg table {table.database}.{table.name}"
    if file["file_format"].upper() != "PARQUET":
        raise not_supported(f"A file of format {file['file_format']} {where}")
    if file.get("content") not in {None, 0, _POSITIONS}:
        raise not_supported(f"A file of equality deletes {where}")
