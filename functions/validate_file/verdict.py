"""What validation says about a file: the function's answer."""

import json
from dataclasses import dataclass
from typing import Any, Literal

from functions.common.layout import Layout
from functions.common.reasons import Reason
from functions.validate_file.columns import Column
from functions.validate_file.detect import FileType, JsonShape

Compression = Literal["gzip", "none"]
Encoding = Literal["utf-8", "utf-8-sig"]


@dataclass(frozen=True)
class Verdict:
    """Whether a file is valid, and what is known about it. ``reason`` is None for a valid one.

    What stopped a validation early leaves the rest at None. ``size_bytes`` is the size of the
    object as it lies in S3, ``row_count`` is without a header. ``number_of_workers`` is for a Glue
    job, should one process the file.
    """

    layout: Layout
    size_bytes: int | None = None
    compression: Compression | None = None
    encoding: Encoding | None = None
    file_type: FileType | None = None
    json_shape: JsonShape | None = None
    delimiter: str | None = None
    multi_line: bool | None = None
    row_count: int | None = None
    number_of_workers: int | None = None
    columns: tuple[Column, ...] = ()
    reason: Reason | None = None

    def to_json(self, schema_uri: str | None = None) -> dict[str, Any]:
        """Return the function's answer.

        ``schema`` is what jobs read the file with: the JSON text of the columns, or the URI of that
        text if it is given. ``columns`` is for people, and empty then.
        """
        columns = [column.to_json() for column in self.columns]
        return {
            "valid": self.reason is None,
            "file_type": self.file_type,
            "json_shape": self.json_shape,
            "compression": self.compression,
            "encoding": self.encoding,
            "row_count": self.row_count,
            "size_bytes": self.size_bytes,
            "number_of_workers": self.number_of_workers,
            "delimiter": self.delimiter,
            "multi_line": self.multi_line,
            "columns": [] if schema_uri else columns,
            "schema": schema_uri or json.dumps(columns, separators=(",", ":")),
            "dataset": self.layout.dataset,
            "source_object": self.layout.source_object,
            "attempts_path": self.layout.attempts_path,
            "manifest_uri": self.layout.manifest_uri,
            "reason": self.reason.to_json() if self.reason else None,
        }
