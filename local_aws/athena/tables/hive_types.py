"""Column types of the Data Catalog, in DuckDB's words and in those of Athena's messages.

https://docs.aws.amazon.com/athena/latest/ug/data-types.html
"""

from local_aws.athena.errors import QueryFailed
from local_aws.athena.sql.quoting import name
from local_aws.glue.crawlers import hive_types
from local_aws.glue.crawlers.hive_types import Array, HiveType, Map, Scalar, Struct

WHOLE = ("tinyint", "smallint", "int", "bigint")
_ALIASES = {"integer": "int", "long": "bigint", "short": "smallint", "byte": "tinyint"}
_DUCKDB = {
    "string": "VARCHAR",
    "varchar": "VARCHAR",
    "char": "VARCHAR",
    "tinyint": "TINYINT",
    "smallint": "SMALLINT",
    "int": "INTEGER",
    "bigint": "BIGINT",
    "float": "FLOAT",
    "real": "FLOAT",
    "double": "DOUBLE",
    "boolean": "BOOLEAN",
    "binary": "BLOB",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
}
_TRINO = {"string": "varchar", "int": "integer", "float": "real", "binary": "varbinary"}


def parse(text: str) -> HiveType:
    """Read a type as the catalog has it. Raises QueryFailed."""
    try:
        return hive_types.parse(text.lower())
    except ValueError:
        raise QueryFailed("HIVE_METASTORE_ERROR", f"Error: type expected at '{text}'") from None


def base(hive_type: HiveType) -> str:
    """Return a type's name without its parameters: ``decimal`` for ``decimal(10,2)``."""
    match hive_type:
        case Scalar(text):
            plain = text.split("(", maxsplit=1)[0]
            return _ALIASES.get(plain, plain)
        case Array():
            return "array"
        case Map():
            return "map"
        case Struct():
            return "struct"


def to_duckdb(hive_type: HiveType) -> str:
    """Return DuckDB's name of a type. Raises QueryFailed for one that Athena does not have."""
    match hive_type:
        case Array(element):
            return f"{to_duckdb(element)}[]"
        case Map(key, value):
            return f"MAP({to_duckdb(key)}, {to_duckdb(value)})"
        case Struct(fields):
            inner = ", ".join(f"{name(field)} {to_duckdb(kind)}" for field, kind in fields)
            return f"STRUCT({inner})"
        case Scalar(text):
            kind = base(hive_type)
            if kind == "decimal":
                return f"DECIMAL{text.removeprefix('decimal') or '(10,0)'}"
            if kind in _DUCKDB:
                return _DUCKDB[kind]
    raise QueryFailed("HIVE_METASTORE_ERROR", f"Error: type expected at '{text}'")


def to_trino(hive_type: HiveType) -> str:
    """Return a type as Athena's messages and information_schema spell it."""
    match hive_type:
        case Array(element):
            return f"array({to_trino(element)})"
        case Map(key, value):
            return f"map({to_trino(key)}, {to_trino(value)})"
        case Struct(fields):
            return f"row({', '.join(f'{field} {to_trino(kind)}' for field, kind in fields)})"
        case Scalar(text):
            kind = base(hive_type)
            if kind == "timestamp":
                return "timestamp(3)"
            parameters = text.partition("(")[1] + text.partition("(")[2]
            return _TRINO.get(kind, kind) + parameters
