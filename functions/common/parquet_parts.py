"""The Parquet files of one attempt, as Spark's writer would write them, by Arrow."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from functions.common.arrow_columns import PROCESSING_DATE, Column, schema_of
from functions.common.limits import MIB

_ROW_GROUP_BYTES = 32 * MIB
_FILE_BYTES = 256 * MIB


class ParquetParts:
    """Parquet files in ``folder``, written as the Glue jobs write them (zstd)."""

    def __init__(self, folder: Path, columns: Sequence[Column], day: date) -> None:
        # A literal in Spark is never null, and its column in the file neither.
        stamp = pa.field(PROCESSING_DATE, pa.date32(), nullable=False)
        self.schema = schema_of(columns).append(stamp)
        self.paths: list[Path] = []
        self._folder = folder
        self._day = day
        self._waiting: list[pa.RecordBatch] = []
        self._waiting_bytes = 0
        self._writer: pq.ParquetWriter | None = None

    def write(self, records: pa.RecordBatch) -> None:
        """Add records of the columns."""
        days = pa.repeat(pa.scalar(self._day, pa.date32()), records.num_rows)
        stamped = pa.record_batch([*records.columns, days], schema=self.schema)
        self._waiting.append(stamped)
        self._waiting_bytes += stamped.nbytes
        if self._waiting_bytes >= _ROW_GROUP_BYTES:
            self._flush()

    def close(self) -> None:
        """Write what waits, and the end of the last file; there is at least one."""
        self._flush()
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _flush(self) -> None:
        if self._writer is None and (self._waiting or not self.paths):
            self._writer = self._open()
        if self._writer is None or not self._waiting:
            return
        self._writer.write_table(pa.Table.from_batches(self._waiting, self.schema))
        self._waiting, self._waiting_bytes = [], 0
        if self.paths[-1].stat().st_size >= _FILE_BYTES:
            self._writer.close()
            self._writer = None

    def _open(self) -> pq.ParquetWriter:
        self.paths.append(self._folder / f"part-{len(self.paths):05}.parquet")
        return pq.ParquetWriter(
            self.paths[-1],
            self.schema,
            compression="zstd",
            compression_level=3,
            # Readers other than Arrow see the same with it or without.
            store_schema=False,
            store_decimal_as_integer=True,
        )
