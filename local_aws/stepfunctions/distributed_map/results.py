"""What a Map Run leaves: its state's output, and the files that a ResultWriter writes.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from local_aws.stepfunctions.payload import compact

type Record = Mapping[str, Any]
"""A child execution as DescribeExecution describes it; one that was never started is PENDING."""

_KINDS = {"SUCCEEDED": "SUCCEEDED", "PENDING": "PENDING"}
"""The file a status is told in; all else ended without success."""


def output(records: Sequence[Record], transformation: str) -> list[Any]:
    """Return the results as a state's output has them.

    "If a child workflow execution fails, Step Functions returns its execution result unchanged.
    The results would be equivalent to having set Transformation to NONE."
    """
    found: list[Any] = []
    for record in records:
        if transformation == "NONE" or record["status"] != "SUCCEEDED":
            found.append(_metadata(record))
            continue
        result = json.loads(record["output"])
        if transformation == "FLATTEN" and isinstance(result, list):
            found.extend(result)
        else:
            found.append(result)
    return found


def files(
    records: Sequence[Record], folder: str, transformation: str, output_type: str
) -> dict[str, dict[str, bytes]]:
    """Return the files' contents by their keys, for each of FAILED, PENDING and SUCCEEDED."""
    made: dict[str, dict[str, bytes]] = {"FAILED": {}, "PENDING": {}, "SUCCEEDED": {}}
    for kind, contents in made.items():
        told = [one for one in records if _KINDS.get(one["status"], "FAILED") == kind]
        if told:
            key = f"{folder}{kind}_0.{output_type.lower()}"
            contents[key] = _encoded(output(told, transformation), output_type)
    return made


def manifest(bucket: str, map_run_arn: str, made: Mapping[str, Mapping[str, bytes]]) -> bytes:
    """Return the manifest of the files."""
    listed = {
        kind: [{"Key": key, "Size": len(content)} for key, content in contents.items()]
        for kind, contents in made.items()
    }
    body = {"DestinationBucket": bucket, "MapRunArn": map_run_arn, "ResultFiles": listed}
    return json.dumps(body).encode()


def _metadata(record: Record) -> dict[str, Any]:
    told = {name[0].upper() + name[1:]: value for name, value in record.items()}
    for name in ("InputDetails", "OutputDetails"):
        if name in told:
            told[name] = {"Included": told[name]["included"]}
    return {name: _plain(told[name]) for name in sorted(told) if told[name] is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return value


def _encoded(results: Sequence[Any], output_type: str) -> bytes:
    if output_type == "JSONL":
        return "".join(f"{compact(one)}\n" for one in results).encode()
    return compact(results).encode()
