"""modules/batch_pipeline through the real services: many small files, few calls."""

import gzip
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import md5
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus
from uuid import uuid4

import pyarrow.parquet as pq
import pytest
from pyarrow import BufferReader

from functions.common.layout import Layout
from tests.integration.allowed import not_allowed
from tests.integration.conftest import ARCHITECTURE, ROOT
from tests.integration.files import BROKEN_CSV, contradicted_csv
from tests.integration.terraform import Terraform
from tests.wait import wait_until
from tools.aws import Aws
from tools.inbox import Inbox

PATIENCE = 300
LARGE = b"id,name\n" + b"".join(b"%d,n%d\n" % (number, number) for number in range(120_000))
"""More than the megabyte over which a file gets an execution of its own."""


@dataclass(frozen=True)
class Batches:
    """The applied root, and an inbox on its topic."""

    aws: Aws
    outputs: Mapping[str, Any]
    inbox: Inbox

    def put(self, key: str, body: bytes) -> str:
        bucket = self.outputs["source_bucket"]
        return self.aws.s3.put_object(Bucket=bucket, Key=key, Body=body)["VersionId"]

    def run(self, machine: str, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Run a batch to its end; return its description."""
        client = self.aws.step_functions
        arn = client.start_execution(
            stateMachineArn=self.outputs[machine], input=json.dumps(given)
        )["executionArn"]

        def ended() -> Any:
            described = client.describe_execution(executionArn=arn)
            return described if described["status"] != "RUNNING" else None

        return wait_until(ended, PATIENCE, f"the end of {arn}", interval=0.5)

    def results(self, described: Mapping[str, Any]) -> dict[str, Any]:
        """Return what became of each file, by its key, as the result files tell it."""
        place = json.loads(described["output"])["results"]
        manifest = json.loads(self._get(place["Bucket"], place["Key"]))
        found: dict[str, Any] = {}
        for file in manifest["ResultFiles"]["SUCCEEDED"]:
            for child in json.loads(self._get(manifest["DestinationBucket"], file["Key"])):
                for result in json.loads(child["Output"])["results"]:
                    found[result["key"]] = result
        return found

    def failed_children(self, name: str) -> list[Any]:
        """Return the children that failed in a batch, as the result files tell it."""
        bucket = self.outputs["processed_bucket"]
        prefix = f"batches/{name}/"
        listed = self.aws.s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])
        files = [item["Key"] for item in listed if "/FAILED_" in item["Key"]]
        return [child for key in files for child in json.loads(self._get(bucket, key))]

    def published(self, key: str) -> list[int] | None:
        """Return the ids in an object's published rows; None if nothing is published."""
        bucket = self.outputs["processed_bucket"]
        manifest = Layout.of(bucket, self.outputs["source_bucket"], key).manifest_key
        try:
            uris = self._get(bucket, manifest).decode().split()
        except self.aws.s3.exceptions.NoSuchKey:
            return None
        bodies = [self._get(bucket, uri.removeprefix(f"s3://{bucket}/")) for uri in uris]
        return [
            row for body in bodies for row in pq.read_table(BufferReader(body))["id"].to_pylist()
        ]

    def _get(self, bucket: str, key: str) -> bytes:
        return self.aws.s3.get_object(Bucket=bucket, Key=key)["Body"].read()


@pytest.fixture(scope="module")
def batches(
    aws: Aws, packages: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Batches]:
    terraform = Terraform(
        ROOT / "tests/integration/roots/batch",
        {
            "endpoint_url": aws.endpoint_url,
            "name_prefix": f"t{uuid4().hex[:5]}-",
            "architecture": ARCHITECTURE,
        },
        tmp_path_factory.mktemp("batch"),
    )
    terraform.init()
    terraform.apply()
    outputs = terraform.outputs()
    yield Batches(aws, outputs, Inbox.subscribe(aws, outputs["topic_arn"], "inbox"))
    # A local AWS of our own ends with the session, and what is in it with it.
    if os.environ.get("AWS_ENDPOINT_URL"):
        terraform.destroy()


def csv(number: int) -> bytes:
    return f"id,name\n{number},n{number}\n".encode()


def test_a_prefix_is_done_in_few_calls_and_a_second_time_in_none(batches: Batches) -> None:
    keys = [f"orders/2025/{number:02}.csv" for number in range(12)]
    for number, key in enumerate(keys):
        batches.put(key, csv(number))
    odd = "orders/2025/ä b+c%20{d}.jsonl"
    batches.put(odd, b'{"id": 99, "name": "odd"}\n')
    batches.put("orders/2025/broken.csv", BROKEN_CSV)
    batches.put("orders/2025/large.csv", LARGE)
    batches.put("orders/2025/", b"")
    batches.put("orders/2024/other.csv", csv(1))

    described = batches.run("by_prefix", {"prefix": "orders/2025/"})
    assert described["status"] == "SUCCEEDED", described
    results = batches.results(described)
    fates = {key: result["fate"] for key, result in results.items()}
    assert fates == {
        **dict.fromkeys(keys, "PUBLISHED"),
        odd: "PUBLISHED",
        "orders/2025/broken.csv": "INVALID",
        "orders/2025/large.csv": "STARTED",
    }
    assert [batches.published(key) for key in keys] == [[number] for number in range(12)]
    assert batches.published(odd) == [99]
    assert batches.published("orders/2024/other.csv") is None
    assert json.loads(described["output"])["counts"] == {"total": 16, "succeeded": 16, "failed": 0}

    # One message for the batch; the file that was too large tells of itself.
    name = described["executionArn"].rpartition(":")[2]
    told = wait_until(lambda: batches.inbox.about(name), 60, "a notification")
    assert [one.attributes["outcome"] for one in told] == ["SUCCESS"]
    assert "16 files" in told[0].body

    again = batches.run("by_prefix", {"prefix": "orders/2025/"})
    fates = {key: result["fate"] for key, result in batches.results(again).items()}
    assert {fates[key] for key in [*keys, odd]} == {"ALREADY_PUBLISHED"}
    assert fates["orders/2025/broken.csv"] == "INVALID"
    place = results["orders/2025/large.csv"]["place"]
    assert batches.results(again)["orders/2025/large.csv"]["place"] in (
        place,
        f"s3://{batches.outputs['processed_bucket']}/"
        + Layout.of("", batches.outputs["source_bucket"], "orders/2025/large.csv").manifest_key,
    )


def test_a_file_that_fails_fails_its_batch_and_leaves_the_others_published(
    batches: Batches,
) -> None:
    batches.put("bills/bad.csv", contradicted_csv().body)
    batches.put("bills/good.csv", csv(7))
    described = batches.run("by_prefix", {"prefix": "bills/"})
    assert described["status"] == "FAILED", described
    assert described["error"] == "Batch.States.ExceedToleratedFailureThreshold"
    assert batches.published("bills/good.csv") == [7]
    assert batches.published("bills/bad.csv") is None
    (child,) = batches.failed_children(described["executionArn"].rpartition(":")[2])
    assert child["Error"] == "FilesFailedError"
    assert "bills/bad.csv" in child["Cause"]


def test_an_empty_prefix_is_an_empty_batch(batches: Batches) -> None:
    described = batches.run("by_prefix", {"prefix": "nothing/"})
    assert described["status"] == "SUCCEEDED", described
    assert json.loads(described["output"])["counts"]["total"] == 0


def test_an_inventory_names_versions_and_some_may_fail(batches: Batches) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-location.html"""
    source, lists = batches.outputs["source_bucket"], batches.outputs["artifacts_bucket"]
    first = batches.put("stock/a b+ö.csv", csv(1))
    batches.put("stock/a b+ö.csv", csv(2))
    gone = "stock/bad.csv"
    version = batches.put(gone, contradicted_csv().body)
    rows = [(source, quote_plus("stock/a b+ö.csv"), first), (source, gone, version)]
    text = "".join(",".join(f'"{value}"' for value in row) + "\n" for row in rows)
    data = gzip.compress(text.encode())
    aws = batches.aws
    aws.s3.put_object(Bucket=lists, Key="inventory/data/1.csv.gz", Body=data)
    manifest = {
        "sourceBucket": source,
        "destinationBucket": f"arn:aws:s3:::{lists}",
        "version": "2016-11-30",
        "creationTimestamp": "1763683200000",
        "fileFormat": "CSV",
        "fileSchema": "Bucket, Key, VersionId",
        "files": [
            {
                "key": "inventory/data/1.csv.gz",
                "size": len(data),
                "MD5checksum": md5(data).hexdigest(),
            }
        ],
    }
    aws.s3.put_object(
        Bucket=lists, Key="inventory/manifest.json", Body=json.dumps(manifest).encode()
    )
    described = batches.run(
        "by_inventory", {"list_bucket": lists, "list_key": "inventory/manifest.json"}
    )
    assert described["status"] == "SUCCEEDED", described
    results = batches.results(described)
    assert results["stock/a b+ö.csv"]["version_id"] == first
    assert batches.published("stock/a b+ö.csv") == [1]
    assert json.loads(described["output"])["counts"] == {"total": 2, "succeeded": 1, "failed": 1}


def test_files_that_arrive_in_numbers_are_published_without_an_execution_each(
    batches: Batches,
) -> None:
    keys = [f"sensors/{number:02}.csv" for number in range(20)]
    for number, key in enumerate(keys):
        batches.put(key, csv(number))
    batches.put("sensors/broken.csv", BROKEN_CSV)
    batches.put(keys[0], csv(1_000))

    def published() -> list[list[int] | None]:
        return [batches.published(key) for key in keys]

    expected = [[1_000], *([number] for number in range(1, 20))]
    wait_until(lambda: published() == expected, PATIENCE, lambda: f"{published()}", interval=1)
    told = wait_until(
        lambda: [one for one in batches.inbox.heard() if "sensors/broken.csv" in one.body],
        PATIENCE,
        "a notification about the invalid file",
        interval=1,
    )
    assert [one.attributes["outcome"] for one in told] == ["INVALID"]
    runs = batches.aws.step_functions.list_executions(
        stateMachineArn=batches.outputs["pipeline_arn"]
    )["executions"]
    assert not [run["name"] for run in runs if "sensors" in run["name"]]


@pytest.mark.skipif(
    "AWS_ENDPOINT_URL" in os.environ, reason="only the tests' own local AWS records calls"
)
def test_all_that_was_called_is_allowed(batches: Batches, call_log: Path) -> None:
    prefix = batches.outputs["by_prefix"].rpartition(":")[2].partition("-")[0]
    told = not_allowed(batches.aws, f"{prefix}-", call_log)
    assert not told, "\n".join(told)
