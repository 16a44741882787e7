"""Orchestration: what one small file takes, counted from real executions on a local AWS."""

import json
import re
import statistics
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

from functions.common.naming import execution_name
from functions.common.objects import ObjectVersion
from tests.bench.batches import Batches
from tests.bench.local import local_aws
from tests.integration.pipeline import Pipeline
from tests.wait import wait_until
from tools.aws import Aws

WAYS: Mapping[str, Mapping[str, str]] = {
    "polling": {"orchestration": "polling", "engine": "glue"},
    "sync": {"orchestration": "sync", "engine": "glue"},
    "lambda": {"orchestration": "sync", "engine": "auto"},
}
"""The configurations of envs/local that are compared, and ``EXPRESS``."""

EXPRESS = {"orchestration": "express", "engine": "lambda"}
EXPRESS_LARGEST_MB = 1_000.0
"""What validation and process_file do in the 75 seconds that each has there."""

THRESHOLD_MB = 256.0
BATCH_FILES = 100
BATCH_LARGEST_MB = 16.0
FILE = b"id,name,age,city\n" + b"".join(
    b"%d,Name %d,%d,Chicago\n" % (n, n, 20 + n) for n in range(1, 31)
)
_REPORT = re.compile(r"Billed Duration: (\d+) ms\s+Memory Size: (\d+) MB")
_CALLS = {
    "s3_put": ("s3.PutObject", "s3.CopyObject", "s3.ListObjects", "s3.ListObjectVersions"),
    "s3_get": ("s3.GetObject", "s3.HeadObject"),
    "sns_publish": ("sns.Publish",),
    "dynamodb_write": ("dynamodb.PutItem", "dynamodb.UpdateItem"),
    "dynamodb_read": ("dynamodb.GetItem", "dynamodb.BatchGetItem"),
}
# One message: sent by EventBridge, received and deleted for the function.
_FIXED_CALLS = {"event_bridge_event": 1.0, "sqs_request": 3.0}


def measure(folder: Path, repeats: int) -> dict[str, Any]:
    """Return way → medians of what a file of thirty rows took."""
    with local_aws(folder / "aws") as local:
        found = {}
        for name, variables in WAYS.items():
            given = {"name_prefix": f"{name}-", **variables}
            found[name] = _measure(local.pipeline(folder / name, given), name, local.log, repeats)
        given = {"name_prefix": "express-", **EXPRESS}
        express = _measure_express(local.pipeline(folder / "express", given), local.log, repeats)
        batches = Batches.deploy(local, folder / "batch", "batch-")
        return {**found, "express": express, "batch": _measure_batch(batches)}


def _measure(pipeline: Pipeline, name: str, log: Path, repeats: int) -> dict[str, Any]:
    _run(pipeline, "warm-up")
    mark = log.stat().st_size
    runs = [_run(pipeline, str(number)) for number in range(repeats)]
    return {
        "transitions": statistics.median(run.transitions for run in runs),
        "express_requests": 0.0,
        "express_seconds": 0.0,
        "glue_runs": round(statistics.median(run.glue_runs for run in runs)),
        "seconds": statistics.median(run.seconds for run in runs),
        "all_seconds": [run.seconds for run in runs],
        "from_upload": [run.from_upload for run in runs],
        "functions": _functions(pipeline, repeats),
        "calls": {
            **_FIXED_CALLS,
            **_calls(log, mark, repeats),
            "logs_gb": _logged_gb(pipeline) / (repeats + 1),
        },
        "glue_from_mb": THRESHOLD_MB if name == "lambda" else 0.0,
        "largest_mb": 1e9,
    }


def _measure_express(pipeline: Pipeline, log: Path, repeats: int) -> dict[str, Any]:
    """Count the same of an Express workflow, whose executions stand in their log alone."""
    _run_express(pipeline, "warm-up")
    mark = log.stat().st_size
    seconds = [_run_express(pipeline, str(number)) for number in range(repeats)]
    functions = _functions(pipeline, repeats)
    return {
        "transitions": 0.0,
        "express_requests": 1.0,
        # Billed in steps of 100 ms.
        "express_seconds": statistics.median(ceil(taken * 10) / 10 for taken in seconds),
        "waits": ["trigger_pipeline"],
        "glue_runs": 0,
        "seconds": statistics.median(seconds),
        "all_seconds": seconds,
        "functions": functions,
        "calls": {
            **_FIXED_CALLS,
            **_calls(log, mark, repeats),
            "logs_gb": _logged_gb(pipeline) / (repeats + 1),
        },
        "glue_from_mb": None,
        "largest_mb": EXPRESS_LARGEST_MB,
    }


def _run_express(pipeline: Pipeline, number: str) -> float:
    """Return the seconds from a file's execution's start to its end, by its log."""
    upload = pipeline.upload(f"bench/file-{number}.csv", FILE)
    name = execution_name(ObjectVersion(upload.bucket, upload.key, upload.version_id))

    def ended() -> float | None:
        logged = [event for event in _state_log(pipeline) if f":{name}:" in event["execution_arn"]]
        moments = {event["type"]: event["at"] for event in logged}
        assert "ExecutionFailed" not in moments, logged[-1]
        if "ExecutionSucceeded" not in moments:
            return None
        return float(moments["ExecutionSucceeded"] - moments["ExecutionStarted"]) / 1_000

    return wait_until(ended, 120, f"the end of {name}", interval=0.5) or 0.0


def _state_log(pipeline: Pipeline) -> list[dict[str, Any]]:
    machine = pipeline.deployment.state_machine_arn.rpartition(":")[2]
    pages = pipeline.aws.logs.get_paginator("filter_log_events")
    return [
        json.loads(event["message"]) | {"at": event["timestamp"]}
        for page in pages.paginate(logGroupName=f"/aws/vendedlogs/states/{machine}")
        for event in page["events"]
    ]


def _logged_gb(pipeline: Pipeline) -> float:
    """Return what the state machine's executions have logged; most log failures alone."""
    return sum(len(json.dumps(event)) for event in _state_log(pipeline)) / 1e9


def _measure_batch(batches: Batches) -> dict[str, Any]:
    """Count one full child of a batch, and divide by its files."""
    batches.run(1)
    log = batches.local.log
    mark = log.stat().st_size
    run = batches.run(BATCH_FILES)
    aws = batches.local.aws
    history = aws.step_functions.get_paginator("get_execution_history")
    pages = history.paginate(executionArn=run["arn"])
    kinds = Counter(event["type"] for page in pages for event in page["events"])
    entered = 1 + sum(count for kind, count in kinds.items() if kind.endswith("StateEntered"))
    billed, memory = wait_until(
        lambda: _reports(aws, batches.function)[1:], 60, "the report of the batch"
    )[-1]
    function = {"calls": 1 / BATCH_FILES, "billed_ms": int(billed) / BATCH_FILES}
    return {
        "transitions": entered / BATCH_FILES,
        "express_requests": 1 / BATCH_FILES,
        "express_seconds": run["seconds"] / BATCH_FILES,
        "glue_runs": 0,
        "seconds": run["seconds"] / BATCH_FILES,
        "all_seconds": [run["seconds"] / BATCH_FILES],
        "functions": {"process_batch": {**function, "memory_mb": int(memory)}},
        "calls": _calls(log, mark, BATCH_FILES),
        "glue_from_mb": None,
        "largest_mb": BATCH_LARGEST_MB,
    }


@dataclass(frozen=True)
class Run:
    """What one execution's history shows, and the seconds from its file's upload to its end."""

    transitions: int
    glue_runs: int
    seconds: float
    from_upload: float


def _run(pipeline: Pipeline, number: str) -> Run:
    upload = pipeline.upload(f"bench/file-{number}.csv", FILE)
    ended = pipeline.ended(upload)
    assert (ended.progress.output or {}).get("outcome") == "SUCCESS", ended
    progress = ended.progress
    history = pipeline.aws.step_functions.get_paginator("get_execution_history")
    events = [
        event for page in history.paginate(executionArn=progress.arn) for event in page["events"]
    ]
    kinds = Counter(event["type"] for event in events)
    entered = sum(count for kind, count in kinds.items() if kind.endswith("StateEntered"))
    # AWS counts the start too, and each retry of a task.
    scheduled = kinds["TaskScheduled"] - kinds["TaskStateEntered"]
    seconds = (events[-1]["timestamp"] - events[0]["timestamp"]).total_seconds()
    glue = sum(
        1
        for event in events
        if event.get("taskScheduledEventDetails", {}).get("resourceType") == "glue"
    )
    from_upload = (events[-1]["timestamp"] - upload.at).total_seconds()
    return Run(1 + entered + max(0, scheduled), glue, seconds, from_upload)


def _functions(pipeline: Pipeline, repeats: int) -> dict[str, Any]:
    """Return folder → calls a file, and the median billed time of a warm call."""
    found = {}
    names = pipeline.deployment.function_names
    # These end last; what has not reported by then was not called.
    for last in ("send_notification", "trigger_pipeline"):
        wait_until(
            lambda last=last: len(_reports(pipeline.aws, names[last])) > repeats,  # type: ignore[misc]
            60,
            f"the reports of {last}",
            interval=0.5,
        )
    for folder, name in names.items():
        reports = _reports(pipeline.aws, name)
        billed = [int(milliseconds) for milliseconds, _ in reports[-repeats:]]
        calls = (len(reports) - 1) / repeats
        if calls >= 1:
            found[folder] = {
                "calls": round(calls),
                "billed_ms": statistics.median(billed) * round(calls),
                "memory_mb": int(reports[-1][1]),
            }
    return found


def _reports(aws: Aws, function: str) -> list[tuple[str, str]]:
    """Lambda's REPORT lines; none where a function never ran."""
    pages = aws.logs.get_paginator("filter_log_events")
    try:
        messages = [
            event["message"]
            for page in pages.paginate(logGroupName=f"/aws/lambda/{function}")
            for event in page["events"]
        ]
    except aws.logs.exceptions.ResourceNotFoundException:
        return []
    return [match.groups() for match in map(_REPORT.search, messages) if match]  # type: ignore[misc]


def _calls(log: Path, mark: int, repeats: int) -> dict[str, float]:
    """Count the calls that the server logged since it was ``mark`` bytes long, for one file."""
    with log.open("rb") as file:
        file.seek(mark)
        text = file.read().decode(errors="replace")
    seen = Counter(re.findall(r"AWS (\w+\.\w+) =>", text))
    return {
        name: sum(seen[operation] for operation in operations) / repeats
        for name, operations in _CALLS.items()
    }
