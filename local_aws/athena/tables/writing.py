"""Writes the rows of a query as data files.

https://docs.aws.amazon.com/athena/latest/ug/create-table-as.html
https://docs.aws.amazon.com/athena/latest/ug/insert-into.html
https://docs.aws.amazon.com/athena/latest/ug/unload.html
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from local_aws.athena.errors import QueryFailed, not_supported
from local_aws.athena.sql.quoting import literal, name
from local_aws.athena.sql.session import Session
from local_aws.athena.tables.definition import Column
from local_aws.athena.tables.objects import Objects
from local_aws.glue.crawlers.hive_types import Scalar

MOST_PARTITIONS = 100  # https://docs.aws.amazon.com/athena/latest/ug/ctas-insert-into.html
_COMPRESSIONS = {"SNAPPY", "GZIP", "ZSTD", "NONE"}


@dataclass(frozen=True)
class FileFormat:
    """How files are written: COPY's options, their suffix, and the SerDe's parameters."""

    kind: str
    options: str
    suffix: str = ""
    delimiter: str = "\u0001"


@dataclass(frozen=True)
class Written:
    """What was written: files as S3 URIs, partitions as their values and locations."""

    rows: int
    files: Sequence[str]
    partitions: Mapping[tuple[str, ...], str]


def file_format(kind: str, compression: str | None, delimiter: str | None) -> FileFormat:
    """Return a format by its name in CREATE TABLE AS. Raises QueryFailed."""
    kind = kind.upper()
    chosen = (compression or "").upper()
    if kind == "PARQUET":
        codec = chosen or "GZIP"
        if codec not in _COMPRESSIONS:
            raise not_supported(f"The Parquet compression {codec}")
        codec = {"NONE": "UNCOMPRESSED"}.get(codec, codec)
        return FileFormat(kind, f"FORMAT parquet, COMPRESSION {codec}")
    if kind in {"JSON", "TEXTFILE"} and chosen not in {"", "GZIP", "NONE"}:
        raise not_supported(f"The compression {chosen} of text")
    zipped = chosen in {"", "GZIP"}
    packing, suffix = (", COMPRESSION gzip", ".gz") if zipped else ("", "")
    if kind == "JSON":
        return FileFormat(kind, f"FORMAT json{packing}", suffix)
    if kind == "TEXTFILE":
        mark = delimiter or "\u0001"
        # LazySimpleSerDe quotes nothing.
        options = f"FORMAT csv, HEADER false, DELIMITER {literal(mark)}, QUOTE '', ESCAPE ''"
        return FileFormat(kind, f"{options}, NULLSTR '\\N'{packing}", suffix, mark)
    raise not_supported(f"Writing the format {kind}")


@dataclass
class Writer:
    """Writes for one query. ``file_stem`` begins the files' names: no two queries share one."""

    session: Session
    objects: Objects
    folder: Path
    file_stem: str

    def write(
        self,
        relation: str,
        columns: Sequence[Column],
        keys: Sequence[Column],
        form: FileFormat,
        place: Callable[[tuple[str, ...]], str],
    ) -> Written:
        """Write ``relation``, a table's quoted name: ``columns`` to files, ``keys`` to folders.

        ``place`` returns the location for a partition's values. Raises QueryFailed.
        """
        if form.kind == "TEXTFILE" and any(not isinstance(c.type, Scalar) for c in columns):
            raise not_supported("Writing nested types as text")
        if not keys:
            values: list[tuple[Any, ...]] = [()]
        else:
            values = self.session.rows(
                f"SELECT DISTINCT {_names(keys)} FROM {relation} ORDER BY ALL"
            )
        if len(values) > MOST_PARTITIONS:
            raise QueryFailed(
                "HIVE_TOO_MANY_OPEN_PARTITIONS",
                f"Exceeded limit of {MOST_PARTITIONS} open writers for partitions/buckets",
            )
        files, partitions, rows = [], {}, 0
        for number, row in enumerate(values):
            texts = tuple(_key_text(value) for value in row)
            location = place(texts).rstrip("/")
            same = " AND ".join(f"{name(key.name)} IS NOT DISTINCT FROM ?" for key in keys)
            part = name(self.session.fresh_name())
            self.session.run(
                f"CREATE TABLE {part} AS SELECT {_typed(columns)} FROM {relation} "
                f"WHERE {same or 'true'}",
                row,
            )
            uri = f"{location}/{self.file_stem}_{number:05}{form.suffix}"
            count = self._upload(part, form, uri)
            rows += count
            files += [uri] if count else []
            if keys:
                partitions[texts] = location
        return Written(rows, files, partitions)

    def _upload(self, part: str, form: FileFormat, uri: str) -> int:
        """Write a table of the session to ``uri`` and drop it; return how many rows it had."""
        ((count,),) = self.session.rows(f"SELECT count(*) FROM {part}")
        if count:
            path = self.folder / "written"
            self.session.run(f"COPY {part} TO {literal(str(path))} ({form.options})")
            self.objects.upload(path, uri)
            path.unlink()
        self.session.run(f"DROP TABLE {part}")
        return int(count)


def _typed(columns: Sequence[Column]) -> str:
    return ", ".join(
        f"CAST({name(column.name)} AS {column.duckdb_type}) AS {name(column.name)}"
        for column in columns
    )


def _names(columns: Sequence[Column]) -> str:
    return ", ".join(name(column.name) for column in columns)


def _key_text(value: Any) -> str:
    """Return a partition's value as the catalog and its folder have it."""
    if value is None:
        return "__HIVE_DEFAULT_PARTITION__"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return str(value)


def hive_type(duckdb_type: Any) -> str:
    """Return the catalog's type for a column of a query. Raises QueryFailed."""
    kind = str(duckdb_type.id)
    if kind == "list":
        return f"array<{hive_type(duckdb_type.children[0][1])}>"
    if kind == "struct":
        fields = (f"{field.lower()}:{hive_type(child)}" for field, child in duckdb_type.children)
        return f"struct<{','.join(fields)}>"
    if kind == "map":
        (_, key), (_, value) = duckdb_type.children
        return f"map<{hive_type(key)},{hive_type(value)}>"
    if kind == "decimal":
        return str(duckdb_type).lower().replace(" ", "")
    if kind in _HIVE:
        return _HIVE[kind]
    raise not_supported(f"A column of type {duckdb_type} in a table")


_HIVE = {
    "boolean": "boolean",
    "tinyint": "tinyint",
    "smallint": "smallint",
    "integer": "int",
    "bigint": "bigint",
    "hugeint": "bigint",
    "float": "float",
    "double": "double",
    "varchar": "string",
    "blob": "binary",
    "date": "date",
    "timestamp": "timestamp",
    "timestamp_s": "timestamp",
    "timestamp_ms": "timestamp",
}
