"""Choosing, dropping, renaming, mapping and joining the fields of DataFrames."""

from collections.abc import Sequence
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from . import paths
from .gluetypes import spark_type
from .logger import GlueLogger


def listed(value: Sequence[str] | str) -> list[str]:
    """Return one path or several as a list."""
    return [value] if isinstance(value, str) else list(value)


def found(df: DataFrame, path: str) -> tuple[str, ...]:
    """Return the names along ``path``. Raises ValueError, which names what there is."""
    steps = paths.resolve(df.schema, path)
    if steps is None:
        raise ValueError(f"No field {path}; there are {', '.join(df.columns)}")
    return steps


def select(df: DataFrame, wanted: Sequence[str]) -> DataFrame:
    """Keep the fields at ``wanted``, nested ones within their structs."""
    tree: dict[str, Any] = {}
    for path in wanted:
        steps = paths.resolve(df.schema, path)
        if steps is None:
            GlueLogger().warn(f"select_fields: no field {path}; left out")
            continue
        if _through_array(df.schema, steps):
            # Elements of an array are not chosen one by one: the whole of it stays.
            steps = steps[:1]
        at = tree
        for step in steps[:-1]:
            below = at.setdefault(step, {})
            if not isinstance(below, dict):
                break  # the whole struct is wanted already
            at = below
        else:
            at[steps[-1]] = paths.column(steps)
    return df.select(paths.build(tree))


def _through_array(schema: StructType, steps: Sequence[str]) -> bool:
    kinds = [paths.data_type(schema, steps[:end]) for end in range(1, len(steps))]
    return any(not isinstance(kind, StructType) for kind in kinds)


def drop(df: DataFrame, unwanted: Sequence[str]) -> DataFrame:
    """Remove the fields at ``unwanted``."""
    for path in unwanted:
        steps = paths.resolve(df.schema, path)
        if steps is not None:
            df = paths.drop(df, steps)
    return df


def rename(df: DataFrame, old: str, new: str) -> DataFrame:
    """Move the field at the path ``old`` to the path ``new``."""
    steps = paths.resolve(df.schema, old)
    if steps is None:
        GlueLogger().warn(f"rename_field: no field {old}; nothing renamed")
        return df
    target = paths.parse(new)
    if len(steps) == 1 and len(target) == 1:
        # In its place, as a person expects.
        return df.select(
            [
                F.col(paths.quote(name)).alias(target[0] if name == steps[0] else name)
                for name in df.columns
            ]
        )
    moved = paths.column(steps)
    if len(target) == 1:
        return paths.drop(df.withColumn(target[0], moved), steps)
    parent = paths.resolve(df.schema, ".".join(paths.quote(step) for step in target[:-1]))
    if parent is None:
        tree: dict[str, Any] = {}
        paths.place(tree, target[1:], moved)
        return paths.drop(df.withColumn(target[0], F.struct(*paths.build(tree))), steps)
    name = paths.quote(target[-1])
    return paths.drop(paths.change(df, parent, lambda value: value.withField(name, moved)), steps)


def map_fields(df: DataFrame, mappings: Sequence[Sequence[str]]) -> DataFrame:
    """Keep the mapped fields, at their target paths and of their target types."""
    tree: dict[str, Any] = {}
    for mapping in mappings:
        source, target, kind = _parse_mapping(mapping)
        steps = paths.resolve(df.schema, source)
        if steps is None:
            GlueLogger().warn(f"apply_mapping: no field {source}; left out")
            continue
        value = paths.column(steps)
        if kind is not None and kind not in ("struct", "array", "map"):
            value = value.cast(spark_type(kind))
        paths.place(tree, paths.parse(target), value)
    return df.select(paths.build(tree))


def _parse_mapping(mapping: Sequence[str]) -> tuple[str, str, str | None]:
    """Return source path, target path and target type."""
    if isinstance(mapping, str) or len(mapping) not in (2, 4):
        raise ValueError(
            f"A mapping is (source, source type, target, target type), not {mapping!r}"
        )
    if len(mapping) == 2:
        return mapping[0], mapping[1], None
    return mapping[0], mapping[2], mapping[3]


def join(
    left: DataFrame, right: DataFrame, left_keys: Sequence[str], right_keys: Sequence[str]
) -> DataFrame:
    """Join where the keys are equal; a column of ``right`` that ``left`` has too gets a dot."""
    if len(left_keys) != len(right_keys):
        raise ValueError(f"join needs as many keys on each side: {left_keys} and {right_keys}")
    mine = [paths.column(found(left, key)) for key in left_keys]
    theirs = [paths.column(found(right, key)) for key in right_keys]
    keyed_left = left.select("*", *_numbered(mine, "left"))
    renamed: list[Column] = [
        F.col(paths.quote(name)).alias(f".{name}" if name in left.columns else name)
        for name in right.columns
    ]
    keyed_right = right.select(*renamed, *_numbered(theirs, "right"))
    equal = [
        F.col(paths.quote(f"\0left{at}")) == F.col(paths.quote(f"\0right{at}"))
        for at in range(len(mine))
    ]
    joined = keyed_left.join(keyed_right, equal)
    return joined.select(
        [F.col(paths.quote(name)) for name in joined.columns if not name.startswith("\0")]
    )


def _numbered(keys: Sequence[Column], side: str) -> list[Column]:
    return [key.alias(f"\0{side}{at}") for at, key in enumerate(keys)]
