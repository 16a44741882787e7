"""What a job has read before, by ``transformation_ctx``.

https://docs.aws.amazon.com/glue/latest/dg/monitor-continuations.html
"""

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from .bookmark_state import Limits, SourceState, read
from .bookmark_store import BookmarkStore
from .files import File

DISABLED = ("job-bookmark-disable", "", None)


class Bookmarks(Protocol):
    """The state of one run. ``Job.init`` makes it, readers ask it, ``Job.commit`` keeps it."""

    def follows(self, transformation_ctx: str) -> bool:
        """Whether this source's files are chosen by what was read before."""

    def pending(self, transformation_ctx: str, files: Sequence[File], limits: Limits) -> list[File]:
        """Return which of a source's files this run has to read, oldest first."""

    def commit(self) -> None:
        """Remember what was read, so that the next run passes it over."""


class NoBookmarks:
    """Every run reads everything: ``job-bookmark-disable``."""

    def follows(self, transformation_ctx: str) -> bool:
        """Return False."""
        del transformation_ctx
        return False

    def pending(self, transformation_ctx: str, files: Sequence[File], limits: Limits) -> list[File]:
        """Return ``files`` as far as the limits let."""
        del transformation_ctx
        return limits.within(files)

    def commit(self) -> None:
        """Do nothing."""


class EnabledBookmarks:
    """Reads what is new since the last commit: ``job-bookmark-enable``."""

    def __init__(self, store: BookmarkStore, job_name: str, run_id: str) -> None:
        self._store = store
        self._job_name = job_name
        self._start = _now()
        entry = store.begin(job_name, run_id)
        self._version: int = entry["Version"]
        self._run: int = entry["Run"]
        self._before = _states(entry)
        self._after = dict(self._before)

    def follows(self, transformation_ctx: str) -> bool:
        """Whether the source has a name; without one there is nothing to remember it by."""
        return bool(transformation_ctx)

    def pending(self, transformation_ctx: str, files: Sequence[File], limits: Limits) -> list[File]:
        """Return what is new in this source."""
        if not self.follows(transformation_ctx):
            return limits.within(files)
        ctx = transformation_ctx
        chosen, state = read(self._before.get(ctx), files, limits, self._run, self._start)
        earlier = self._after.get(ctx)
        if earlier is not None and earlier is not self._before.get(ctx):
            # The same name for a second source of the run: nothing of the first is forgotten.
            start = min(state.start, earlier.start)
            state = SourceState(state.run, start, state.band, state.seen | earlier.seen)
        self._after[ctx] = state
        return chosen

    def commit(self) -> None:
        """Keep the state. Raises BookmarkError if another run has moved it meanwhile."""
        states = json.dumps({ctx: state.to_json() for ctx, state in self._after.items()})
        self._version = self._store.commit(self._job_name, self._version, states)["Version"]


class PausedBookmarks:
    """Reads what is new, or what lies between two runs, and moves nothing."""

    def __init__(
        self, after: Mapping[str, SourceState], until: Mapping[str, SourceState] | None
    ) -> None:
        self._after = after
        self._until = until
        self._start = _now()

    def follows(self, transformation_ctx: str) -> bool:
        """Whether the source has a name."""
        return bool(transformation_ctx)

    def pending(self, transformation_ctx: str, files: Sequence[File], limits: Limits) -> list[File]:
        """Return what was not read by the first run of the range, and was by the last."""
        ctx = transformation_ctx
        if self.follows(ctx) and self._until is not None:
            end = self._until.get(ctx)
            files = [file for file in files if end is not None and end.covers(file)]
        before = self._after.get(ctx) if self.follows(ctx) else None
        return read(before, files, limits, 0, self._start)[0]

    def commit(self) -> None:
        """Do nothing."""


def open_bookmarks(
    args: Mapping[str, Any], job_name: str, environment: Mapping[str, str]
) -> Bookmarks:
    """Return the bookmarks that ``--job-bookmark-option`` in ``args`` asks for.

    Raises ValueError for an unknown option or half a range, BookmarkError when nobody keeps
    bookmarks, and what boto3 raises for a run of the range that is not known.
    """
    option = _given(args, "job-bookmark-option")
    if option in DISABLED:
        return NoBookmarks()
    store = BookmarkStore(environment)
    if option == "job-bookmark-enable":
        return EnabledBookmarks(store, job_name, environment["JOB_RUN_ID"])
    if option == "job-bookmark-pause":
        return _paused(store, job_name, args)
    raise ValueError(
        f"--job-bookmark-option is job-bookmark-enable, job-bookmark-disable or "
        f"job-bookmark-pause, not {option!r}"
    )


def _paused(store: BookmarkStore, job_name: str, args: Mapping[str, Any]) -> PausedBookmarks:
    first, last = _given(args, "job-bookmark-from"), _given(args, "job-bookmark-to")
    if bool(first) != bool(last):
        raise ValueError("--job-bookmark-from and --job-bookmark-to go together: pass both or none")
    if first and last:
        after, until = store.get(job_name, first), store.get(job_name, last)
        return PausedBookmarks(_states(after), _states(until))
    return PausedBookmarks(_states(store.find(job_name)), None)


def _given(args: Mapping[str, Any], name: str) -> str | None:
    """Return an argument; getResolvedOptions spells its name with underscores."""
    return args.get(name.replace("-", "_")) or args.get(name)


def _states(entry: Mapping[str, Any]) -> dict[str, SourceState]:
    states = json.loads(entry.get("JobBookmark", "{}"))
    return {ctx: SourceState.from_json(state) for ctx, state in states.items()}


def _now() -> int:
    return time.time_ns() // 1_000_000
