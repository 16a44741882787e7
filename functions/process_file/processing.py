"""One attempt to turn a file into Parquet: download, read, check, write, upload."""

import gzip
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from functions.common.arrow_columns import Column
from functions.common.layout import Layout
from functions.common.parquet_parts import ParquetParts
from functions.process_file.attempt import Attempt, upload
from functions.process_file.batch import Records
from functions.process_file.contradiction import BadRow, OnContradiction
from functions.process_file.csv_records import CsvRecords
from functions.process_file.download import download, read_text
from functions.process_file.errors import (
    FileTooLargeError,
    RowCountMismatchError,
    SchemaContradictionError,
)
from functions.process_file.json_records import JsonRecords
from functions.process_file.parquet_records import ParquetRecords
from functions.process_file.quarantined_rows import QuarantinedRows
from functions.process_file.request import Request
from functions.process_file.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class Outcome:
    """What an attempt wrote."""

    attempt_id: str
    rows: int
    quarantined_rows: int


def process(
    request: Request, attempt_id: str, s3: "S3Client", settings: Settings, scratch: Path
) -> Outcome:
    """Turn the file into Parquet in the attempt's folder. ``scratch`` is an empty folder.

    Raises PipelineError.
    """
    item = request.item
    if request.size_bytes > settings.max_file_bytes:
        raise FileTooLargeError(
            f"{item} has {request.size_bytes} bytes, the function takes "
            f"{settings.max_file_bytes}. Raise lambda_engine.max_file_mb, or let engine auto or "
            "glue process it."
        )
    columns = request.columns(lambda uri: read_text(s3, uri))
    source = scratch / "source"
    download(s3, item, source)
    layout = Layout.of(settings.processed_bucket, item.bucket, item.key)
    work = _Work(request, settings, source, scratch)
    written = work.write(columns)
    if written.contradicted and request.on_contradiction is OnContradiction.WIDEN:
        # Text contradicts nothing, so that once more is enough.
        written = work.write(_widened(columns, written.contradicted))
    _assert_expected(written, request)
    if written.bad.count:
        rows_key = f"{layout.quarantine_key(request.execution_name)}rows/{attempt_id}-00000.jsonl"
        upload(s3, work.with_lines(written), layout.processed_bucket, rows_key)
    attempt = Attempt(s3, layout.processed_bucket, layout.attempt_key(attempt_id), attempt_id)
    attempt.publishable(written.parts.paths, written.columns, written.rows, written.bad.count)
    return Outcome(attempt_id, written.rows, written.bad.count)


@dataclass
class _Written:
    columns: Sequence[Column]
    records: Records
    parts: ParquetParts
    bad: QuarantinedRows
    contradicted: set[str]
    rows: int = 0


@dataclass(frozen=True)
class _Work:
    request: Request
    settings: Settings
    source: Path
    scratch: Path

    def write(self, columns: Sequence[Column]) -> _Written:
        """Read all records and write those that fit. Raises SchemaContradictionError."""
        parts = ParquetParts(self.scratch, columns, self.request.processing_date)
        bad = QuarantinedRows(self.scratch / "bad-rows")
        written = _Written(columns, self._records(columns), parts, bad, set())
        for batch in written.records.batches():
            self._take_bad(batch.bad, written)
            if not written.contradicted:
                parts.write(batch.fitting)
            written.rows += batch.fitting.num_rows
        parts.close()
        return written

    def with_lines(self, written: _Written) -> Path:
        """Return the file of the rows that were put aside, with their lines."""
        named = QuarantinedRows(self.scratch / "rows.jsonl")
        named.add(written.records.with_lines(iter(written.bad)))
        return named.path

    def _take_bad(self, rows: Sequence[BadRow], written: _Written) -> None:
        policy = self.request.on_contradiction
        if rows and policy is OnContradiction.FAIL:
            (first,) = written.records.with_lines(iter(rows[:1]))
            raise first.error(str(self.request.item))
        if policy is OnContradiction.QUARANTINE_ROWS:
            written.bad.add(rows)
        elif rows:
            written.contradicted |= {found.column for row in rows for found in row.contradictions}

    def _records(self, columns: Sequence[Column]) -> Records:
        request, uri = self.request, str(self.request.item)
        if request.file_type == "parquet":
            return ParquetRecords(uri, self.source, columns)
        if request.file_type == "csv":
            return CsvRecords(
                uri,
                self._open,
                columns,
                request.delimiter,
                request.multi_line,
                self.settings.max_record_bytes,
            )
        return JsonRecords(uri, self._open, columns, request.json_shape)

    def _open(self) -> BinaryIO:
        if self.request.compressed:
            return cast(BinaryIO, gzip.open(self.source, "rb"))
        return self.source.open("rb")


def _widened(columns: Sequence[Column], contradicted: Iterable[str]) -> tuple[Column, ...]:
    """Return the columns with text where there was a contradiction, new ones at the end.

    Raises SchemaContradictionError where readers could not tell a new one from another.
    """
    wide = set(contradicted)
    known = [column.widened() if column.name in wide else column for column in columns]
    new = sorted(wide - {column.name for column in columns})
    if len({name.lower() for name in (*wide, *(c.name for c in columns))}) < len(known) + len(new):
        raise SchemaContradictionError(
            "A key that validation did not see differs from a column by upper and lower case "
            f"alone, so it cannot become a column: {', '.join(new)}"
        )
    return (*known, *(Column.of(name, "string") for name in new))


def _assert_expected(written: _Written, request: Request) -> None:
    found = written.rows + written.bad.count
    if found != request.expected_rows:
        raise RowCountMismatchError(
            f"{request.item}: validation counted {request.expected_rows} rows, {found} were read; "
            "nothing was published."
        )
