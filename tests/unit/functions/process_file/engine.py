"""process_file run on a file of a test, from validation to Parquet, over a fake S3."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import boto3
import pyarrow as pa
import pyarrow.parquet as pq

from functions.process_file.processing import Outcome, process
from functions.process_file.request import Request
from functions.process_file.settings import Settings
from functions.validate_file.verdict import Verdict
from tests.unit.functions.validate_file.files import judge

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

DAY = "2026-11-20"
EXECUTION = "file-1"
ATTEMPT = "lambda-1"
SOURCE, PROCESSED = "source-bucket", "processed-bucket"


@dataclass(frozen=True)
class Lambda:
    """The function with its buckets."""

    s3: "S3Client"
    max_file_bytes: int = 2**30

    def run(self, data: bytes, key: str, on_contradiction: str = "fail", **others: Any) -> Outcome:
        verdict = judge(data, key)
        assert verdict.reason is None, verdict.reason
        self.s3.put_object(Bucket=SOURCE, Key=key, Body=data)
        request = Request.from_input(event(verdict, key, on_contradiction) | others)
        settings = Settings(PROCESSED, self.max_file_bytes, 4 * 2**20)
        with TemporaryDirectory() as scratch:
            return process(request, ATTEMPT, self.s3, settings, Path(scratch))

    def result(self) -> dict[str, Any]:
        """What ``_result.json`` of the only attempt says."""
        (key,) = (key for key in self.keys("attempts/") if key.endswith("/_result.json"))
        found = json.loads(self.read(key))
        assert isinstance(found, dict)
        return found

    def table(self) -> pa.Table:
        """The records of the only attempt, read as any reader would."""
        files = [file["key"] for file in self.result()["files"]]
        return pa.concat_tables(pq.read_table(pa.BufferReader(self.read(key))) for key in files)

    def quarantined(self) -> list[dict[str, Any]]:
        keys = self.keys("quarantine/")
        return [json.loads(line) for key in keys for line in self.read(key).splitlines()]

    def keys(self, prefix: str) -> list[str]:
        found = self.s3.list_objects_v2(Bucket=PROCESSED, Prefix=prefix).get("Contents", [])
        return [item["Key"] for item in found]

    def read(self, key: str) -> bytes:
        return self.s3.get_object(Bucket=PROCESSED, Key=key)["Body"].read()


def event(verdict: Verdict, key: str, on_contradiction: str = "fail") -> dict[str, Any]:
    """The function's input for a file with that verdict, as the state ProcessFile makes it."""
    columns = [column.to_json() for column in verdict.columns]
    return {
        "bucket": SOURCE,
        "key": key,
        "execution_name": EXECUTION,
        "processing_date": DAY,
        "on_contradiction": on_contradiction,
        "validation": verdict.to_json() | {"schema": json.dumps(columns)},
    }


@contextmanager
def empty_lambda(**settings: Any) -> Iterator[Lambda]:
    s3 = boto3.client("s3")
    for bucket in (SOURCE, PROCESSED):
        s3.create_bucket(Bucket=bucket)
    yield Lambda(s3, **settings)
