"""Parquet into records. The file's own schema is the truth; validation read it from the footer.

What Spark reads in another way than Arrow becomes what Spark makes of it: nanoseconds are cut to
microseconds towards the past, unsigned integers take the next larger type.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from functions.common.arrow_columns import Column, schema_of
from functions.common.limits import MIB
from functions.process_file.batch import Batch
from functions.process_file.contradiction import BadRow
from functions.process_file.errors import SchemaContradictionError

_BATCH_BYTES = 8 * MIB
_MOST_ROWS = 65_536


@dataclass(frozen=True)
class ParquetRecords:
    """A Parquet file with these columns, at ``path``."""

    uri: str
    path: Path
    columns: Sequence[Column]

    def batches(self) -> Iterator[Batch]:
        """Yield all records. Raises SchemaContradictionError if the columns are others."""
        with pq.ParquetFile(
            self.path,
            buffer_size=MIB,
            coerce_int96_timestamp_unit="us",
            arrow_extensions_enabled=False,
        ) as file:
            self._assert_columns(file.schema_arrow.names)
            for texts in file.iter_batches(_batch_rows(file.metadata), use_threads=False):
                yield Batch(self._converted(texts))

    def with_lines(self, bad: Iterator[BadRow]) -> Iterator[BadRow]:
        """Yield the rows as they are: Parquet has no lines."""
        return bad

    def _assert_columns(self, found: Sequence[str]) -> None:
        expected = [column.name for column in self.columns]
        if found != expected:
            raise SchemaContradictionError(
                f"{self.uri}: its columns are {', '.join(found)}, validation saw "
                f"{', '.join(expected)}"
            )

    def _converted(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        arrays = [
            _cast(array, column.arrow)
            for array, column in zip(batch.columns, self.columns, strict=True)
        ]
        return pa.record_batch(arrays, schema=schema_of(self.columns))


def _cast(array: pa.Array, kind: pa.DataType) -> pa.Array:
    if pa.types.is_timestamp(array.type) and array.type.unit == "ns":
        # A cast alone would cut towards 1970.
        array = pc.floor_temporal(array, unit="microsecond")
    return pc.cast(array, kind, safe=False)


def _batch_rows(metadata: pq.FileMetaData) -> int:
    groups = (metadata.row_group(index) for index in range(metadata.num_row_groups))
    size = sum(group.total_byte_size for group in groups)
    rows: int = _BATCH_BYTES * metadata.num_rows // max(1, size)
    return max(1, min(_MOST_ROWS, rows))
