"""Text as values of a column's type, as Hive's SerDes read it."""

from local_aws.athena.formats.relation import checked, matches
from local_aws.athena.tables import hive_types
from local_aws.glue.crawlers.hive_types import HiveType

_WHOLE = r"[+-]?\d+"
_REAL = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|NaN|[+-]?Infinity"
_DATE = r"\d{4}-\d{1,2}-\d{1,2}"
_TIMESTAMP = r"\d{4}-\d{1,2}-\d{1,2}[ T]\d{1,2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?"
_PATTERNS = {
    "tinyint": _WHOLE,
    "smallint": _WHOLE,
    "int": _WHOLE,
    "bigint": _WHOLE,
    "float": _REAL,
    "double": _REAL,
    "decimal": r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?",
    "date": _DATE,
    "timestamp": f"{_TIMESTAMP}|{_DATE}",
}


def from_text(value: str, hive_type: HiveType, otherwise: str = "NULL") -> str:
    """Return an expression of the type for ``value``, an expression of a text.

    A text that is none of the type becomes ``otherwise``.
    """
    kind, duckdb_type = hive_types.base(hive_type), hive_types.to_duckdb(hive_type)
    if kind in {"string", "varchar", "char"}:
        return value
    if kind == "boolean":
        return (
            f"CASE lower({value}) WHEN 'true' THEN true WHEN 'false' THEN false "
            f"ELSE {otherwise} END"
        )
    if kind == "binary":
        return f"from_base64({value})"
    cast = f"TRY_CAST({value} AS {duckdb_type})"
    missing = f"{value} IS NULL THEN NULL WHEN "
    return checked(
        f"{missing}{matches(value, _PATTERNS[kind])} AND {cast} IS NOT NULL", cast, otherwise
    )
