"""Text of LazySimpleSerDe and RegexSerDe: a line is a row.

https://docs.aws.amazon.com/athena/latest/ug/lazy-simple-serde.html
https://docs.aws.amazon.com/athena/latest/ug/regex-serde.html
"""

from local_aws.athena.errors import QueryFailed, not_supported
from local_aws.athena.formats.relation import (
    FILE,
    Source,
    checked,
    header_lines,
    select,
    text_lines,
)
from local_aws.athena.formats.scalars import from_text
from local_aws.athena.sql.quoting import literal, name
from local_aws.athena.tables import hive_types
from local_aws.glue.crawlers.hive_types import Array, HiveType, Map, Scalar, Struct

# Stand in for an escaped delimiter and an escaped escape while a line is cut.
_DELIMITER, _ESCAPE = "chr(57344)", "chr(57345)"


def lazy_simple(source: Source) -> str:
    """Read delimited text. There is no quoting, and a value that is not of its type is NULL."""
    fields = _Fields(
        delimiter=_character(source.parameter("field.delim", "serialization.format"), "\u0001"),
        escape=_character(source.parameter("escape.delim"), ""),
        items=_character(source.parameter("collection.delim", "colelction.delim"), "\u0002"),
        keys=_character(source.parameter("mapkey.delim"), "\u0003"),
        null=source.parameter("serialization.null.format", default="\\N"),
    )
    lines = text_lines(source, header_lines(source))
    cut = f"(SELECT {FILE}, {fields.cut('line')} AS fields FROM {lines})"
    columns = [
        (column, fields.column(index, column.type))
        for index, column in enumerate(source.columns, start=1)
    ]
    return select(columns, cut)


def regex(source: Source) -> str:
    """Read lines by a regular expression, one group a column; a line that differs is NULLs."""
    pattern = source.parameter("input.regex")
    if not pattern:
        raise QueryFailed(
            "HIVE_INVALID_METADATA", "This table does not have the property input.regex"
        )
    lines = text_lines(source, header_lines(source))
    groups = (
        f"(SELECT {FILE}, line, regexp_full_match(line, {literal(pattern)}) AS ok FROM {lines})"
    )
    columns = []
    for index, column in enumerate(source.columns, start=1):
        group = f"regexp_extract(line, {literal(f'^(?:{pattern})$')}, {index})"
        columns.append((column, checked("ok", from_text(group, column.type), "NULL")))
    return select(columns, groups)


class _Fields:
    """The delimiters of a table, each a character."""

    def __init__(self, delimiter: str, escape: str, items: str, keys: str, null: str) -> None:
        self._delimiter = delimiter
        self._escape = escape
        self._items = items
        self._keys = keys
        self._null = null

    def cut(self, line: str) -> str:
        """Return an expression for the list of a line's fields."""
        text = f"coalesce({line}, '')"
        if not self._escape:
            return f"string_split({text}, {literal(self._delimiter)})"
        escaped = literal(self._escape + self._delimiter)
        text = f"replace({text}, {literal(self._escape * 2)}, {_ESCAPE})"
        return f"string_split(replace({text}, {escaped}, {_DELIMITER}), {literal(self._delimiter)})"

    def column(self, index: int, hive_type: HiveType) -> str:
        """Return an expression for the field at ``index``, the first being 1."""
        return self._value(f"fields[{index}]", hive_type, nested=False)

    def _value(self, raw: str, hive_type: HiveType, nested: bool) -> str:
        if not isinstance(hive_type, Scalar) and nested:
            raise not_supported("A type nested in a nested type in delimited text")
        text = self._text(raw)
        match hive_type:
            case Scalar():
                return from_text(text, hive_type)
            case Array(element):
                value = f"list_transform({self._parts(raw)}, lambda x: {self._item('x', element)})"
            case Map(key, item):
                halves = f"string_split(x, {literal(self._keys)})"
                entry = (
                    f"{{'k': {self._item(f'{halves}[1]', key)}, "
                    f"'v': {self._item(f'{halves}[2]', item)}}}"
                )
                value = f"map_from_entries(list_transform({self._parts(raw)}, lambda x: {entry}))"
            case Struct(fields):
                members = (
                    f"{name(field)} := {self._item(f'{self._parts(raw)}[{index}]', kind)}"
                    for index, (field, kind) in enumerate(fields, start=1)
                )
                value = f"struct_pack({', '.join(members)})"
        kind = hive_types.to_duckdb(hive_type)
        return f"CAST(CASE WHEN {text} IS NULL THEN NULL ELSE {value} END AS {kind})"

    def _item(self, raw: str, hive_type: HiveType) -> str:
        return self._value(raw, hive_type, nested=True)

    def _parts(self, raw: str) -> str:
        return f"string_split({raw}, {literal(self._items)})"

    def _text(self, raw: str) -> str:
        text = f"nullif({raw}, {literal(self._null)})"
        if not self._escape:
            return text
        plain = f"replace({text}, {literal(self._escape)}, '')"
        return (
            f"replace(replace({plain}, {_DELIMITER}, {literal(self._delimiter)}), "
            f"{_ESCAPE}, {literal(self._escape)})"
        )


def _character(text: str, default: str) -> str:
    """Return a delimiter; a number stands for the character of that code, as in Hive."""
    if not text:
        return default
    return chr(int(text)) if text.isdigit() else text[0]
