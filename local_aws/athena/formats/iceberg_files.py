"""Parquet files of an Iceberg table: columns by the ids of their fields, without deleted rows."""

from collections.abc import Mapping, Sequence

from local_aws.athena.formats.relation import FILE, Source, select
from local_aws.athena.sql.quoting import list_of, literal, name
from local_aws.athena.tables.objects import LocalFile


def iceberg_files(
    source: Source, field_ids: Mapping[str, int], position_deletes: Sequence[LocalFile]
) -> str:
    """Read the files of ``source``; ``position_deletes`` list rows that are gone."""
    known = [column for column in source.columns if column.name in field_ids]
    fields = ", ".join(
        f"{field_ids[column.name]}: {{name: {literal(column.name)}, "
        f"type: {literal(column.duckdb_type)}, default_value: NULL}}"
        for column in known
    )
    relation = (
        f"(SELECT filename AS {FILE}, * FROM read_parquet({source.paths}, "
        f"schema = MAP {{{fields}}}, filename = true, file_row_number = true))"
    )
    if position_deletes:
        relation = _without_deleted(source, relation, position_deletes)
    columns = [
        (
            column,
            f"CAST({name(column.name) if column in known else 'NULL'} AS {column.duckdb_type})",
        )
        for column in source.columns
    ]
    return select(columns, relation)


def _without_deleted(source: Source, relation: str, deletes: Sequence[LocalFile]) -> str:
    paths = ", ".join(f"{literal(file.uri)}: {literal(str(file.path))}" for file in source.files)
    listed = list_of(str(file.path) for file in deletes)
    return (
        f"(SELECT * FROM {relation} AS kept WHERE NOT EXISTS (SELECT 1 FROM "
        f"(SELECT MAP {{{paths}}}[file_path] AS file, pos FROM read_parquet({listed})) AS gone "
        f"WHERE gone.file = kept.{FILE} AND gone.pos = kept.file_row_number))"
    )
