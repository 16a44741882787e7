"""Flattening: unnest and relationalize.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-transforms-Relationalize.html
https://repost.aws/knowledge-center/glue-pivoted-data-relationalize
"""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, DataType, MapType, StructType

from .errors import UnsupportedByLocalGlue
from .paths import quote


def unnest(df: DataFrame) -> DataFrame:
    """Make each field of a struct a column, named by its path; arrays stay."""
    columns: list[Column] = []
    for field in df.schema:
        columns += _leaves(F.col(quote(field.name)), field.dataType, field.name)
    return df.select(columns)


def _leaves(value: Column, kind: DataType, name: str) -> list[Column]:
    if not isinstance(kind, StructType):
        return [value.alias(name)]
    return [
        leaf
        for field in kind
        for leaf in _leaves(value.getField(field.name), field.dataType, f"{name}.{field.name}")
    ]


def relationalize(df: DataFrame, root: str) -> dict[str, DataFrame]:
    """Split ``df`` into tables without nesting.

    The root table keeps, in place of an array, a number; the array's elements are in the table
    ``<root>_<path>``, which has that number as ``id``, the position as ``index``, and the element
    as ``<path>.val`` or ``<path>.val.<field>``. Arrays in arrays repeat this.
    """
    tables: dict[str, DataFrame] = {}
    _split(df, root, root, tables)
    return tables


def _split(df: DataFrame, name: str, root: str, tables: dict[str, DataFrame]) -> None:
    flat = unnest(df)
    for field in flat.schema:
        if isinstance(field.dataType, MapType):
            raise UnsupportedByLocalGlue(
                f"relationalize of the map {field.name}", "Make it a struct or an array before."
            )
    arrays = [field.name for field in flat.schema if isinstance(field.dataType, ArrayType)]
    if not arrays:
        tables[name] = flat
        return
    # Numbered once and kept: computed again, Spark might number the rows differently.
    numbered = flat.withColumn("\0row", F.monotonically_increasing_id() + 1).localCheckpoint()
    number = F.col(quote("\0row"))
    tables[name] = numbered.select(
        [
            F.when(F.col(quote(column)).isNotNull(), number).alias(column)
            if column in arrays
            else F.col(quote(column))
            for column in flat.columns
        ]
    )
    for array in arrays:
        elements = numbered.select(
            number.alias("id"), F.posexplode(F.col(quote(array))).alias("index", f"{array}.val")
        )
        _split(elements, f"{root}_{array}", root, tables)
