"""JSON of the Hive and OpenX SerDes: one object a line.

https://docs.aws.amazon.com/athena/latest/ug/json-serde.html
https://docs.aws.amazon.com/athena/latest/ug/openx-json-serde.html
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from local_aws.athena.formats.relation import (
    FILE,
    Source,
    bad_data,
    checked,
    matches,
    select,
    text_lines,
    unparsable,
)
from local_aws.athena.formats.scalars import from_text
from local_aws.athena.sql.quoting import literal, name
from local_aws.athena.tables import hive_types
from local_aws.athena.tables.definition import Column
from local_aws.glue.crawlers.hive_types import Array, HiveType, Map, Scalar, Struct


def json_lines(source: Source) -> str:
    """Read JSON objects. Names match whatever their case; absent ones are NULL."""
    lenient = source.parameter("ignore.malformed.json").lower() == "true"
    malformed = "NULL" if lenient else bad_data("'Row is not a valid JSON Object: ' || line")
    is_object = "json_valid(line) AND json_type(line) = 'OBJECT'"
    documents = (
        f"(SELECT {FILE}, {checked(is_object, 'CAST(line AS JSON)', malformed)} AS doc "
        f"FROM {text_lines(source)} WHERE trim(line) <> '')"
    )
    keys = source.session.rows(f"SELECT DISTINCT unnest(json_keys(doc)) FROM {documents}")
    members = _Members(source, documents, [key for (key,) in keys], lenient)
    columns = [(column, members.value(i, column)) for i, column in enumerate(source.columns)]
    return select(columns, documents)


class _Members:
    """The members of the documents, by the names of columns."""

    def __init__(self, source: Source, documents: str, keys: Sequence[str], lenient: bool) -> None:
        self._source = source
        self._documents = documents
        self._keys = keys
        self._lenient = lenient
        self._dots = source.parameter("dots.in.keys").lower() == "true"

    def value(self, position: int, column: Column) -> str:
        """Return an expression for a column's value."""
        pointers = [literal(_pointer(key)) for key in self._keys if self._is_of(key, column.name)]
        if not pointers:
            return f"CAST(NULL AS {column.duckdb_type})"
        if isinstance(column.type, Scalar):
            texts = ", ".join(f"json_extract_string(doc, {pointer})" for pointer in pointers)
            return self._scalar(f"coalesce({texts})", position, column.type)
        values = ", ".join(f"json_extract(doc, {pointer})" for pointer in pointers)
        return self._nested(f"coalesce({values})", column)

    def _is_of(self, key: str, column: str) -> bool:
        mapped = self._source.parameter(f"mapping.{column}")
        if mapped:
            return key == mapped
        return (key.replace(".", "_") if self._dots else key).lower() == column

    def _scalar(self, text: str, position: int, hive_type: HiveType) -> str:
        wrong = "NULL" if self._lenient else unparsable(text, position)
        if hive_types.base(hive_type) == "timestamp":
            # Also as milliseconds since 1970.
            instant = f"make_timestamp_ms(TRY_CAST({text} AS BIGINT))"
            return checked(matches(text, r"\d+"), instant, from_text(text, hive_type, wrong))
        if hive_types.base(hive_type) == "boolean":
            wrong = checked(f"{text} IS NULL", "NULL", wrong)
        return from_text(text, hive_type, wrong)

    def _nested(self, value: str, column: Column) -> str:
        ((seen,),) = self._source.session.rows(
            f"SELECT json_group_structure({value}) FROM {self._documents}"
        )
        return _read(value, column.type, json.loads(seen) if seen else None, depth=0)


def _pointer(key: str) -> str:
    return "/" + key.replace("~", "~0").replace("/", "~1")


def _read(value: str, hive_type: HiveType, seen: Any, depth: int) -> str:
    """Return an expression of the type for ``value``, an expression of a JSON.

    ``seen`` is the structure that all values have, by json_group_structure: it tells how the data
    spell the members' names. What is not of its type is NULL.
    """
    item = f"item{depth}"
    match hive_type:
        case Struct(fields):
            names: Mapping[str, Any] = seen if isinstance(seen, dict) else {}
            members = ", ".join(
                f"{name(field)} := {_member(value, field, kind, names, depth)}"
                for field, kind in fields
            )
            kind, made = "OBJECT", f"struct_pack({members})"
        case Array(element):
            inner = seen[0] if isinstance(seen, list) and seen else None
            made = (
                f"list_transform(json_extract({value}, '$[*]'), "
                f"lambda {item}: {_read(item, element, inner, depth + 1)})"
            )
            kind = "ARRAY"
        case Map(key, element):
            inner = next(iter(seen.values()), None) if isinstance(seen, dict) else None
            pointer = f"'/' || replace(replace({item}, '~', '~0'), '/', '~1')"
            entry = _read(f"json_extract({value}, {pointer})", element, inner, depth + 1)
            made = (
                f"map_from_entries(list_transform(json_keys({value}), "
                f"lambda {item}: {{'k': {from_text(item, key)}, 'v': {entry}}}))"
            )
            kind = "OBJECT"
        case Scalar():
            return from_text(f"({value} ->> '$')", hive_type)
    whole = f"CASE WHEN json_type({value}) = '{kind}' THEN {made} END"
    return f"CAST({whole} AS {hive_types.to_duckdb(hive_type)})"


def _member(
    value: str, field: str, hive_type: HiveType, names: Mapping[str, Any], depth: int
) -> str:
    """Return an expression for a member, under whichever spelling of its name a value has it."""
    keys = [key for key in names if key.lower() == field]
    found = ", ".join(f"json_extract({value}, {literal(_pointer(key))})" for key in keys)
    seen = next((names[key] for key in keys if not isinstance(names[key], str)), None)
    return _read(
        f"coalesce({found})" if found else "CAST(NULL AS JSON)", hive_type, seen, depth + 1
    )
