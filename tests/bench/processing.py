"""Processing: a CSV file into Parquet, by each engine and by what one would write instead of it."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.bench import inputs
from tests.bench.engines import WAYS
from tests.bench.local import local_aws
from tests.bench.measure import Command, side_by_side, summary
from tests.bench.spark_jobs import JOBS

ENGINE_MB = 50
"""The file for the Lambda engine: a large one of those that it is meant for."""
BUCKET, KEY = "bench", "orders.csv"


def measure(folder: Path, python: str, megabytes: int, repeats: int) -> dict[str, Any]:
    """Return engine → way → figures. ``python`` is the interpreter with the competitors."""
    return {
        "cores": os.cpu_count(),
        "Glue job": _spark(inputs.make(folder, "csv", megabytes), folder / "out", min(repeats, 3)),
        "Lambda engine": _engines(
            inputs.make(folder, "csv", min(megabytes, ENGINE_MB)), folder, python, repeats
        ),
    }


def _spark(path: Path, out: Path, repeats: int) -> dict[str, Any]:
    run = [sys.executable, "-m", "tests.bench.spark_jobs"]
    return _figures(
        [Command(name, [*run, name, str(path), str(out)], output=out) for name in JOBS],
        path,
        repeats,
    )


def _engines(path: Path, folder: Path, python: str, repeats: int) -> dict[str, Any]:
    with path.open("rb") as file:
        rows = str(sum(1 for _ in file) - 1)
    with local_aws(folder / "aws-of-engines") as local:
        aws = local.aws
        aws.s3.create_bucket(Bucket=BUCKET)
        aws.s3.upload_file(str(path), BUCKET, KEY)
        environment = {
            "AWS_ENDPOINT_URL": str(aws.endpoint_url),
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
        }
        run = [python, "-m", "tests.bench.engines"]
        commands = [Command(name, [*run, name, BUCKET, KEY, rows], environment) for name in WAYS]
        return _figures(commands, path, repeats)


def _figures(commands: Sequence[Command], path: Path, repeats: int) -> dict[str, Any]:
    figures = {name: summary(samples) for name, samples in side_by_side(commands, repeats).items()}
    counts = {figure["found"]["rows"] for figure in figures.values() if "found" in figure}
    if len(counts) != 1:
        raise SystemExit(f"The ways do not agree about the rows of {path.name}: {figures}")
    for figure in figures.values():
        if "seconds" in figure:
            figure["mb_per_second"] = round(path.stat().st_size / inputs.MB / figure["seconds"], 1)
    return figures
