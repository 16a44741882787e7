"""https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html."""

import json
from datetime import UTC, datetime
from typing import Any

from local_aws.stepfunctions.distributed_map.results import files, manifest, output

BEGAN = datetime(2026, 11, 21, 8, 30, 0, 99_000, tzinfo=UTC)


def record(status: str, **members: Any) -> dict[str, Any]:
    return {"name": "child", "status": status, "input": "{}", "startDate": BEGAN} | members


GOOD = record("SUCCEEDED", output="[1,2]", outputDetails={"included": True})
BAD = record("TIMED_OUT", error=None)
LATE = {"input": "{}", "inputDetails": {"included": True}, "status": "PENDING"}


def test_output_is_compact_flat_or_whole() -> None:
    assert output([GOOD], "COMPACT") == [[1, 2]]
    assert output([GOOD], "FLATTEN") == [1, 2]
    (whole,) = output([GOOD], "NONE")
    assert whole["Output"] == "[1,2]"
    assert whole["OutputDetails"] == {"Included": True}
    assert whole["StartDate"] == "2026-11-21T08:30:00.099Z"


def test_what_failed_is_whole_in_any_case() -> None:
    for transformation in ("NONE", "COMPACT", "FLATTEN"):
        (told,) = output([BAD], transformation)
        assert (told["Status"], "Error" in told) == ("TIMED_OUT", False)


def test_files_part_the_results_by_their_end() -> None:
    made = files([GOOD, BAD, LATE, GOOD], "at/run/", "COMPACT", "JSONL")
    assert made["SUCCEEDED"] == {"at/run/SUCCEEDED_0.jsonl": b"[1,2]\n[1,2]\n"}
    (failed,) = made["FAILED"].values()
    assert json.loads(failed)["Status"] == "TIMED_OUT"
    assert list(made["PENDING"]) == ["at/run/PENDING_0.jsonl"]


def test_the_manifest_lists_keys_and_sizes() -> None:
    made = files([GOOD], "run/", "NONE", "JSON")
    (content,) = made["SUCCEEDED"].values()
    assert json.loads(manifest("bucket", "arn:run", made)) == {
        "DestinationBucket": "bucket",
        "MapRunArn": "arn:run",
        "ResultFiles": {
            "FAILED": [],
            "PENDING": [],
            "SUCCEEDED": [{"Key": "run/SUCCEEDED_0.json", "Size": len(content)}],
        },
    }
