"""Reading files into DataFrames.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-connect-s3-home.html
"""

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import TYPE_CHECKING, Any

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.types import StructType

from . import files, formats
from .bookmark_state import Limits
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
    df = read_roots(context, spec, paths_of(options), options, ctx)
    if spec.name == "csv":
        df = _glue_headers(df, spec)
    return formats.pick(df, spec.json_path)


def read_roots(
    context: "GlueContext",
    spec: formats.Format,
    roots: Sequence[str],
    options: Mapping[str, Any],
    ctx: str,
    schema: StructType | None = None,
) -> DataFrame:
    """Read what lies at ``roots``, or of it what bookmarks, exclusions and limits leave."""
    session = context.spark_session
    recurse = is_true(options, "recurse")
    limits = Limits.of(options)
    if not (context.bookmarks.follows(ctx) or options.get("exclusions") or limits.bounded):
        return load(session, spec, roots, recurse, schema=schema)
    found = [file for root in roots for file in files_at(session, root, options)]
    by_root: dict[str | None, list[str]] = {}
    for file in context.bookmarks.pending(ctx, found, limits):
        by_root.setdefault(file.root, []).append(files.literal(file.path))
    # Names of folders are columns below the root, which Spark would not know from the files.
    parts = [load(session, spec, paths, recurse, root, schema) for root, paths in by_root.items()]
    return union(parts) if parts else load(session, spec, [], schema=schema)


def files_at(session: SparkSession, root: str, options: Mapping[str, Any]) -> list[files.File]:
    """Return the files at ``root`` without the excluded ones."""
    patterns = files.parse_exclusions(options.get("exclusions") or "[]")
    return [
        file
        for file in files.list_files(session, root, is_true(options, "recurse"))
        if not files.excluded(file.path, root, patterns)
    ]


def is_true(options: Mapping[str, Any], name: str) -> bool:
    """Return an option that may be a boolean or a text."""
    return str(options.get(name, False)).lower() == "true"


def union(parts: Sequence[DataFrame]) -> DataFrame:
    """Return all rows of ``parts``; a column that one of them lacks is null there."""
    return reduce(lambda one, other: one.unionByName(other, allowMissingColumns=True), parts)


def load(
    session: SparkSession,
    spec: formats.Format,
    paths: Sequence[str],
    recurse: bool = False,
    base: str | None = None,
    schema: StructType | None = None,
) -> DataFrame:
    """Read ``paths``. Nothing there gives a frame without rows."""
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
