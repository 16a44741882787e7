"""Several DynamicFrames under names.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-dynamic-frame-collection.html
"""

from collections.abc import Callable, Iterator, KeysView, Mapping, ValuesView
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .context import GlueContext
    from .dynamicframe import DynamicFrame


class DynamicFrameCollection:
    """DynamicFrames by name."""

    def __init__(
        self, dynamic_frames: Mapping[str, "DynamicFrame"], glue_ctx: "GlueContext"
    ) -> None:
        self.frames = dict(dynamic_frames)
        self._glue_ctx = glue_ctx

    def keys(self) -> KeysView[str]:
        """Return the names."""
        return self.frames.keys()

    def values(self) -> ValuesView["DynamicFrame"]:
        """Return the frames."""
        return self.frames.values()

    def select(self, key: str, transformation_ctx: str = "") -> "DynamicFrame":
        """Return the frame of that name. Raises KeyError, which names those that exist."""
        del transformation_ctx
        return self[key]

    def map(self, callable: Callable[..., Any], transformation_ctx: str = "") -> Any:
        """Call ``callable(frame, ctx)`` on each frame; return the collection of the results."""
        made = {key: callable(frame, transformation_ctx) for key, frame in self.frames.items()}
        return DynamicFrameCollection(made, self._glue_ctx)

    def flatmap(self, f: Callable[..., Any], transformation_ctx: str = "") -> Any:
        """Call ``f(frame, ctx)`` on each; collections among the results are opened."""
        made: dict[str, Any] = {}
        for key, frame in self.frames.items():
            result = f(frame, transformation_ctx)
            if isinstance(result, DynamicFrameCollection):
                made |= result.frames
            else:
                made[key] = result
        return DynamicFrameCollection(made, self._glue_ctx)

    def __getitem__(self, key: str) -> "DynamicFrame":
        if key not in self.frames:
            raise KeyError(f"No frame {key!r}; there are {', '.join(self.frames)}")
        return self.frames[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.frames)

    def __len__(self) -> int:
        return len(self.frames)
