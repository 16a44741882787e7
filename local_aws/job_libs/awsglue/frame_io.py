"""What hangs on a GlueContext: ``create_dynamic_frame``, ``write_data_frame`` and so on.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-dynamic-frame-reader.html
https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-dynamic-frame-writer.html
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pyspark.sql import DataFrame

from . import catalog, data_source, table_source
from .data_sink import DataSink
from .errors import UnsupportedByLocalGlue

if TYPE_CHECKING:
    from .context import GlueContext

Options = Mapping[str, Any] | None


class DataFrameReader:
    """``glueContext.create_data_frame``: reads into DataFrames."""

    def __init__(self, glue_context: "GlueContext") -> None:
        self._glue_context = glue_context

    def from_options(
        self,
        connection_type: str,
        connection_options: Options = None,
        format: str | None = None,
        format_options: Options = None,
        transformation_ctx: str = "",
        push_down_predicate: str = "",
        **_: Any,
    ) -> DataFrame:
        """Read files. ``push_down_predicate`` is Spark SQL over the partition columns."""
        df = data_source.read_files(
            self._glue_context,
            connection_type,
            connection_options or {},
            format,
            format_options or {},
            transformation_ctx,
        )
        return df.where(push_down_predicate) if push_down_predicate else df

    def from_catalog(
        self,
        database: str | None = None,
        table_name: str | None = None,
        redshift_tmp_dir: str = "",
        transformation_ctx: str = "",
        push_down_predicate: str = "",
        additional_options: Options = None,
        catalog_id: str | None = None,
        **kwargs: Any,
    ) -> DataFrame:
        """Read a table of the catalog (``name_space`` is an old name of ``database``)."""
        del redshift_tmp_dir
        database = database or kwargs.get("name_space")
        if not database or not table_name:
            raise ValueError("from_catalog needs database and table_name")
        options = additional_options or {}
        table = self._glue_context.catalog(catalog_id).table(database, table_name)
        predicates = [push_down_predicate, options.get("catalogPartitionPredicate", "")]
        both = " AND ".join(f"({one})" for one in predicates if one)
        return table_source.read_table(self._glue_context, table, both, options, transformation_ctx)


class DynamicFrameReader:
    """``glueContext.create_dynamic_frame``: reads into DynamicFrames."""

    def __init__(self, glue_context: "GlueContext") -> None:
        self._glue_context = glue_context
        self._reader = DataFrameReader(glue_context)

    def from_rdd(
        self,
        data: Any,
        name: str,
        schema: Any = None,
        sampleRatio: float | None = None,
        transformation_ctx: str = "",
    ) -> Any:
        """Make a frame of an RDD of rows, tuples or dicts."""
        df = self._glue_context.spark_session.createDataFrame(data, schema, sampleRatio)
        return self._frame(df, transformation_ctx or name)

    def from_options(self, *args: Any, **kwargs: Any) -> Any:
        """Read files; parameters as of ``DataFrameReader.from_options``."""
        ctx = _ctx(args, kwargs, position=4)
        return self._frame(self._reader.from_options(*args, **kwargs), ctx)

    def from_catalog(self, *args: Any, **kwargs: Any) -> Any:
        """Read a table; parameters as of ``DataFrameReader.from_catalog``."""
        ctx = _ctx(args, kwargs, position=3)
        return self._frame(self._reader.from_catalog(*args, **kwargs), ctx)

    def _frame(self, df: DataFrame, name: str) -> Any:
        from .dynamicframe import DynamicFrame

        return DynamicFrame(df, self._glue_context, name)


class DynamicFrameWriter:
    """``glueContext.write_dynamic_frame``: writes DynamicFrames, and collections of them."""

    def __init__(self, glue_context: "GlueContext") -> None:
        self._glue_context = glue_context

    def from_options(
        self,
        frame: Any,
        connection_type: str,
        connection_options: Options = None,
        format: str | None = None,
        format_options: Options = None,
        transformation_ctx: str = "",
    ) -> Any:
        """Add files at ``connection_options["path"]``."""
        del transformation_ctx
        sink = DataSink(self._glue_context, connection_type, format, connection_options or {})
        if format:
            sink.setFormat(format, **(format_options or {}))
        return sink.writeFrame(frame)

    def from_catalog(
        self,
        frame: Any,
        database: str | None = None,
        table_name: str | None = None,
        redshift_tmp_dir: str = "",
        transformation_ctx: str = "",
        additional_options: Options = None,
        catalog_id: str | None = None,
        **kwargs: Any,
    ) -> Any:
        """Add files to a table of the catalog, by its format and partition keys."""
        del redshift_tmp_dir, transformation_ctx
        database = database or kwargs.get("name_space")
        if not database or not table_name:
            raise ValueError("from_catalog needs database and table_name")
        options = dict(additional_options or {})
        table = self._glue_context.catalog(catalog_id).table(database, table_name)
        if table.format == catalog.ICEBERG:
            raise UnsupportedByLocalGlue(
                "Writing to an Iceberg table with from_catalog",
                f'Use df.writeTo("<catalog>.{database}.{table_name}").append().',
            )
        options.setdefault("partitionKeys", table.partition_keys.names)
        options["path"] = table.location
        sink = DataSink(self._glue_context, "s3", table.format, options)
        sink.setCatalogInfo(database, table_name)
        if table.format == "csv":
            sign = {"separator": table.options["sep"], "quoteChar": table.options["quote"]}
            sink.setFormat("csv", writeHeader=table.options["header"], **sign)
        return sink.writeFrame(frame)

    def from_jdbc_conf(self, *args: Any, **kwargs: Any) -> Any:
        """Refuse: there are no databases here."""
        del args, kwargs
        raise UnsupportedByLocalGlue("Writing by JDBC", "Use df.write.jdbc with --extra-jars.")


class DataFrameWriter:
    """``glueContext.write_data_frame``: writes DataFrames."""

    def __init__(self, glue_context: "GlueContext") -> None:
        self._glue_context = glue_context
        self._writer = DynamicFrameWriter(glue_context)

    def from_options(self, frame: DataFrame, *args: Any, **kwargs: Any) -> DataFrame:
        """Add files; parameters as of ``DynamicFrameWriter.from_options``."""
        self._writer.from_options(self._wrapped(frame), *args, **kwargs)
        return frame

    def from_catalog(self, frame: DataFrame, *args: Any, **kwargs: Any) -> DataFrame:
        """Add files to a table; parameters as of ``DynamicFrameWriter.from_catalog``."""
        self._writer.from_catalog(self._wrapped(frame), *args, **kwargs)
        return frame

    def _wrapped(self, frame: DataFrame) -> Any:
        from .dynamicframe import DynamicFrame

        return DynamicFrame(frame, self._glue_context)


def _ctx(args: tuple[Any, ...], kwargs: Mapping[str, Any], position: int) -> str:
    given = args[position] if len(args) > position else kwargs.get("transformation_ctx", "")
    return str(given)
