"""What a job has read before, by ``transformation_ctx``.

https://docs.aws.amazon.com/glue/latest/dg/monitor-continuations.html
"""

from collections.abc import Sequence
from typing import Protocol


class Bookmarks(Protocol):
    """The state of one run. ``Job.init`` makes it, readers ask it, ``Job.commit`` keeps it."""

    def pending(self, transformation_ctx: str, paths: Sequence[str]) -> list[str]:
        """Return what of ``paths`` (folders or files) this run has to read."""

    def commit(self) -> None:
        """Remember what was read, so that the next run passes it over."""


class NoBookmarks:
    """Every run reads everything: ``job-bookmark-disable``."""

    def pending(self, transformation_ctx: str, paths: Sequence[str]) -> list[str]:
        """Return all of ``paths``."""
        del transformation_ctx
        return list(paths)

    def commit(self) -> None:
        """Do nothing."""


def open_bookmarks(option: str) -> Bookmarks:
    """Return the bookmarks that ``--job-bookmark-option`` asks for."""
    if option not in ("job-bookmark-disable", ""):
        from .logger import GlueLogger

        GlueLogger().warn(f"{option}: the local Glue keeps no bookmarks yet and reads everything")
    return NoBookmarks()
