"""Paths to fields, as Glue writes them: ``a.b``, ``list[].c``, ```name.with.dots```."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, DataType, StructType

# A quoted name, or a run of anything but dots and quotes.
_STEP = re.compile(r"`([^`]+)`|([^.`]+)")


def parse(path: str) -> tuple[str, ...]:
    """Return the names along ``path``; the ``[]`` of arrays is implied by the schema."""
    steps = tuple(quoted or plain.removesuffix("[]") for quoted, plain in _STEP.findall(path))
    if not steps:
        raise ValueError(f"An empty field path: {path!r}")
    return steps


def resolve(schema: StructType, path: str) -> tuple[str, ...] | None:
    """Return the names along ``path`` as ``schema`` spells them, None if there is no such field.

    A column whose name holds the dots of ``path``, as unnest makes them, is found too.
    """
    whole = _spelled(schema, path.replace("`", ""))
    if whole is not None:
        return (whole,)
    found: list[str] = []
    at: DataType = schema
    for step in parse(path):
        while isinstance(at, ArrayType):
            at = at.elementType
        name = _spelled(at, step) if isinstance(at, StructType) else None
        if name is None:
            return None
        found.append(name)
        at = at[name].dataType
    return tuple(found)


def _spelled(schema: StructType, name: str) -> str | None:
    if name in schema.names:
        return name
    # Spark and Glue's catalog do not tell upper from lower case in a column's name.
    return next((own for own in schema.names if own.lower() == name.lower()), None)


def quote(name: str) -> str:
    """Return ``name`` so that Spark takes its dots as part of it."""
    return "`" + name.replace("`", "``") + "`"


def column(steps: Sequence[str]) -> Column:
    """Return the column at ``steps``."""
    found = F.col(quote(steps[0]))
    for step in steps[1:]:
        found = found.getField(step)
    return found


def data_type(schema: StructType, steps: Sequence[str]) -> DataType:
    """Return the type of the field at ``steps``."""
    at: DataType = schema
    for step in steps:
        while isinstance(at, ArrayType):
            at = at.elementType
        at = at[step].dataType
    return at


def change(df: DataFrame, steps: Sequence[str], edit: Callable[[Column], Column]) -> DataFrame:
    """Replace the value at ``steps``, within arrays in each element."""
    top, rest = steps[0], steps[1:]
    edited = _changed(F.col(quote(top)), df.schema[top].dataType, rest, edit)
    return df.withColumn(top, edited)


def _changed(
    value: Column, at: DataType, steps: Sequence[str], edit: Callable[[Column], Column]
) -> Column:
    if not steps:
        return edit(value)
    if isinstance(at, ArrayType):
        inner = at.elementType
        return F.transform(value, lambda element: _changed(element, inner, steps, edit))
    name = steps[0]
    below = at[name].dataType
    changed = _changed(value.getField(name), below, steps[1:], edit)
    return value.withField(quote(name), changed)


def drop(df: DataFrame, steps: Sequence[str]) -> DataFrame:
    """Remove the field at ``steps``; a struct that loses its last field goes with it."""
    if len(steps) == 1:
        return df.drop(F.col(quote(steps[0])))
    parent = data_type(df.schema, steps[:-1])
    while isinstance(parent, ArrayType):
        parent = parent.elementType
    if isinstance(parent, StructType) and len(parent.names) == 1:
        return drop(df, steps[:-1])
    return change(df, steps[:-1], _dropper(data_type(df.schema, steps[:-1]), steps[-1]))


def _dropper(parent: DataType, name: str) -> Callable[[Column], Column]:
    if isinstance(parent, ArrayType):
        inner = _dropper(parent.elementType, name)
        return lambda value: F.transform(value, inner)
    return lambda value: value.dropFields(quote(name))


def build(tree: dict[str, Any], prefix: str = "") -> list[Column]:
    """Turn nested dicts of columns into columns and structs, named by their keys."""
    columns = []
    for name, below in tree.items():
        if isinstance(below, dict):
            columns.append(F.struct(*build(below, f"{prefix}{name}.")).alias(name))
        else:
            columns.append(below.alias(name))
    return columns


def place(tree: dict[str, Any], steps: Sequence[str], value: Column) -> None:
    """Put ``value`` into ``tree`` at ``steps``. Raises ValueError where two values meet."""
    *above, last = steps
    for step in above:
        tree = tree.setdefault(step, {})
        if not isinstance(tree, dict):
            raise ValueError(f"{'.'.join(steps)}: {step} is a value and cannot hold fields")
    if last in tree:
        raise ValueError(f"{'.'.join(steps)} is the target of two fields")
    tree[last] = value
