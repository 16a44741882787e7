"""Parquet's types in Spark SQL's.

As Spark 3.5's own reader maps them: https://spark.apache.org/docs/3.5.6/sql-data-sources-parquet.html
"""

from collections.abc import Mapping

from functions.validate_file.column_types import quoted_name
from functions.validate_file.columns import Column
from functions.validate_file.parquet_schema import Logical, Node, Physical

_MAX_PRECISION = 38
_PLAIN: Mapping[Physical | None, str] = {
    Physical.BOOLEAN: "boolean",
    Physical.INT32: "int",
    Physical.INT64: "bigint",
    Physical.INT96: "timestamp",
    Physical.FLOAT: "float",
    Physical.DOUBLE: "double",
    Physical.BYTE_ARRAY: "binary",
    Physical.FIXED: "binary",
}
_ANNOTATED: Mapping[tuple[Physical | None, Logical], str] = {
    (Physical.INT32, Logical.NULL): "int",
    (Physical.INT32, Logical.DATE): "date",
    (Physical.BYTE_ARRAY, Logical.STRING): "string",
    (Physical.BYTE_ARRAY, Logical.ENUM): "string",
    (Physical.BYTE_ARRAY, Logical.JSON): "string",
    (Physical.BYTE_ARRAY, Logical.BSON): "binary",
}
_SIGNED = {8: "tinyint", 16: "smallint", 32: "int", 64: "bigint"}
_UNSIGNED = {8: "smallint", 16: "int", 32: "bigint", 64: "decimal(20,0)"}


class UnsupportedTypeError(ValueError):
    """Spark has no type for a column."""


def columns_of(root: Node) -> tuple[Column, ...]:
    """Return the columns of a schema. Raises UnsupportedTypeError, which names the column."""
    return tuple(Column(node.name, _type(node), node.nullable) for node in root.children)


def _type(node: Node) -> str:
    kind = _group(node) if node.physical is None else _primitive(node)
    # A repeated field outside a list is a list of what it is, never null.
    in_list = node.repeated and node.logical not in (Logical.LIST, Logical.MAP)
    return f"array<{kind}>" if in_list else kind


def _group(node: Node) -> str:
    if node.logical is Logical.LIST and len(node.children) == 1:
        return f"array<{_element(node, node.children[0])}>"
    if node.logical is Logical.MAP and len(node.children) == 1:
        entry = node.children[0].children
        if len(entry) == 2:
            return f"map<{_type(entry[0])},{_type(entry[1])}>"
    return _struct(node)


def _element(parent: Node, repeated: Node) -> str:
    """Return a list's element type, by Parquet's rules for old writers too.

    https://github.com/apache/parquet-format/blob/master/LogicalTypes.md#lists
    """
    if repeated.physical is not None:
        return _primitive(repeated)
    is_element = len(repeated.children) != 1 or repeated.name in ("array", f"{parent.name}_tuple")
    return _struct(repeated) if is_element else _type(repeated.children[0])


def _struct(node: Node) -> str:
    if not node.children:
        raise UnsupportedTypeError(f"column {node.name!r} is a group without fields")
    fields = (f"{quoted_name(child.name)}:{_type(child)}" for child in node.children)
    return f"struct<{','.join(fields)}>"


def _primitive(node: Node) -> str:
    if node.logical is None:
        return _PLAIN[node.physical]
    found = _annotated(node, node.logical)
    if found is None:
        raise UnsupportedTypeError(
            f"column {node.name!r} has a type that Spark does not read ({node.logical.name})"
        )
    return found


def _annotated(node: Node, logical: Logical) -> str | None:
    if logical is Logical.DECIMAL:
        return _decimal(node)
    if logical is Logical.INTEGER and node.physical in (Physical.INT32, Physical.INT64):
        return (_SIGNED if node.signed else _UNSIGNED).get(node.bits)
    if logical is Logical.TIMESTAMP and node.physical is Physical.INT64:
        return "timestamp" if node.adjusted else "timestamp_ntz"
    return _ANNOTATED.get((node.physical, logical))


def _decimal(node: Node) -> str:
    if not 0 < node.precision <= _MAX_PRECISION or not 0 <= node.scale <= node.precision:
        raise UnsupportedTypeError(
            f"column {node.name!r} is a decimal({node.precision},{node.scale}); Spark reads up to "
            f"{_MAX_PRECISION} digits"
        )
    return f"decimal({node.precision},{node.scale})"
