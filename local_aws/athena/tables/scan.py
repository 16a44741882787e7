"""A table of the catalog as a relation: which partitions, which files, read how."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path

import duckdb
import pyarrow as pa
from sqlglot import exp

from local_aws.athena.errors import QueryFailed, not_supported
from local_aws.athena.formats.iceberg_files import iceberg_files
from local_aws.athena.formats.relation import FILE, Source, no_rows
from local_aws.athena.formats.serdes import is_text, lists_files, reader
from local_aws.athena.sql import translation
from local_aws.athena.sql.quoting import name
from local_aws.athena.sql.session import Session
from local_aws.athena.tables.catalog import Catalog
from local_aws.athena.tables.coercion import check_partition
from local_aws.athena.tables.definition import (
    NULL_PARTITION,
    Column,
    Partition,
    Storage,
    Table,
)
from local_aws.athena.tables.iceberg import current_snapshot, is_iceberg
from local_aws.athena.tables.objects import LocalFile, Objects, S3Object

PATH = "$path"


@dataclass
class Scanner:
    """Reads tables for one query. ``scanned`` counts the bytes read from S3."""

    session: Session
    catalog: Catalog
    objects: Objects
    folder: Path
    scanned: int = 0
    _downloads: int = field(default=0, init=False)

    def relation(self, table: Table, label: str, conditions: Sequence[exp.Expr] = ()) -> str:
        """Return a SELECT of the table's columns and ``$path``, of those partitions only for which
        ``conditions`` hold. Raises QueryFailed.
        """
        _check(table)
        if is_iceberg(table):
            return self._iceberg(table)
        partitions = self._partitions(table, label, conditions)
        parts = [
            self._part(table, storage, list(group))
            for storage, group in groupby(partitions, key=lambda item: _format(item.storage))
        ]
        found = [part for part in parts if part]
        return " UNION ALL ".join(found) or self._empty(table)

    def partition_values(self, table: Table) -> str:
        """Return a SELECT of the table's partitions, as ``"table$partitions"`` shows them."""
        values = [partition.values for partition in self.catalog.partitions(table)]
        return self._keys(table, values, [str(index) for index in range(len(values))], ())

    def _partitions(
        self, table: Table, label: str, conditions: Sequence[exp.Expr]
    ) -> list[Partition]:
        if not table.partition_keys:
            return [Partition((), table.storage)]
        known = self.catalog.partitions(table)
        for partition in known:
            check_partition(table, partition)
        numbers = [str(index) for index in range(len(known))]
        keys = self._keys(table, [item.values for item in known], numbers, ["$number"])
        wanted = set(numbers)
        for condition in conditions:
            held = translation.to_duckdb(condition)
            try:
                rows = self.session.rows(
                    f'SELECT "$number" FROM ({keys}) AS {name(label)} WHERE {held}'
                )
            except duckdb.Error:
                # The query itself will say what is wrong with it.
                continue
            wanted &= {number for (number,) in rows}
        return [known[int(number)] for number in sorted(wanted, key=int)]

    def _part(self, table: Table, storage: Storage, partitions: Sequence[Partition]) -> str:
        """Return the relation of partitions of one format, or nothing if they have no files."""
        read, text = reader(storage.serde, storage.input_format), is_text(storage.serde)
        files: list[LocalFile] = []
        values: list[tuple[str, ...]] = []
        for partition in partitions:
            found = self._download(self._listed(partition.storage), text)
            files += found
            values += [partition.values] * len(found)
        if not files:
            return ""
        data = read(Source(self.session, table, storage, table.storage.columns, files))
        paths = [str(file.path) for file in files]
        keys = self._keys(table, values, paths, [FILE.strip('"'), PATH], [f.uri for f in files])
        columns = ", ".join(name(column.name) for column in table.columns)
        return (
            f"SELECT {columns}{', ' if columns else ''}{name(PATH)} "
            f"FROM ({data}) JOIN ({keys}) USING ({FILE})"
        )

    def _iceberg(self, table: Table) -> str:
        snapshot = current_snapshot(table, self.objects)
        # The catalog keeps columns that were dropped or renamed; the metadata know the present.
        known = {column.name: column for column in table.columns}
        columns = tuple(known[field] for field in snapshot.field_ids if field in known)
        table = replace(table, storage=replace(table.storage, columns=columns))
        if not snapshot.data:
            return self._empty(table)
        files, deletes = (
            self._download([self.objects.head(uri) for uri in uris], text=False)
            for uris in (snapshot.data, snapshot.position_deletes)
        )
        source = Source(self.session, table, table.storage, table.columns, files)
        data = iceberg_files(source, snapshot.field_ids, deletes)
        uris = self._keys(
            replace(table, partition_keys=()),
            [()] * len(files),
            [str(file.path) for file in files],
            [FILE.strip('"'), PATH],
            [file.uri for file in files],
        )
        listed = ", ".join([*(name(column.name) for column in columns), name(PATH)])
        return f"SELECT {listed} FROM ({data}) JOIN ({uris}) USING ({FILE})"

    def _listed(self, storage: Storage) -> list[S3Object]:
        found = self.objects.below(storage.location)
        if not lists_files(storage.input_format):
            return found
        # https://docs.aws.amazon.com/athena/latest/ug/delta-lake-tables.html and Hive's
        # SymlinkTextInputFormat: the data are what the manifests list, wherever that lies.
        uris = [
            line.strip()
            for manifest in found
            for line in self.objects.read(manifest.uri).decode().splitlines()
        ]
        return [self.objects.head(uri) for uri in uris if uri]

    def _download(self, objects: Sequence[S3Object], text: bool) -> list[LocalFile]:
        self._downloads += 1
        files = self.objects.download(objects, self.folder / str(self._downloads), text)
        self.scanned += sum(file.size for file in files)
        return files

    def _keys(
        self,
        table: Table,
        values: Sequence[Sequence[str]],
        first: Sequence[str],
        shown: Sequence[str],
        second: Sequence[str] = (),
    ) -> str:
        """Return a SELECT of partition keys with their types, one row for each of ``values``.

        ``first`` and ``second`` are columns before the keys, named by ``shown``.
        """
        extra = [first, second][: len(shown)]
        width = len(table.partition_keys)
        for row in values:
            if len(row) != width:
                raise QueryFailed(
                    "HIVE_INVALID_METADATA",
                    f"Table {table.database}.{table.name} has {width} partition keys, a partition "
                    f"of it has {len(row)} values: {list(row)}",
                )
        columns = [list(column) for column in zip(*values, strict=True)] or [[]] * width
        data = self.session.add_table(
            pa.table(
                [pa.array(column, pa.string()) for column in [*extra, *columns]],
                names=[*shown, *(column.name for column in table.partition_keys)],
            )
        )
        typed = [name(column) for column in shown]
        typed += [f"{_key(column)} AS {name(column.name)}" for column in table.partition_keys]
        return f"SELECT {', '.join(typed)} FROM {data}"

    def _empty(self, table: Table) -> str:
        columns = ", ".join([*(name(column.name) for column in table.columns), FILE])
        return f"SELECT {columns} AS {name(PATH)} FROM ({no_rows(table.columns)})"


def _key(column: Column) -> str:
    value = f"nullif({name(column.name)}, '{NULL_PARTITION}')"
    return f"CAST({value} AS {column.duckdb_type})"


def _format(storage: Storage) -> Storage:
    """Return what decides how files are read, the same for partitions that are read together."""
    return replace(storage, location="", columns=())


def _check(table: Table) -> None:
    where = f"{table.database}.{table.name}"
    if table.parameters.get("projection.enabled", "").lower() == "true":
        raise not_supported(f"Partition projection, of table {where},")
    if not table.storage.location:
        raise QueryFailed("HIVE_INVALID_METADATA", f"Table {where} has no location")
