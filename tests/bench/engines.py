"""Ways to turn a CSV object into a Parquet object without Spark; a process runs one of them.

``python -m tests.bench.engines <ours|polars|awswrangler> <bucket> <key> <rows>``, with the endpoint
in the environment. All read from S3 and write to it, on one core.
"""

import io
import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.bench.inputs import COLUMNS
from tests.bench.readers import peak_mb

DAY = date(2026, 11, 21)


def ours(bucket: str, key: str, rows: int) -> Callable[[], None]:
    """The function's own work, with the schema that validation found."""
    import boto3

    from functions.process_file.processing import process
    from functions.process_file.request import Request
    from functions.process_file.settings import Settings

    s3 = boto3.client("s3")
    size = s3.head_object(Bucket=bucket, Key=key)["ContentLength"]
    columns = [{"name": name, "type": kind} for name, kind in COLUMNS.items()]
    validation = {
        "file_type": "csv",
        "compression": "none",
        "delimiter": ",",
        "multi_line": False,
        "schema": json.dumps(columns),
        "row_count": rows,
        "size_bytes": size,
    }
    request = Request.from_input(
        {
            "bucket": bucket,
            "key": key,
            "validation": validation,
            "execution_name": "bench",
            "processing_date": DAY.isoformat(),
        }
    )
    settings = Settings.from_environment({"PROCESSED_BUCKET": bucket})

    def run() -> None:
        with TemporaryDirectory() as scratch:
            process(request, "lambda-bench", s3, settings, Path(scratch))

    return run


def polars(bucket: str, key: str, _rows: int) -> Callable[[], None]:
    """The object into memory, a data frame, and the frame into an object."""
    import boto3
    import polars as pl

    s3 = boto3.client("s3")

    def run() -> None:
        body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        frame = pl.read_csv(body, try_parse_dates=True)
        out = io.BytesIO()
        frame.with_columns(pl.lit(DAY).alias("processing_date")).write_parquet(out)
        s3.put_object(Bucket=bucket, Key="polars.parquet", Body=out.getvalue())

    return run


def awswrangler(bucket: str, key: str, _rows: int) -> Callable[[], None]:
    """As its documentation does it: read_csv, to_parquet."""
    import awswrangler as wr

    wr.config.s3_endpoint_url = os.environ["AWS_ENDPOINT_URL"]

    def run() -> None:
        frame = wr.s3.read_csv(
            f"s3://{bucket}/{key}", parse_dates=["ordered_at"], use_threads=False
        )
        frame["processing_date"] = DAY
        wr.s3.to_parquet(frame, f"s3://{bucket}/awswrangler.parquet", use_threads=False)

    return run


WAYS: Mapping[str, Callable[[str, str, int], Callable[[], None]]] = {
    way.__name__: way for way in (ours, polars, awswrangler)
}


def main(name: str, bucket: str, key: str, rows: str) -> None:
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    run = WAYS[name](bucket, key, int(rows))
    begin = time.perf_counter()
    run()
    seconds = time.perf_counter() - begin
    found: dict[str, Any] = {"rows": int(rows)}
    print(json.dumps({"seconds": seconds, "peak_mb": peak_mb(), "found": found}))


if __name__ == "__main__":
    os.environ["POLARS_MAX_THREADS"] = "1"
    main(*sys.argv[1:])
