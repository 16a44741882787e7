"""What running a statement gave."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from local_aws.athena.queries.columns import ResultColumn
from local_aws.athena.queries.result_files import Row

# CREATE TABLE AS, INSERT and the like say how many rows they wrote.
COUNT = (ResultColumn("rows", "bigint", 19),)


@dataclass(frozen=True)
class Outcome:
    """Columns and rows of a result, which are fetched as they are read.

    ``written`` is the number of rows that the statement wrote, or None if it wrote none;
    ``manifest`` are the URIs of the files that it wrote. ``database`` is the one that a statement
    named where its context did not.
    """

    columns: Sequence[ResultColumn] = ()
    rows: Iterable[Row] = ()
    written: int | None = None
    manifest: Sequence[str] = ()
    close: Callable[[], None] = field(default=lambda: None)


def listing(column: str, rows: Iterable[str]) -> Outcome:
    """Return the outcome of a statement that lists texts."""
    return Outcome([ResultColumn(column, "string")], [[row] for row in rows])


def wrote(count: int, manifest: Sequence[str]) -> Outcome:
    """Return the outcome of a statement that wrote rows."""
    return Outcome(COUNT, (), count, manifest)
