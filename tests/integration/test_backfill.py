"""examples/monthly_backfill as a whole: months from a web server that fails now and then."""

import json
import os
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import boto3
import pyarrow.parquet as pq
import pytest
from pyarrow import BufferReader
from rich.console import Console

from tests.integration.allowed import not_allowed, policies
from tests.integration.conftest import ARCHITECTURE
from tests.integration.terraform import Terraform
from tests.wait import wait_until
from tests.web_server import CutAfter, Status, WebServer, WrongLength, web_server
from tools.aws import LOCAL_REGION, Aws
from tools.backfill import MonthsFailedError, Order, backfill, results
from tools.months import MonthRun, MonthRuns, months

EXAMPLE = Path(__file__).parents[2] / "examples/monthly_backfill"
MB = 1024 * 1024
ZONE = "Pacific/Auckland"
SECRET = "Bearer open-sesame"
PATIENCE = 300
ON_OUR_OWN = pytest.mark.skipif(
    "AWS_ENDPOINT_URL" in os.environ, reason="only the tests' own local AWS records calls"
)


def sales(month: str, rows: int = 5) -> bytes:
    """A month's file; each row has a number of its own."""
    lines = [f"{month}-{1 + row % 28:02},shop-{row % 3},{row}" for row in range(rows)]
    return "\n".join(["sold_on,shop,number", *lines, ""]).encode()


LARGE = sales("2025-03", 500_000)
"""More than two parts of 5 MB."""


def offer(server: WebServer, month: str, body: bytes, *faults: Any) -> None:
    """Offer a month's file, and its checksum."""
    server.offer(f"/sales/{month}.csv", body, *faults)
    digest = f"{sha256(body).hexdigest()}  {month}.csv\n"
    server.offer(f"/sales/{month}.csv.sha256", digest.encode())


def scheduled_months() -> set[str]:
    """The months that a schedule may be about during this test: those before Auckland's now."""
    now = datetime.now(ZoneInfo(ZONE))
    firsts = ((now + timedelta(hours=hours)).replace(day=1) for hours in (-1, 2))
    return {f"{first - timedelta(days=1):%Y-%m}" for first in firsts}


@dataclass(frozen=True)
class Backfill:
    """The applied example, and the web server that it fetches from."""

    aws: Aws
    server: WebServer
    terraform: Terraform
    outputs: Mapping[str, Any]

    @property
    def runs(self) -> MonthRuns:
        return MonthRuns(self.aws, self.outputs["state_machine_arn"])

    def offer(self, month: str, body: bytes, *faults: Any) -> None:
        """Offer a month's file, and its checksum."""
        offer(self.server, month, body, *faults)

    def run(self, first: str, last: str, *, force: bool = False) -> dict[str, MonthRun]:
        """Do months to their end."""
        *_, ended = backfill(self.runs, Order(months(first, last), parallel=4, force=force))
        return {run.month: run for run in ended}

    def output(self, run: MonthRun) -> Mapping[str, Any]:
        assert run.progress is not None
        assert run.progress.output is not None, (run.progress.error, run.progress.cause)
        return run.progress.output

    def published(self, run: MonthRun) -> list[int]:
        """Return the numbers in a month's published rows."""
        bucket, _, key = self.output(run)["manifest_uri"].removeprefix("s3://").partition("/")
        manifest = self.aws.s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
        numbers: list[int] = []
        for uri in manifest.split():
            bucket, _, key = uri.removeprefix("s3://").partition("/")
            body = self.aws.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
            numbers += pq.read_table(BufferReader(body))["number"].to_pylist()
        return sorted(numbers)

    def executions(self) -> dict[str, str]:
        """Return the statuses of all executions by name."""
        pages = self.aws.step_functions.get_paginator("list_executions").paginate(
            stateMachineArn=self.outputs["state_machine_arn"]
        )
        return {item["name"]: item["status"] for page in pages for item in page["executions"]}


def failure(run: MonthRun) -> str | None:
    """Return what a month failed of; the whole cause where the file pipeline failed."""
    assert run.progress is not None
    error, cause = run.progress.error, run.progress.cause
    return f"{error}: {cause}" if error == "Backfill.States.TaskFailed" else error


@pytest.fixture(scope="module")
def example(
    aws: Aws, packages: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Backfill]:
    session = boto3.Session("test", "test", region_name=LOCAL_REGION)
    secrets = session.client("secretsmanager", endpoint_url=aws.endpoint_url)
    prefix = f"t{uuid4().hex[:5]}-"
    secret = secrets.create_secret(Name=f"{prefix}sales", SecretString=SECRET)["ARN"]
    with web_server() as server:
        # The schedule fires as soon as it is there.
        for month in scheduled_months():
            offer(server, month, sales(month, 2))
        terraform = Terraform(
            EXAMPLE,
            {
                "endpoint_url": aws.endpoint_url,
                "architecture": ARCHITECTURE,
                "name_prefix": prefix,
                "url": f"{server.url}/sales/{{month}}.csv",
                "checksum_url": f"{server.url}/sales/{{month}}.csv.sha256",
                "secret_arn": secret,
                "retry_seconds": 1,
                "schedule": "rate(1 minute)",
                "schedule_enabled": True,
                "time_zone": ZONE,
            },
            tmp_path_factory.mktemp("monthly_backfill"),
        )
        terraform.init()
        terraform.apply()
        try:
            yield Backfill(aws, server, terraform, terraform.outputs())
        finally:
            terraform.destroy()
            secrets.delete_secret(SecretId=secret, ForceDeleteWithoutRecovery=True)


def test_months_come_through_a_failing_server_and_only_failed_ones_are_done_again(
    example: Backfill,
) -> None:
    example.offer("2025-01", sales("2025-01"))
    example.offer("2025-02", sales("2025-02", 7), Status(503), CutAfter(10), WrongLength(+5))
    # More faults than one call of the function bears: the state tries again, and parts are kept.
    cuts = [CutAfter(6 * MB), *[Status(503)] * 5, CutAfter(1), Status(500)]
    example.offer("2025-03", LARGE, *cuts)
    example.offer("2025-04", b"sold_on,shop,number\n2025-04-01,shop-1\n")

    first = example.run("2025-01", "2025-05")
    assert {month: failure(run) for month, run in first.items()} == {
        "2025-01": None,
        "2025-02": None,
        "2025-03": None,
        "2025-04": "Backfill.InvalidFile",
        "2025-05": "Backfill.FileNotOfferedError",
    }
    invalid = first["2025-04"].progress
    assert invalid
    assert "RAGGED_ROW" in (invalid.cause or "")
    assert example.published(first["2025-01"]) == list(range(5))
    assert example.published(first["2025-02"]) == list(range(7))
    large = example.output(first["2025-03"])
    assert large["download"]["size"] == len(LARGE)
    assert large["download"]["resumed_at"] >= 5 * MB
    assert large["download"]["checksum"] == f"sha256:{sha256(LARGE).hexdigest()}"
    assert example.published(first["2025-03"]) == list(range(500_000))

    # The causes are removed: the same call does what failed, and nothing else.
    example.offer("2025-04", sales("2025-04", 3))
    example.offer("2025-05", sales("2025-05", 4))
    before = example.executions()
    asked = len(example.server.asked_for("/sales/2025-01.csv"))
    second = example.run("2025-01", "2025-05")
    assert not any(run.has_failed for run in second.values())
    assert {month for month, run in second.items() if not run.was_done} == {"2025-04", "2025-05"}
    new = example.executions().keys() - before.keys()
    assert {name for name in new if name.startswith("2025")} == {"2025-04-r1", "2025-05-r1"}
    assert len(example.server.asked_for("/sales/2025-01.csv")) == asked
    assert example.published(second["2025-04"]) == [0, 1, 2]

    # Nothing is left to do, whoever asks.
    third = example.run("2025-01", "2025-05")
    assert all(run.was_done for run in third.values())
    console = Console(record=True, width=160)
    console.print(results(list(third.values())))
    assert console.export_text().count("SUCCESS (before)") == 5

    # By force the file is looked at again; as it is the same, only its processing is repeated.
    forced = example.run("2025-02", "2025-02", force=True)["2025-02"]
    again = example.output(forced)
    assert again["outcome"] == "SUCCESS"
    earlier = example.output(first["2025-02"])
    assert again["download"]["version_id"] == earlier["download"]["version_id"]
    assert example.published(forced) == list(range(7))


def test_a_second_plan_is_empty(example: Backfill) -> None:
    assert example.terraform.plan() == []


def test_the_server_gets_the_secret_and_no_log_shows_it(example: Backfill) -> None:
    example.offer("2024-12", sales("2024-12"))
    assert not example.run("2024-12", "2024-12")["2024-12"].has_failed
    asked = example.server.asked_for("/sales/2024-12.csv")
    assert {one.headers.get("authorization") for one in asked} == {SECRET}
    logs = example.aws.logs
    for name in example.outputs["function_names"].values():
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=f"/aws/lambda/{name}")
        for page in pages:
            assert not any("open-sesame" in event["message"] for event in page["events"])


def test_a_schedule_fetches_the_month_before_in_its_own_time_zone(example: Backfill) -> None:
    expected = scheduled_months()
    client = example.aws.step_functions

    def scheduled() -> list[Any]:
        names = [name for name in example.executions() if not name.startswith("20")]
        prefix = example.outputs["state_machine_arn"].replace(":stateMachine:", ":execution:")
        found = [client.describe_execution(executionArn=f"{prefix}:{name}") for name in names]
        return [json.loads(run["output"]) for run in found if run["status"] == "SUCCEEDED"]

    runs = wait_until(scheduled, PATIENCE, "a scheduled month to be done", interval=1)
    assert {run["month"] for run in runs} <= expected
    # It fires each minute; what is published is published once.
    runs = wait_until(
        lambda: [one for one in scheduled() if one["outcome"] == "ALREADY_PUBLISHED"],
        PATIENCE,
        "a scheduled month that had been done",
        interval=1,
    )
    assert {run["month"] for run in runs} <= expected


def test_the_tool_ends_with_the_months_that_failed(example: Backfill) -> None:
    from tools import backfill as tool

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tool, "find_machine", lambda *_: example.outputs["state_machine_arn"])
        with pytest.raises(MonthsFailedError, match="1 of 1 months failed: 1999-01"):
            tool.work(Console(quiet=True), example.aws, Order(["1999-01"]))


MAY = {
    "plan_month": (
        ("s3:GetObject", "{processed}/processed/sales/any.manifest"),
        ("s3:ListBucket", "{processed}"),
    ),
    "download_file": (
        ("s3:PutObject", "{source}/sales/month=2025-01/2025-01.csv"),
        ("s3:AbortMultipartUpload", "{source}/sales/month=2025-01/2025-01.csv"),
        ("s3:DeleteObjectVersion", "{source}/sales/month=2025-01/2025-01.csv"),
        ("s3:PutObject", "{source}/_downloads/sales/month=2025-01/2025-01.csv.json"),
        ("secretsmanager:GetSecretValue", "{secret}"),
    ),
}
MAY_NOT = {
    "plan_month": (
        ("s3:PutObject", "{processed}/processed/sales/any.manifest"),
        ("s3:GetObject", "{processed}/attempts/sales/any"),
        ("s3:GetObject", "{source}/sales/any"),
        ("states:StartExecution", "{machine}"),
    ),
    "download_file": (
        ("s3:PutObject", "{source}/others/any"),
        ("s3:PutObject", "{processed}/processed/sales/any.manifest"),
        ("s3:DeleteBucket", "{source}"),
        ("secretsmanager:GetSecretValue", "{secret}-of-others"),
        ("secretsmanager:PutSecretValue", "{secret}"),
        ("states:StartExecution", "{machine}"),
    ),
}


def _judged(example: Backfill, function: str, rows: tuple[tuple[str, str], ...]) -> list[bool]:
    def configuration(folder: str) -> Any:
        name = example.outputs["function_names"][folder]
        return example.aws.functions.get_function_configuration(FunctionName=name)

    role = configuration(function)["Role"].rpartition("/")[2]
    download = configuration("download_file")
    words = {
        "source": f"arn:aws:s3:::{example.outputs['source_bucket']}",
        "processed": f"arn:aws:s3:::{example.outputs['processed_bucket']}",
        "machine": example.outputs["pipeline_state_machine_arn"],
        "secret": download["Environment"]["Variables"]["SECRET_ARN"],
    }
    rights = policies(example.aws, role)[role]
    return [rights.allows(action, resource.format(**words)) for action, resource in rows]


@pytest.mark.parametrize("function", sorted(MAY))
def test_each_function_may_do_its_work_and_nothing_else(example: Backfill, function: str) -> None:
    assert all(_judged(example, function, MAY[function]))
    assert not any(_judged(example, function, MAY_NOT[function]))


@ON_OUR_OWN
def test_all_that_was_called_is_allowed(example: Backfill, call_log: Path) -> None:
    prefix = example.outputs["state_machine_arn"].rpartition(":")[2].partition("-")[0]
    told = not_allowed(example.aws, f"{prefix}-", call_log)
    assert not told, "\n".join(told)


def test_the_large_file_is_one_that_nobody_could_guess() -> None:
    """The parts differ, so that a part in the wrong place would be seen."""
    assert len(LARGE) > 2 * 5 * MB
    places = random.Random(1).sample(range(len(LARGE) - MB), 20)
    assert len({LARGE[at : at + 64] for at in places}) == 20
