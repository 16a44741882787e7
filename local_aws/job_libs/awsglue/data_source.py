"""Reading files, and tables of the catalog, into DataFrames.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-connect-s3-home.html
"""

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import TYPE_CHECKING, Any

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from . import catalog, files, formats
from .errors import UnsupportedByLocalGlue

if TYPE_CHECKING:
    from .context import GlueContext
    from .dynamicframe import DynamicFrame

# A format may stand in the place of the connection's type.
FILE_CONNECTIONS = ("s3", "file")
NOTHING_THERE = ("PATH_NOT_FOUND", "UNABLE_TO_INFER_SCHEMA")


class DataSource:
    """A place to read from, as ``GlueContext.getSource`` returns it."""

    def __init__(
        self, context: "GlueContext", connection_type: str, ctx: str, options: Mapping[str, Any]
    ) -> None:
        check_connection(connection_type)
        self._context = context
        self._type = connection_type
        self._ctx = ctx
        self._options = options
        self._format: str | None = None
        self._format_options: dict[str, Any] = {}

    def setFormat(self, format: str, **options: Any) -> None:
        """Set the format and its options."""
        self._format = format
        self._format_options = options

    def getFrame(self) -> "DynamicFrame":
        """Read."""
        from .dynamicframe import DynamicFrame

        df = read_files(
            self._context, self._type, self._options, self._format, self._format_options, self._ctx
        )
        return DynamicFrame(df, self._context, self._ctx)


def check_connection(connection_type: str) -> None:
    """Raise UnsupportedByLocalGlue for what is neither S3, files, nor one of the formats."""
    if connection_type.lower() not in (*FILE_CONNECTIONS, *formats.SUPPORTED):
        raise UnsupportedByLocalGlue(
            f"The connection type {connection_type!r}",
            f"Use one of {', '.join((*FILE_CONNECTIONS, *formats.SUPPORTED))}, or Spark itself "
            "(spark.read.jdbc with the driver in --extra-jars).",
        )


def paths_of(options: Mapping[str, Any]) -> list[str]:
    """Return ``paths`` or ``path`` of connection options. Raises ValueError if there is neither."""
    given = options.get("paths", options.get("path"))
    paths = [given] if isinstance(given, str) else list(given or [])
    if not paths:
        raise ValueError('connection_options needs "paths": ["s3://bucket/prefix/"]')
    return paths


def read_files(
    context: "GlueContext",
    connection_type: str,
    options: Mapping[str, Any],
    format: str | None,
    format_options: Mapping[str, Any],
    ctx: str,
) -> DataFrame:
    """Read what ``from_options`` describes. Nothing there gives a frame without columns."""
    check_connection(connection_type)
    if connection_type.lower() not in FILE_CONNECTIONS:
        format = connection_type
    spec = formats.reading(format, format_options)
    recurse = str(options.get("recurse", False)).lower() == "true"
    roots = paths_of(options)
    paths = context.bookmarks.pending(ctx, roots)
    if options.get("exclusions"):
        paths = _without_excluded(context.spark_session, paths, recurse, options["exclusions"])
    base = roots[0] if len(roots) == 1 and paths != roots else None
    df = _load(context.spark_session, spec, paths, recurse, base)
    if spec.name == "csv":
        df = _glue_headers(df, spec)
    return formats.pick(df, spec.json_path)


def _without_excluded(
    session: SparkSession, paths: Sequence[str], recurse: bool, exclusions: Any
) -> list[str]:
    patterns = files.parse_exclusions(exclusions)
    return [
        file.path
        for path in paths
        for file in files.list_files(session, path, recurse)
        if not files.excluded(file.path, path, patterns)
    ]


def _load(
    session: SparkSession,
    spec: formats.Format,
    paths: Sequence[str],
    recurse: bool = False,
    base: str | None = None,
    schema: StructType | None = None,
) -> DataFrame:
    empty = session.createDataFrame([], schema or StructType([]))
    if not paths:
        return empty
    reader = session.read.format(spec.name).options(**spec.options)
    if recurse:
        reader = reader.option("recursiveFileLookup", "true")
    elif base:
        reader = reader.option("basePath", base)
    if schema is not None:
        reader = reader.schema(schema)
    try:
        return reader.load(list(paths))
    except AnalysisException as error:
        if error.getErrorClass() in NOTHING_THERE:
            return empty
        raise


def _glue_headers(df: DataFrame, spec: formats.Format) -> DataFrame:
    """Name the columns of a file without a header as Glue does: col0, col1, …"""
    if spec.options["header"] == "true":
        return df
    if spec.skip_first:
        raise UnsupportedByLocalGlue("skipFirst without withHeader", "Set withHeader instead.")
    names = [f"col{name[2:]}" if name.startswith("_c") else name for name in df.columns]
    return df.toDF(*names)


def read_table(
    context: "GlueContext",
    table: catalog.Table,
    predicate: str,
    options: Mapping[str, Any],
    ctx: str,
) -> DataFrame:
    """Read a table; of a partitioned one the partitions for which ``predicate`` is true."""
    session = context.spark_session
    if not table.partition_keys:
        paths = context.bookmarks.pending(ctx, [table.location])
        return _read_folder(session, table, paths, options)
    found = catalog.select_partitions(
        session, table, context.catalog().partitions(table), predicate
    )
    parts = []
    for partition in found:
        paths = context.bookmarks.pending(ctx, [partition.location])
        part = _read_folder(session, table, paths, options)
        for key, value in zip(table.partition_keys, partition.values, strict=True):
            part = part.withColumn(key.name, F.lit(value).cast(key.dataType))
        parts.append(part)
    if not parts:
        return session.createDataFrame(
            [], StructType([*table.columns.fields, *table.partition_keys.fields])
        )
    return reduce(lambda one, other: one.unionByName(other, allowMissingColumns=True), parts)


def _read_folder(
    session: SparkSession, table: catalog.Table, paths: Sequence[str], options: Mapping[str, Any]
) -> DataFrame:
    recurse = str(options.get("recurse", False)).lower() == "true"
    spec = formats.Format(table.format, dict(table.options))
    if table.format in ("csv", "json"):
        # Text has no types of its own: the catalog's count.
        return _load(session, spec, paths, recurse, schema=table.columns or None)
    df = _load(session, spec, paths, recurse)
    if not df.columns:
        return session.createDataFrame([], table.columns)
    return df
