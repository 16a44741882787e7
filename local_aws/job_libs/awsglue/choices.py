"""``resolveChoice`` on frames whose columns each have one type.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-transforms-ResolveChoice.html
"""

from collections.abc import Callable, Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql.types import DataType, StructField

from . import paths
from .gluetypes import spark_type
from .logger import GlueLogger

ACTIONS = "cast:<type>, project:<type>, make_cols, make_struct"


def resolve(df: DataFrame, specs: Sequence[tuple[str, str]]) -> DataFrame:
    """Apply ``(path, action)`` pairs.

    A column of a DataFrame is never a choice: Spark reads mixed values as strings. So ``cast`` and
    ``project`` cast the column, and ``make_cols`` and ``make_struct`` have nothing to split and
    leave it, as Glue leaves a column that is no choice. Raises ValueError for another action.
    """
    for path, action in specs:
        verb, _, kind = action.partition(":")
        if verb not in ("cast", "project", "make_cols", "make_struct"):
            raise ValueError(f"resolveChoice: {action!r} is none of {ACTIONS}")
        if verb in ("make_cols", "make_struct"):
            continue
        if not kind:
            raise ValueError(f"resolveChoice: {action!r} needs a type, such as {verb}:long")
        steps = paths.resolve(df.schema, path)
        if steps is None:
            GlueLogger().warn(f"resolveChoice: no field {path}; left out")
            continue
        df = paths.change(df, steps, _caster(spark_type(kind)))
    return df


def resolve_all(df: DataFrame, choice: str) -> DataFrame:
    """Apply one action to every choice, of which there are none. Raises ValueError."""
    verb, _, kind = choice.partition(":")
    if verb not in ("cast", "project", "make_cols", "make_struct"):
        raise ValueError(f"resolveChoice: {choice!r} is none of {ACTIONS}, match_catalog")
    if verb in ("cast", "project"):
        spark_type(kind)
    return df


def match(df: DataFrame, wanted: Sequence[StructField]) -> DataFrame:
    """Cast the columns that a catalog table has to the table's types."""
    for field in wanted:
        steps = paths.resolve(df.schema, paths.quote(field.name))
        if steps is not None and df.schema[steps[0]].dataType != field.dataType:
            df = paths.change(df, steps, _caster(field.dataType))
    return df


def _caster(kind: DataType) -> Callable[[Column], Column]:
    return lambda value: value.cast(kind)
