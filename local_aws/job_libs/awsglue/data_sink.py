"""Writing DataFrames to files, and telling the catalog of them.

https://docs.aws.amazon.com/glue/latest/dg/update-from-job.html
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import NullType, StructType

from . import catalog, formats, paths
from .data_source import FILE_CONNECTIONS, check_connection
from .errors import UnsupportedByLocalGlue

if TYPE_CHECKING:
    from .context import GlueContext

BEHAVIOURS = ("UPDATE_IN_DATABASE", "LOG")
_HIVE = "org.apache.hadoop.hive"
# Input format, output format and SerDe of a table of each format.
STORAGE = {
    "parquet": (
        f"{_HIVE}.ql.io.parquet.MapredParquetInputFormat",
        f"{_HIVE}.ql.io.parquet.MapredParquetOutputFormat",
        f"{_HIVE}.ql.io.parquet.serde.ParquetHiveSerDe",
    ),
    "orc": (
        f"{_HIVE}.ql.io.orc.OrcInputFormat",
        f"{_HIVE}.ql.io.orc.OrcOutputFormat",
        f"{_HIVE}.ql.io.orc.OrcSerde",
    ),
    "json": (
        "org.apache.hadoop.mapred.TextInputFormat",
        f"{_HIVE}.ql.io.HiveIgnoreKeyTextOutputFormat",
        "org.openx.data.jsonserde.JsonSerDe",
    ),
    "csv": (
        "org.apache.hadoop.mapred.TextInputFormat",
        f"{_HIVE}.ql.io.HiveIgnoreKeyTextOutputFormat",
        f"{_HIVE}.serde2.lazy.LazySimpleSerDe",
    ),
}


class DataSink:
    """A place to write to, as ``GlueContext.getSink`` returns it."""

    def __init__(
        self,
        context: "GlueContext",
        connection_type: str,
        format: str | None,
        options: Mapping[str, Any],
    ) -> None:
        check_connection(connection_type)
        self._context = context
        self._options = dict(options)
        self._format = format
        if connection_type.lower() not in FILE_CONNECTIONS:
            self._format = connection_type
        self._format_options: dict[str, Any] = {}
        self._table: tuple[str, str] | None = None
        behaviour = self._options.get("updateBehavior", "UPDATE_IN_DATABASE")
        if behaviour not in BEHAVIOURS:
            raise ValueError(f"updateBehavior is one of {', '.join(BEHAVIOURS)}, not {behaviour!r}")

    def setFormat(self, format: str, **options: Any) -> None:
        """Set the format and its options."""
        self._format = format
        self._format_options = options

    def setCatalogInfo(self, catalogDatabase: str, catalogTableName: str) -> None:
        """Say which table to keep up to date; needs ``enableUpdateCatalog=True``."""
        self._table = (catalogDatabase, catalogTableName)

    def setAccumulableSize(self, size: int) -> None:
        """Accept a size, which has no meaning here."""

    def writeFrame(self, dynamic_frame: Any, info: str = "") -> Any:
        """Write a DynamicFrame, or each frame of a collection to a folder of its name."""
        del info
        frames = getattr(dynamic_frame, "frames", None)
        if frames is None:
            self._write(dynamic_frame.toDF(), self._path())
        else:
            for name, frame in frames.items():
                self._write(frame.toDF(), f"{self._path().rstrip('/')}/{name}")
        return dynamic_frame

    write = writeFrame

    def writeDataFrame(self, df: DataFrame) -> DataFrame:
        """Write a DataFrame."""
        self._write(df, self._path())
        return df

    def _path(self) -> str:
        path = self._options.get("path")
        if not path:
            raise ValueError('The target needs a "path", such as s3://bucket/prefix/')
        return str(path)

    def _write(self, df: DataFrame, path: str) -> None:
        keys = list(self._options.get("partitionKeys") or [])
        spec = formats.writing(self._format, self._format_options, self._options)
        write_files(df, spec, path, keys)
        if str(self._options.get("enableUpdateCatalog", False)).lower() == "true":
            if self._table is None:
                raise ValueError("enableUpdateCatalog needs sink.setCatalogInfo(...)")
            behaviour = self._options.get("updateBehavior", "UPDATE_IN_DATABASE")
            update_catalog(self._context, self._table, df, spec, path, keys, behaviour)


def write_files(df: DataFrame, spec: formats.Format, path: str, keys: Sequence[str]) -> None:
    """Add files under ``path``; Glue's sinks never remove what is there."""
    for field in df.schema:
        if isinstance(field.dataType, NullType):
            # No file format can hold a column without a type.
            df = df.withColumn(field.name, F.lit(None).cast("string"))
    writer = df.write.format(spec.name).mode("append").options(**spec.options)
    if keys:
        writer = writer.partitionBy(*keys)
    writer.save(path)


def update_catalog(
    context: "GlueContext",
    name: tuple[str, str],
    df: DataFrame,
    spec: formats.Format,
    path: str,
    keys: Sequence[str],
    behaviour: str,
) -> None:
    """Create the table or, unless ``behaviour`` is LOG, give it new columns; add the partitions."""
    known = context.catalog()
    columns = StructType([field for field in df.schema if field.name not in keys])
    table = known.find(*name)
    if table is None:
        if behaviour == "LOG":
            return
        known.create(name[0], _definition(name[1], columns, df.schema, spec, path, keys))
        table = known.table(*name)
    elif behaviour == "UPDATE_IN_DATABASE":
        merged = _merged(table.columns, columns)
        if merged != table.columns:
            known.set_columns(table, merged)
            table = known.table(*name)
    if keys:
        known.add_partitions(table, _partitions(context, df, path, keys))


def _merged(old: StructType, new: StructType) -> StructType:
    """Keep the order of the old columns, take the new ones' types, append what is new."""
    changed = {field.name.lower(): field for field in new}
    kept = [changed.pop(field.name.lower(), field) for field in old]
    return StructType([*kept, *changed.values()])


def _definition(
    name: str,
    columns: StructType,
    schema: StructType,
    spec: formats.Format,
    path: str,
    keys: Sequence[str],
) -> dict[str, Any]:
    if spec.name not in STORAGE:
        raise UnsupportedByLocalGlue(f"A catalog table of {spec.name}", "Use parquet, json or csv.")
    input_format, output_format, serde = STORAGE[spec.name]
    parameters = {"classification": spec.name}
    serde_parameters: dict[str, str] = {}
    if spec.name == "csv":
        serde_parameters["field.delim"] = spec.options["sep"]
        if spec.options["header"] == "true":
            parameters["skip.header.line.count"] = "1"
    return {
        "Name": name,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": parameters,
        "PartitionKeys": catalog.hive_columns(StructType([schema[key] for key in keys])),
        "StorageDescriptor": {
            "Columns": catalog.hive_columns(columns),
            "Location": path,
            "InputFormat": input_format,
            "OutputFormat": output_format,
            "SerdeInfo": {"SerializationLibrary": serde, "Parameters": serde_parameters},
        },
    }


def _partitions(
    context: "GlueContext", df: DataFrame, path: str, keys: Sequence[str]
) -> list[catalog.Partition]:
    """Return the partitions that ``df`` was written to, in the folders that Spark names."""
    columns = [F.col(paths.quote(key)).cast("string").alias(key) for key in keys]
    found = []
    for row in df.select(columns).distinct().collect():
        values = tuple(catalog.NULL_PARTITION if value in (None, "") else value for value in row)
        folder = catalog.partition_folder(context.spark_session, keys, values)
        found.append(catalog.Partition(values, f"{path.rstrip('/')}/{folder}"))
    return found
