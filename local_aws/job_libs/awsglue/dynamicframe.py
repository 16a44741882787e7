"""DynamicFrame, over a DataFrame.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-dynamic-frame.html
"""

import json
import operator
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import TYPE_CHECKING, Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from . import choices, fields, gluetypes, nesting, paths, records
from .collection import DynamicFrameCollection
from .errors import UnsupportedByLocalGlue
from .frame_io import DynamicFrameReader, DynamicFrameWriter

if TYPE_CHECKING:
    from .context import GlueContext

__all__ = [
    "DynamicFrame",
    "DynamicFrameCollection",
    "DynamicFrameReader",
    "DynamicFrameWriter",
]

COMPARATORS: dict[str, Callable[[Any, Any], Any]] = {
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
    "=": operator.eq,
    "==": operator.eq,
    "!=": operator.ne,
}


class DynamicFrame:
    """Records with a schema.

    Where a method takes ``transformation_ctx``, ``info`` and thresholds, the first names the step
    for bookmarks, the second is of no use here. ``stageThreshold`` and ``totalThreshold`` bound the
    records on which the script's functions raised; 0 is no bound.
    """

    def __init__(
        self,
        jdf: DataFrame,
        glue_ctx: "GlueContext",
        name: str = "",
        errors: Sequence[DataFrame] = (),
    ) -> None:
        self._df = jdf
        self.glue_ctx = glue_ctx
        self.name = name
        # What each step before this one could not process, the last step's last.
        self._errors = tuple(errors)

    @classmethod
    def fromDF(
        cls, dataframe: DataFrame, glue_ctx: "GlueContext", name: str = ""
    ) -> "DynamicFrame":
        """Make a frame of a DataFrame."""
        return cls(dataframe, glue_ctx, name)

    def toDF(self, options: Sequence[Any] | None = None) -> DataFrame:
        """Return the DataFrame. ``options`` resolve choices, of which there are none here."""
        if options:
            raise UnsupportedByLocalGlue("toDF with ResolveOptions", "Use resolveChoice before.")
        return self._df

    # Information

    def count(self) -> int:
        """Return the number of records."""
        return self._df.count()

    def schema(self) -> gluetypes.StructType:
        """Return the schema in Glue's types."""
        made = gluetypes.from_spark(self._df.schema)
        assert isinstance(made, gluetypes.StructType)  # noqa: S101 - for the type checker
        return made

    def printSchema(self) -> None:
        """Print the schema."""
        print(gluetypes.tree(self._df.schema))

    def show(self, num_rows: int = 20) -> None:
        """Print records as JSON, one a line."""
        for row in self._df.limit(num_rows).collect():
            print(json.dumps(row.asDict(recursive=True), default=str, ensure_ascii=False))

    def getNumPartitions(self) -> int:
        """Return the number of Spark's partitions."""
        return self._df.rdd.getNumPartitions()

    def repartition(
        self, num_partitions: int, transformation_ctx: str = "", **_: Any
    ) -> "DynamicFrame":
        """Return the frame in ``num_partitions`` partitions."""
        return self._next(self._df.repartition(num_partitions), transformation_ctx)

    def coalesce(
        self, num_partitions: int, shuffle: bool = False, transformation_ctx: str = "", **_: Any
    ) -> "DynamicFrame":
        """Return the frame in at most ``num_partitions`` partitions."""
        df = self._df
        made = df.repartition(num_partitions) if shuffle else df.coalesce(num_partitions)
        return self._next(made, transformation_ctx)

    # Fields

    def select_fields(
        self, paths: Sequence[str] | str, transformation_ctx: str = "", **_: Any
    ) -> "DynamicFrame":
        """Keep the fields at ``paths``; those that do not exist are passed over."""
        return self._next(fields.select(self._df, fields.listed(paths)), transformation_ctx)

    def drop_fields(
        self, paths: Sequence[str] | str, transformation_ctx: str = "", **_: Any
    ) -> "DynamicFrame":
        """Remove the fields at ``paths``; those that do not exist are passed over."""
        return self._next(fields.drop(self._df, fields.listed(paths)), transformation_ctx)

    def rename_field(
        self, oldName: str, newName: str, transformation_ctx: str = "", **_: Any
    ) -> "DynamicFrame":
        """Move the field at the path ``oldName`` to ``newName``; do nothing if there is none."""
        return self._next(fields.rename(self._df, oldName, newName), transformation_ctx)

    def apply_mapping(
        self, mappings: Sequence[Sequence[str]], transformation_ctx: str = "", **_: Any
    ) -> "DynamicFrame":
        """Keep the mapped fields only, renamed, nested and cast.

        A mapping is (source path, source type, target path, target type). A source that does not
        exist is passed over, as records without the field are on AWS.
        """
        return self._next(fields.map_fields(self._df, mappings), transformation_ctx)

    def split_fields(
        self, paths: Sequence[str], name1: str, name2: str, transformation_ctx: str = "", **_: Any
    ) -> DynamicFrameCollection:
        """Return the fields at ``paths`` as ``name1`` and the others as ``name2``."""
        del transformation_ctx
        split = {
            name1: fields.select(self._df, fields.listed(paths)),
            name2: fields.drop(self._df, fields.listed(paths)),
        }
        return self._collection(split)

    def resolveChoice(
        self,
        specs: Sequence[tuple[str, str]] | None = None,
        choice: str = "",
        database: str | None = None,
        table_name: str | None = None,
        transformation_ctx: str = "",
        catalog_id: str | None = None,
        option: str = "",
        **_: Any,
    ) -> "DynamicFrame":
        """Settle columns of more than one type; see ``choices``.

        Either ``specs``, pairs of path and action, or ``choice``, one action for all;
        ``match_catalog`` casts to the types of the table ``database.table_name``.
        """
        choice = choice or option
        if specs and choice:
            raise ValueError("resolveChoice takes specs or choice, not both")
        if specs:
            return self._next(choices.resolve(self._df, specs), transformation_ctx)
        if choice == "match_catalog":
            if not database or not table_name:
                raise ValueError("match_catalog needs database and table_name")
            table = self.glue_ctx.catalog(catalog_id).table(database, table_name)
            wanted = [*table.columns.fields, *table.partition_keys.fields]
            return self._next(choices.match(self._df, wanted), transformation_ctx)
        made = choices.resolve_all(self._df, choice) if choice else self._df
        return self._next(made, transformation_ctx)

    def unnest(self, transformation_ctx: str = "", **_: Any) -> "DynamicFrame":
        """Make the fields of structs columns, named by their paths."""
        return self._next(nesting.unnest(self._df), transformation_ctx)

    def relationalize(
        self,
        root_table_name: str,
        staging_path: str | None = None,
        options: Mapping[str, Any] | None = None,
        transformation_ctx: str = "",
        **_: Any,
    ) -> DynamicFrameCollection:
        """Return tables without nesting; see ``nesting``. Nothing is staged."""
        del staging_path, options, transformation_ctx
        return self._collection(nesting.relationalize(self._df, root_table_name))

    def unbox(
        self, path: str, format: str, transformation_ctx: str = "", **options: Any
    ) -> "DynamicFrame":
        """Parse the string at ``path``, which holds JSON, into a struct."""
        if format != "json":
            raise UnsupportedByLocalGlue(f"unbox of {format!r}", "Use json, or from_csv of Spark.")
        steps = fields.found(self._df, path)
        schema = options.get("withSchema")
        if schema is None:
            texts = self._df.select(paths.column(steps)).rdd.map(lambda row: row[0])
            kind: Any = self._df.sparkSession.read.json(texts).schema
        else:
            kind = StructType.fromJson(json.loads(schema))
        made = paths.change(self._df, steps, lambda value: F.from_json(value, kind))
        return self._next(made, transformation_ctx)

    # Records

    def filter(
        self,
        f: Callable[[dict[str, Any]], Any],
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> "DynamicFrame":
        """Keep the records for which ``f(record)`` is true; a record is a dict."""
        del info
        outcome = records.keep(self._df, f)
        return self._after(outcome, transformation_ctx, stageThreshold, totalThreshold)

    def map(
        self,
        f: Callable[[dict[str, Any]], dict[str, Any]],
        transformation_ctx: str = "",
        preservesPartitioning: bool = False,
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> "DynamicFrame":
        """Replace each record, a dict, by ``f(record)``."""
        del info, preservesPartitioning
        outcome = records.convert(self._df, f)
        return self._after(outcome, transformation_ctx, stageThreshold, totalThreshold)

    def split_rows(
        self,
        comparison_dict: Mapping[str, Mapping[str, Any]],
        name1: str,
        name2: str,
        transformation_ctx: str = "",
        **_: Any,
    ) -> DynamicFrameCollection:
        """Return the rows that fulfil all comparisons as ``name1`` and the others as ``name2``.

        ``{"age": {">": 10, "<": 20}}``
        """
        del transformation_ctx
        tests = [
            COMPARATORS[sign](paths.column(fields.found(self._df, path)), value)
            for path, comparisons in comparison_dict.items()
            for sign, value in comparisons.items()
        ]
        # Unknown (null) is not fulfilled, and must not get lost on both sides.
        fulfilled = F.coalesce(reduce(operator.and_, tests), F.lit(False))
        split = {name1: self._df.where(fulfilled), name2: self._df.where(~fulfilled)}
        return self._collection(split)

    def join(
        self,
        paths1: Sequence[str] | str,
        paths2: Sequence[str] | str,
        frame2: "DynamicFrame",
        transformation_ctx: str = "",
        **_: Any,
    ) -> "DynamicFrame":
        """Join where the keys are equal; a name that both frames have gets a dot in the second."""
        made = fields.join(self._df, frame2.toDF(), fields.listed(paths1), fields.listed(paths2))
        return self._next(made, transformation_ctx, frame2._errors)

    def union(
        self, other_frame: "DynamicFrame", transformation_ctx: str = "", **_: Any
    ) -> "DynamicFrame":
        """Return the records of both; a field that one lacks is null in its records."""
        made = self._df.unionByName(other_frame.toDF(), allowMissingColumns=True)
        return self._next(made, transformation_ctx, other_frame._errors)

    def mergeDynamicFrame(
        self,
        stage_dynamic_frame: "DynamicFrame",
        primary_keys: Sequence[str],
        transformation_ctx: str = "",
        **_: Any,
    ) -> "DynamicFrame":
        """Replace the records whose keys the staging frame has, and add the rest of it."""
        stage = stage_dynamic_frame.toDF()
        kept = self._df.join(
            stage.select(*primary_keys).distinct(), list(primary_keys), "left_anti"
        )
        made = kept.unionByName(stage, allowMissingColumns=True)
        return self._next(made, transformation_ctx, stage_dynamic_frame._errors)

    # Writing

    def write(
        self,
        connection_type: str,
        connection_options: Mapping[str, Any] | None = None,
        format: str | None = None,
        format_options: Mapping[str, Any] | None = None,
        accumulator_size: int = 0,
    ) -> "DynamicFrame":
        """Write the records; see ``GlueContext.write_dynamic_frame``."""
        del accumulator_size
        self.glue_ctx.write_dynamic_frame_from_options(
            self, connection_type, connection_options, format, format_options
        )
        return self

    def spigot(
        self, path: str, options: Mapping[str, Any] | None = None, transformation_ctx: str = ""
    ) -> "DynamicFrame":
        """Write sample records to ``path`` as JSON: the first ``topk``, or each by ``prob``."""
        given = options or {}
        sample = self._df
        if "prob" in given:
            sample = sample.sample(float(given["prob"]))
        if "topk" in given:
            sample = sample.limit(int(given["topk"]))
        sample.write.mode("append").json(path)
        return self._next(self._df, transformation_ctx)

    # Errors

    def errorsAsDynamicFrame(self) -> "DynamicFrame":
        """Return the records that functions of the script raised on, with message and traceback."""
        session = self._df.sparkSession
        empty = session.createDataFrame([], records.ERROR_SCHEMA)
        return DynamicFrame(
            reduce(DataFrame.unionAll, self._errors, empty), self.glue_ctx, "errors"
        )

    def errorsCount(self) -> int:
        """Return the number of such records in all steps."""
        return sum(errors.count() for errors in self._errors)

    def stageErrorsCount(self) -> int:
        """Return the number of such records in the last step."""
        return self._errors[-1].count() if self._errors else 0

    def assertErrorThreshold(self) -> None:
        """Raise RuntimeError if there are any."""
        count = self.errorsCount()
        if count:
            first = self.errorsAsDynamicFrame().toDF().first()
            raise RuntimeError(f"{count} records failed, the first with {first['msg']}")

    def _after(
        self, outcome: records.Outcome, ctx: str, stage_threshold: int, total_threshold: int
    ) -> "DynamicFrame":
        made = self._next(outcome.kept, ctx, [outcome.errors])
        over_stage = stage_threshold and made.stageErrorsCount() >= stage_threshold
        over_total = total_threshold and made.errorsCount() >= total_threshold
        if over_stage or over_total:
            made.assertErrorThreshold()
        return made

    def _next(self, df: DataFrame, ctx: str, errors: Sequence[DataFrame] = ()) -> "DynamicFrame":
        return DynamicFrame(df, self.glue_ctx, ctx or self.name, (*self._errors, *errors))

    def _collection(self, frames: Mapping[str, DataFrame]) -> DynamicFrameCollection:
        made = {
            name: DynamicFrame(df, self.glue_ctx, name, self._errors) for name, df in frames.items()
        }
        return DynamicFrameCollection(made, self.glue_ctx)
