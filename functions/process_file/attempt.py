"""What one attempt writes: Parquet files, and the result that says they are whole.

See ``functions.common.layout`` for the places, and docs/decisions/0008-atomic-publish.md for why.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from functions.common.layout import RESULT_FILE
from functions.common.limits import MIB
from functions.process_file.column_types import PROCESSING_DATE, Column, schema_of

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_ROW_GROUP_BYTES = 32 * MIB
_FILE_BYTES = 256 * MIB
_SINGLE_PUT_BYTES = 8 * MIB


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


@dataclass(frozen=True)
class Attempt:
    """The place of one attempt in the processed bucket. ``prefix`` ends in /."""

    s3: "S3Client" = field(repr=False)
    bucket: str
    prefix: str
    attempt_id: str

    def publishable(
        self, parts: Sequence[Path], columns: Sequence[Column], rows: int, quarantined: int
    ) -> None:
        """Upload the files, then the result: whoever finds that finds the rest.

        ``columns`` are the file's; the result names those of the Parquet, by which tables are made.
        """
        files = [self._upload(part) for part in parts]
        stamp = {"name": PROCESSING_DATE, "type": "date", "nullable": False}
        result = {
            "attempt_id": self.attempt_id,
            "rows": rows,
            "quarantined_rows": quarantined,
            "files": files,
            "columns": [*(column.to_json() for column in columns), stamp],
        }
        self.s3.put_object(
            Bucket=self.bucket, Key=f"{self.prefix}{RESULT_FILE}", Body=json.dumps(result).encode()
        )

    def _upload(self, part: Path) -> dict[str, Any]:
        key, size = f"{self.prefix}{part.name}", part.stat().st_size
        upload(self.s3, part, self.bucket, key)
        return {"key": key, "size": size}


def upload(s3: "S3Client", path: Path, bucket: str, key: str) -> None:
    """Upload a file, in parts if it is a large one."""
    if path.stat().st_size > _SINGLE_PUT_BYTES:
        s3.upload_file(str(path), bucket, key)
        return
    with path.open("rb") as body:
        s3.put_object(Bucket=bucket, Key=key, Body=body)
