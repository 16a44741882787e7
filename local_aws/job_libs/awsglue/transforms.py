"""Glue's transforms: classes whose ``apply`` takes the frame first.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-python-transforms.html
"""

from collections.abc import Callable, Mapping
from typing import Any

from pyspark.sql import functions as F
from pyspark.sql.types import NullType

from . import paths
from .collection import DynamicFrameCollection
from .dynamicframe import DynamicFrame

__all__ = [
    "ApplyMapping",
    "DropFields",
    "DropNullFields",
    "ErrorsAsDynamicFrame",
    "Filter",
    "FlatMap",
    "GlueTransform",
    "Join",
    "Map",
    "MapToCollection",
    "Relationalize",
    "RenameField",
    "ResolveChoice",
    "SelectFields",
    "SelectFromCollection",
    "Spigot",
    "SplitFields",
    "SplitRows",
    "Unbox",
    "UnnestFrame",
]


class GlueTransform:
    """A transform. ``X.apply(...)`` is ``X()(...)``."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Do it."""
        raise NotImplementedError

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        """Do it, without an instance of one's own."""
        return cls()(*args, **kwargs)

    @classmethod
    def name(cls) -> str:
        """Return the transform's name."""
        return cls.__name__

    @classmethod
    def describeTransform(cls) -> str:
        """Say what it does."""
        return cls.__doc__ or ""

    describe = describeTransform


class ApplyMapping(GlueTransform):
    """Maps source columns and types to target columns and types."""

    def __call__(self, frame: DynamicFrame, mappings: Any, **kwargs: Any) -> DynamicFrame:
        """Return ``frame.apply_mapping``."""
        return frame.apply_mapping(mappings, **kwargs)


class DropFields(GlueTransform):
    """Drops fields."""

    def __call__(self, frame: DynamicFrame, paths: Any, **kwargs: Any) -> DynamicFrame:
        """Return ``frame.drop_fields``."""
        return frame.drop_fields(paths, **kwargs)


class DropNullFields(GlueTransform):
    """Drops the columns that are missing or null in every record."""

    def __call__(self, frame: DynamicFrame, transformation_ctx: str = "", **_: Any) -> DynamicFrame:
        """Look at all records once, and drop."""
        df = frame.toDF()
        typed = [field.name for field in df.schema if not isinstance(field.dataType, NullType)]
        counts = df.select(
            [F.count(F.col(paths.quote(name))).alias(name) for name in typed]
        ).first()
        null = set(df.columns) - set(typed)
        if counts is not None and df.take(1):
            null |= {name for name in typed if counts[name] == 0}
        return frame.drop_fields([paths.quote(name) for name in sorted(null)], transformation_ctx)


class ErrorsAsDynamicFrame(GlueTransform):
    """Returns the records on which earlier steps raised."""

    def __call__(self, frame: DynamicFrame) -> DynamicFrame:
        """Return ``frame.errorsAsDynamicFrame``."""
        return frame.errorsAsDynamicFrame()


class Filter(GlueTransform):
    """Keeps the records for which a function is true."""

    def __call__(self, frame: DynamicFrame, f: Any, **kwargs: Any) -> DynamicFrame:
        """Return ``frame.filter``."""
        return frame.filter(f, **kwargs)


def _for_each(
    transform: Any, frame_name: str, arguments: Mapping[str, Any]
) -> Callable[[DynamicFrame, str], Any]:
    """Return what a collection calls with each of its frames and that frame's context."""

    def one(frame: DynamicFrame, ctx: str) -> Any:
        return transform.apply(**{frame_name: frame}, transformation_ctx=ctx, **arguments)

    return one


class FlatMap(GlueTransform):
    """Applies a transform to each frame of a collection and flattens the results."""

    def __call__(
        self,
        dfc: DynamicFrameCollection,
        BaseTransform: Any,
        frame_name: str,
        transformation_ctx: str = "",
        **base_kwargs: Any,
    ) -> DynamicFrameCollection:
        """Pass each frame to ``BaseTransform`` as the argument ``frame_name``."""
        one = _for_each(BaseTransform, frame_name, base_kwargs)
        made: DynamicFrameCollection = dfc.flatmap(one, transformation_ctx)
        return made


class Join(GlueTransform):
    """Joins two frames where their keys are equal."""

    def __call__(
        self,
        frame1: DynamicFrame,
        frame2: DynamicFrame,
        keys1: Any,
        keys2: Any,
        transformation_ctx: str = "",
        **_: Any,
    ) -> DynamicFrame:
        """Return ``frame1.join``."""
        return frame1.join(keys1, keys2, frame2, transformation_ctx)


class Map(GlueTransform):
    """Applies a function to each record."""

    def __call__(self, frame: DynamicFrame, f: Any, **kwargs: Any) -> DynamicFrame:
        """Return ``frame.map``."""
        return frame.map(f, **kwargs)


class MapToCollection(GlueTransform):
    """Applies a transform to each frame of a collection."""

    def __call__(
        self,
        dfc: DynamicFrameCollection,
        BaseTransform: Any,
        frame_name: str,
        transformation_ctx: str = "",
        **base_kwargs: Any,
    ) -> DynamicFrameCollection:
        """Pass each frame to ``BaseTransform`` as the argument ``frame_name``."""
        one = _for_each(BaseTransform, frame_name, base_kwargs)
        made: DynamicFrameCollection = dfc.map(one, transformation_ctx)
        return made


class Relationalize(GlueTransform):
    """Flattens a nested schema and pivots the arrays out into tables."""

    def __call__(
        self,
        frame: DynamicFrame,
        staging_path: str | None = None,
        name: str = "roottable",
        options: Any = None,
        transformation_ctx: str = "",
        **_: Any,
    ) -> DynamicFrameCollection:
        """Return ``frame.relationalize``."""
        return frame.relationalize(name, staging_path, options, transformation_ctx)


class RenameField(GlueTransform):
    """Renames a field."""

    def __call__(
        self, frame: DynamicFrame, old_name: str, new_name: str, **kwargs: Any
    ) -> DynamicFrame:
        """Return ``frame.rename_field``."""
        return frame.rename_field(old_name, new_name, **kwargs)


class ResolveChoice(GlueTransform):
    """Settles columns of more than one type."""

    def __call__(
        self, frame: DynamicFrame, specs: Any = None, choice: str = "", **kwargs: Any
    ) -> DynamicFrame:
        """Return ``frame.resolveChoice``."""
        return frame.resolveChoice(specs, choice, **kwargs)


class SelectFields(GlueTransform):
    """Keeps fields."""

    def __call__(self, frame: DynamicFrame, paths: Any, **kwargs: Any) -> DynamicFrame:
        """Return ``frame.select_fields``."""
        return frame.select_fields(paths, **kwargs)


class SelectFromCollection(GlueTransform):
    """Takes one frame out of a collection."""

    def __call__(
        self, dfc: DynamicFrameCollection, key: str, transformation_ctx: str = ""
    ) -> DynamicFrame:
        """Return ``dfc.select``."""
        return dfc.select(key, transformation_ctx)


class Spigot(GlueTransform):
    """Writes sample records on the way."""

    def __call__(
        self, frame: DynamicFrame, path: str, options: Any = None, transformation_ctx: str = ""
    ) -> DynamicFrame:
        """Return ``frame.spigot``."""
        return frame.spigot(path, options, transformation_ctx)


class SplitFields(GlueTransform):
    """Splits a frame in two by fields."""

    def __call__(
        self, frame: DynamicFrame, paths: Any, name1: str = "", name2: str = "", **kwargs: Any
    ) -> DynamicFrameCollection:
        """Return ``frame.split_fields``; the frame's name with 1 and 2 is the default."""
        base = frame.name
        return frame.split_fields(paths, name1 or f"{base}1", name2 or f"{base}2", **kwargs)


class SplitRows(GlueTransform):
    """Splits a frame in two by rows."""

    def __call__(
        self,
        frame: DynamicFrame,
        comparison_dict: Any,
        name1: str = "frame1",
        name2: str = "frame2",
        **kwargs: Any,
    ) -> DynamicFrameCollection:
        """Return ``frame.split_rows``."""
        return frame.split_rows(comparison_dict, name1, name2, **kwargs)


class Unbox(GlueTransform):
    """Parses a string field."""

    def __call__(self, frame: DynamicFrame, path: str, format: str, **kwargs: Any) -> DynamicFrame:
        """Return ``frame.unbox``."""
        return frame.unbox(path, format, **kwargs)


class UnnestFrame(GlueTransform):
    """Flattens structs to columns."""

    def __call__(self, frame: DynamicFrame, **kwargs: Any) -> DynamicFrame:
        """Return ``frame.unnest``."""
        return frame.unnest(**kwargs)
