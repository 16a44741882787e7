"""Reading tables of the catalog into DataFrames.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-partitions.html
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from py4j.protocol import Py4JJavaError
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from . import catalog, files, formats, paths
from .bookmark_state import Limits
from .data_source import files_at, load, read_roots, union

if TYPE_CHECKING:
    from .context import GlueContext

# Text has no types of its own: the catalog's count.
TEXT = ("csv", "json")
INFERENCE = "spark.sql.sources.partitionColumnTypeInference.enabled"


def read_table(
    context: "GlueContext",
    table: catalog.Table,
    predicate: str,
    options: Mapping[str, Any],
    ctx: str,
) -> DataFrame:
    """Read a table; of a partitioned one the partitions for which ``predicate`` is true.

    An Iceberg table needs ``--datalake-formats iceberg``.
    """
    session = context.spark_session
    if table.format == catalog.ICEBERG:
        df = session.read.format("iceberg").load(
            table.definition["Parameters"]["metadata_location"]
        )
        return df.where(predicate) if predicate else df
    if not table.partition_keys:
        schema = table.columns if table.format in TEXT else None
        df = read_roots(context, _format(table), [table.location], options, ctx, schema)
        return df if df.columns else session.createDataFrame([], table.columns)
    chosen = catalog.select_partitions(
        session, table, context.catalog().partitions(table), predicate
    )
    found = {one: files_at(session, one.location, options) for one in chosen}
    everything = [file for there in found.values() for file in there]
    pending = set(context.bookmarks.pending(ctx, everything, Limits.of(options)))
    wanted = {one: [file for file in there if file in pending] for one, there in found.items()}
    wanted = {one: there for one, there in wanted.items() if there}
    parts = list(_read_partitions(session, table, wanted))
    if parts:
        return union(parts)
    schema = StructType([*table.columns.fields, *table.partition_keys.fields])
    return session.createDataFrame([], schema)


def _read_partitions(
    session: SparkSession,
    table: catalog.Table,
    wanted: Mapping[catalog.Partition, Sequence[files.File]],
) -> Iterator[DataFrame]:
    """Read the partitions whose folders are named by their values at once, others one by one."""
    named = [one for one in wanted if _is_named_by_values(session, table, one)]
    together = [file for one in named for file in wanted[one]]
    if together:
        try:
            yield _read_together(session, table, together)
        except Py4JJavaError as error:
            # Columns of which one is int and one bigint do not merge; a union widens them.
            if "CANNOT_MERGE_SCHEMAS" not in str(error.java_exception):
                raise
            named = []
    for one, there in wanted.items():
        if one not in named:
            yield _read_one(session, table, one, there)


def _read_together(
    session: SparkSession, table: catalog.Table, together: Sequence[files.File]
) -> DataFrame:
    spec = _format(table)
    if table.format not in TEXT:
        spec = formats.Format(spec.name, {**spec.options, "mergeSchema": "true"})
    # The catalog says of what type a key is; Spark would take 01 for the number 1.
    with _setting(session, INFERENCE, "false"):
        df = load(session, spec, _literal(together), base=table.location, schema=_schema(table))
    for key in table.partition_keys:
        df = df.withColumn(key.name, F.col(paths.quote(key.name)).cast(key.dataType))
    return df


def _read_one(
    session: SparkSession,
    table: catalog.Table,
    partition: catalog.Partition,
    there: Sequence[files.File],
) -> DataFrame:
    # Not by the folders' names: this partition's place has nothing to do with its values.
    df = load(session, _format(table), _literal(there), recurse=True, schema=_schema(table))
    for key, value in zip(table.partition_keys, partition.values, strict=True):
        text = None if value == catalog.NULL_PARTITION else value
        df = df.withColumn(key.name, F.lit(text).cast(key.dataType))
    return df


def _is_named_by_values(
    session: SparkSession, table: catalog.Table, partition: catalog.Partition
) -> bool:
    folder = catalog.partition_folder(session, table.partition_keys.names, partition.values)
    return partition.location.rstrip("/") == f"{table.location.rstrip('/')}/{folder}"


def _format(table: catalog.Table) -> formats.Format:
    return formats.Format(table.format, dict(table.options))


def _schema(table: catalog.Table) -> StructType | None:
    return table.columns if table.format in TEXT and table.columns else None


def _literal(there: Sequence[files.File]) -> list[str]:
    return [files.literal(file.path) for file in there]


@contextmanager
def _setting(session: SparkSession, name: str, value: str) -> Iterator[None]:
    before = session.conf.get(name)
    session.conf.set(name, value)
    try:
        yield
    finally:
        session.conf.set(name, before)
