"""Parquet: columns by name, with the table's types.

https://docs.aws.amazon.com/athena/latest/ug/parquet-serde.html
https://docs.aws.amazon.com/athena/latest/ug/handling-schema-updates-chapter.html
"""

from collections.abc import Mapping

from local_aws.athena.errors import QueryFailed
from local_aws.athena.formats.relation import Source, select
from local_aws.athena.sql.quoting import list_of, name
from local_aws.athena.tables import hive_types
from local_aws.athena.tables.definition import Column

_WHOLE = frozenset({"TINYINT", "SMALLINT", "INTEGER", "BIGINT"})
_TEXT = frozenset({"VARCHAR", "BLOB", "JSON", "UUID"})
# What a column of a type may be in a file: kinds by DuckDB's names, without parameters.
_READABLE: Mapping[str, frozenset[str]] = {
    "string": _TEXT,
    "varchar": _TEXT,
    "char": _TEXT,
    "binary": frozenset({"BLOB", "VARCHAR"}),
    "tinyint": _WHOLE,
    "smallint": _WHOLE,
    "int": _WHOLE,
    "bigint": _WHOLE | {"UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"},
    "float": frozenset({"FLOAT"}),
    "double": frozenset({"FLOAT", "DOUBLE"}),
    "decimal": _WHOLE | {"DECIMAL"},
    "boolean": frozenset({"BOOLEAN"}),
    "date": frozenset({"DATE"}),
    "timestamp": frozenset({"TIMESTAMP"}),
    "array": frozenset({"LIST"}),
    "map": frozenset({"MAP"}),
    "struct": frozenset({"STRUCT"}),
}
_PARQUET_NAMES = {
    "TINYINT": "INT32",
    "SMALLINT": "INT32",
    "INTEGER": "INT32",
    "BIGINT": "INT64",
    "VARCHAR": "BINARY",
    "BLOB": "BINARY",
}


def parquet(source: Source) -> str:
    """Read Parquet files. A column that a file lacks is NULL."""
    relation = f"read_parquet({source.paths}, union_by_name = true, filename = true)"
    found = _columns(source, source.paths)
    for column in source.columns:
        if column.name in found and not _fits(found[column.name], column):
            raise _mismatch(source, column)
    columns = [(column, _value(found, column)) for column in source.columns]
    return select(columns, relation, "filename")


def _columns(source: Source, paths: str) -> dict[str, str]:
    """Return the files' columns and types; names in lower case, as Athena matches them."""
    relation = f"read_parquet({paths}, union_by_name = true)"
    described = source.session.rows(f"DESCRIBE SELECT * FROM {relation}")
    return {row[0].lower(): row[1] for row in described}


def _value(found: Mapping[str, str], column: Column) -> str:
    # DuckDB, too, finds columns whatever their case.
    value = name(column.name) if column.name in found else "NULL"
    return f"CAST({value} AS {column.duckdb_type})"


def _fits(duckdb_type: str, column: Column) -> bool:
    return _kind(duckdb_type) in _READABLE[hive_types.base(column.type)]


def _kind(duckdb_type: str) -> str:
    if duckdb_type.endswith("[]"):
        return "LIST"
    if duckdb_type.startswith("TIMESTAMP"):
        return "TIMESTAMP"
    return duckdb_type.split("(", maxsplit=1)[0]


def _mismatch(source: Source, column: Column) -> QueryFailed:
    """Name the file whose column is not of the table's type."""
    for file in source.files:
        found = _columns(source, list_of([str(file.path)]))
        if column.name in found and not _fits(found[column.name], column):
            kind = _kind(found[column.name])
            return QueryFailed(
                "HIVE_BAD_DATA",
                f"Field {column.name}'s type {_PARQUET_NAMES.get(kind, kind)} in parquet file "
                f"{file.uri} is incompatible with type {hive_types.to_trino(column.type)} "
                "defined in table schema",
            )
    return QueryFailed("HIVE_BAD_DATA", f"Field {column.name} has several types in its files")
