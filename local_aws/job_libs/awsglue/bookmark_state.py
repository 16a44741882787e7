"""What a bookmark says of one source on S3.

https://docs.aws.amazon.com/glue/latest/dg/monitor-continuations.html: the modification times of
objects decide. All up to the *band* before a run's start count as listed in full; of the younger
ones those that were read are named one by one.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from .files import File

BAND = 900_000  # milliseconds, the default of the connection option maxBand
FILES_IN_BAND = 1000  # the default of maxFilesInBand
JSON_CLASS = "HadoopDataSourceJobBookmarkState"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Limits:
    """How much one run reads of a source, and what of it the bookmark names one by one.

    ``band`` is in milliseconds, ``size`` in bytes.
    https://docs.aws.amazon.com/glue/latest/dg/bounded-execution-workload-partitioning.html
    """

    band: int = BAND
    files_in_band: int = FILES_IN_BAND
    files: int | None = None
    size: int | None = None

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> "Limits":
        """Read connection options."""
        files, size = options.get("boundedFiles"), options.get("boundedSize")
        return cls(
            int(options.get("maxBand", BAND)),
            int(options.get("maxFilesInBand", FILES_IN_BAND)),
            None if files is None else int(files),
            None if size is None else int(size),
        )

    @property
    def bounded(self) -> bool:
        """Whether a run may have to leave files to the next one."""
        return self.files is not None or self.size is not None

    def within(self, files: Sequence[File]) -> list[File]:
        """Return as many of ``files``, oldest first, as one run may read, and at least one."""
        taken: list[File] = []
        size = 0
        for file in sorted(files, key=_age):
            size += file.size
            too_many = self.files is not None and len(taken) >= self.files
            too_big = self.size is not None and size > self.size and taken
            if too_many or too_big:
                break
            taken.append(file)
        return taken


@dataclass(frozen=True)
class SourceState:
    """What has been read of one source: all up to ``start - band``, and the files in ``seen``.

    Times are in milliseconds since 1970. ``run`` is the number of the run that left the state.
    """

    run: int
    start: int
    band: int
    seen: frozenset[str] = frozenset()

    def covers(self, file: File) -> bool:
        """Whether ``file``, as it is now, has been read."""
        return file.modified <= self.start - self.band or mark(file) in self.seen

    def to_json(self) -> dict[str, Any]:
        """Return the state as the service keeps it."""
        start = _EPOCH + timedelta(milliseconds=self.start)
        return {
            "jsonClass": JSON_CLASS,
            "timestamps": {
                "RUN": str(self.run),
                "HIGH_BAND": str(self.band),
                "CURR_LATEST_PARTITION": "0",
                "CURR_LATEST_PARTITIONS": "",
                "CURR_RUN_START_TIME": f"{start:%Y-%m-%dT%H:%M:%S}.{self.start % 1000:03}Z",
                "INCLUDE_LIST": ",".join(sorted(self.seen)),
            },
        }

    @classmethod
    def from_json(cls, state: Mapping[str, Any]) -> "SourceState":
        """Read what ``to_json`` made."""
        times = state["timestamps"]
        start = datetime.fromisoformat(times["CURR_RUN_START_TIME"])
        return cls(
            int(times["RUN"]),
            (start - _EPOCH) // timedelta(milliseconds=1),
            int(times["HIGH_BAND"]),
            frozenset(filter(None, times["INCLUDE_LIST"].split(","))),
        )


def read(
    before: SourceState | None, files: Sequence[File], limits: Limits, run: int, start: int
) -> tuple[list[File], SourceState]:
    """Return which of ``files`` a run that began at ``start`` reads, and the state after it.

    What arrives later than ``start`` is the next run's.
    """
    present = sorted((file for file in files if file.modified <= start), key=_age)
    known = [file for file in present if before is not None and before.covers(file)]
    fresh = [file for file in present if before is None or not before.covers(file)]
    in_band = sum(1 for file in known if file.modified > start - limits.band)
    room = max(0, limits.files_in_band - in_band)
    old = [file for file in fresh if file.modified <= start - limits.band]
    young = [file for file in fresh if file.modified > start - limits.band]
    chosen = limits.within([*old, *young[:room]])
    taken = set(chosen)
    left = min((file.modified for file in fresh if file not in taken), default=start)
    # What was left out must not count as read: the time up to which all is known ends before it.
    bound = min(start - limits.band, left - 1)
    seen = frozenset(mark(file) for file in [*known, *chosen] if file.modified > bound)
    return chosen, SourceState(run, bound + limits.band, limits.band, seen)


def mark(file: File) -> str:
    """Return what stands for a file as it is now: one that is written again has another mark."""
    text = f"{file.path}\0{file.modified}\0{file.size}"
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _age(file: File) -> tuple[int, str]:
    return file.modified, file.path
