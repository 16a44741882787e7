"""ORC and Avro, which DuckDB does not read: by way of Arrow.

https://docs.aws.amazon.com/athena/latest/ug/orc-serde.html
https://docs.aws.amazon.com/athena/latest/ug/avro-serde.html
"""

from collections.abc import Sequence

import fastavro
import pyarrow as pa
from pyarrow import orc

from local_aws.athena.errors import QueryFailed
from local_aws.athena.formats.relation import FILE, Source, no_rows, select
from local_aws.athena.sql.quoting import literal, name
from local_aws.athena.tables.objects import LocalFile


def orc_files(source: Source) -> str:
    """Read ORC files: columns by position, or by name if the SerDe says so."""
    by_position = source.parameter("orc.column.index.access", default="true").lower() == "true"
    parts = []
    for file in source.files:
        data = _read_orc(file)
        wanted = [column.name for column in source.columns]
        names = [
            *wanted[: data.num_columns],
            *(f"${i}" for i in range(len(wanted), data.num_columns)),
        ]
        parts.append(_part(source, file, data.rename_columns(names) if by_position else data))
    return " UNION ALL ".join(parts)


def avro_files(source: Source) -> str:
    """Read Avro files: columns by name."""
    parts = [
        _part(source, file, pa.Table.from_pylist(records))
        for file in source.files
        if (records := _read_avro(file))
    ]
    return " UNION ALL ".join(parts) or no_rows(source.columns)


def _part(source: Source, file: LocalFile, data: pa.Table) -> str:
    found = [field.lower() for field in data.column_names]
    relation = source.session.add_table(data.rename_columns(found))
    columns = [
        (column, f"CAST({name(column.name) if column.name in found else 'NULL'} AS {kind})")
        for column, kind in zip(source.columns, _types(source), strict=True)
    ]
    return select(columns, f"(SELECT {literal(str(file.path))} AS {FILE}, * FROM {relation})")


def _types(source: Source) -> Sequence[str]:
    return [column.duckdb_type for column in source.columns]


def _read_orc(file: LocalFile) -> pa.Table:
    try:
        return orc.read_table(str(file.path))
    except (pa.ArrowException, OSError) as error:
        raise QueryFailed("HIVE_BAD_DATA", f"Malformed ORC file. {error} [{file.uri}]") from error


def _read_avro(file: LocalFile) -> list[object]:
    with file.path.open("rb") as body:
        try:
            return list(fastavro.reader(body))
        except (ValueError, EOFError, TypeError) as error:
            raise QueryFailed("HIVE_BAD_DATA", f"No Avro file: {file.uri}: {error}") from error
