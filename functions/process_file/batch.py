"""What readers hand on: some records of a file, in the columns' types."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa

from functions.process_file.contradiction import BadRow


@dataclass(frozen=True)
class Batch:
    """Consecutive records: those that fit, as a record batch, and those that do not."""

    fitting: pa.RecordBatch
    bad: Sequence[BadRow] = ()

    @property
    def rows(self) -> int:
        """The number of records, fitting or not."""
        return int(self.fitting.num_rows) + len(self.bad)


class Records(Protocol):
    """A file that is read from front to end, in bounded memory."""

    def batches(self) -> Iterator[Batch]:
        """Yield all records in the file's order."""

    def with_lines(self, bad: Iterator[BadRow]) -> Iterator[BadRow]:
        """Yield the rows, which ascend, with their lines as far as those are known."""
