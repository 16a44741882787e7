"""One validation, from the object to the verdict: find out what it is, then read it to the end."""

from collections.abc import Callable
from dataclasses import replace

from functions.common.layout import Layout
from functions.common.objects import ObjectVersion
from functions.common.reasons import FileRejected, Reason, ReasonCode
from functions.common.source import Source
from functions.common.streams import PeekableStream
from functions.validate_file import gzip_stream
from functions.validate_file.allocator import keep_freed_memory
from functions.validate_file.columns import check_columns
from functions.validate_file.csv_format import read_csv
from functions.validate_file.detect import HEAD_BYTES, UTF8_MARK, Format, detect
from functions.validate_file.findings import Findings
from functions.validate_file.json_array import read_json_array
from functions.validate_file.json_lines import read_json_lines
from functions.validate_file.json_object import read_json_object
from functions.validate_file.parquet_footer import read_parquet
from functions.validate_file.settings import Settings
from functions.validate_file.verdict import Verdict


def validate(item: ObjectVersion, open_source: Callable[[], Source], settings: Settings) -> Verdict:
    """Read the object and say whether it is valid.

    A fault of the file is part of the verdict; what else goes wrong is raised.
    """
    keep_freed_memory()
    progress = _Validation(item, settings)
    try:
        progress.run(open_source())
    except FileRejected as rejected:
        return replace(progress.verdict, reason=rejected.reason)
    return progress.verdict


class _Validation:
    def __init__(self, item: ObjectVersion, settings: Settings) -> None:
        self._key = item.key
        self._limits = settings.limits
        self._workers = settings.workers
        self.verdict = Verdict(Layout.of(settings.processed_bucket, item.bucket, item.key))

    def run(self, source: Source) -> None:
        self._know(size_bytes=source.size)
        if source.size == 0:
            raise FileRejected(Reason(ReasonCode.EMPTY, "The file has no bytes."))
        stream = self._uncompressed(PeekableStream(source.open()))
        head = stream.peek(HEAD_BYTES)
        if not head:
            raise FileRejected(Reason(ReasonCode.EMPTY, "The gzip file holds nothing."))
        form = detect(head, self._key, self.verdict.compression == "gzip")
        self._know(file_type=form.file_type, json_shape=form.json_shape)
        if form.file_type == "parquet":
            findings = read_parquet(source)
        else:
            findings = self._read_text(stream, head, form)
        check_columns(findings.columns, self._limits.max_columns_bytes)
        self._know(
            row_count=findings.row_count,
            number_of_workers=self._workers.for_size(
                source.size, self.verdict.compression == "gzip"
            ),
            columns=findings.columns,
            delimiter=findings.delimiter,
            multi_line=findings.multi_line,
        )

    def _uncompressed(self, stream: PeekableStream) -> PeekableStream:
        if stream.peek(2) != gzip_stream.MAGIC:
            self._know(compression="none")
            return stream
        self._know(compression="gzip")
        return PeekableStream(gzip_stream.GzipStream(stream, self._limits))

    def _read_text(self, stream: PeekableStream, head: bytes, form: Format) -> Findings:
        marked = head.startswith(UTF8_MARK)
        self._know(encoding="utf-8-sig" if marked else "utf-8")
        if marked:
            stream.read(len(UTF8_MARK))
        if form.json_shape == "array":
            return read_json_array(stream, self._limits)
        if form.json_shape == "object":
            return read_json_object(stream, self._limits)
        if form.json_shape == "lines":
            return read_json_lines(stream, self._limits)
        return read_csv(stream, self._limits, head, self._key)

    def _know(self, **facts: object) -> None:
        self.verdict = replace(self.verdict, **facts)  # type: ignore[arg-type]
