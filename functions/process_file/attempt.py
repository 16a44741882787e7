"""What one attempt leaves in S3: Parquet files, and the result that says they are whole.

See ``functions.common.layout`` for the places, and docs/decisions/0008-atomic-publish.md for why.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from functions.common.arrow_columns import PROCESSING_DATE, Column
from functions.common.layout import RESULT_FILE
from functions.common.limits import MIB

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_SINGLE_PUT_BYTES = 8 * MIB


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
