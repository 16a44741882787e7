"""examples/raw_to_curated as a whole: a schedule, two jobs side by side, a crawler, tables."""

import io
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from botocore.exceptions import ClientError
from rich.console import Console

from tests.integration.leftovers import leftovers
from tests.integration.terraform import Terraform
from tests.wait import wait_until
from tools import glue_runs
from tools.aws import Aws
from tools.demo_workflow import Example, RunFailedError, assert_succeeded, show_tables
from tools.queries import Athena

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples/raw_to_curated"
RUN_SECONDS = 300
ORDERS = [
    ("order_id", "bigint"),
    ("customer_id", "bigint"),
    ("item", "string"),
    ("quantity", "bigint"),
    ("amount", "decimal(10,2)"),
]
CUSTOMERS = [
    ("customer_id", "bigint"),
    ("name", "string"),
    ("city", "string"),
    ("newsletter", "boolean"),
    ("member_since", "date"),
]


@dataclass(frozen=True)
class Refresh:
    """The applied example. ``outputs`` are the root's."""

    aws: Aws
    terraform: Terraform
    outputs: dict[str, Any]

    @property
    def workflow(self) -> str:
        name: str = self.outputs["workflow_name"]
        return name

    def upload(self, table: str, name: str, body: bytes) -> None:
        bucket = self.outputs["data_bucket"]
        self.aws.s3.put_object(Bucket=bucket, Key=f"raw/{table}/{name}", Body=body)

    def upload_samples(self) -> None:
        for file in (EXAMPLE / "samples").glob("*/*"):
            self.upload(file.parent.name, file.name, file.read_bytes())

    def start(self) -> str:
        return self.aws.glue.start_workflow_run(Name=self.workflow)["RunId"]

    def run(self, run_id: str) -> Any:
        answer = self.aws.glue.get_workflow_run(Name=self.workflow, RunId=run_id, IncludeGraph=True)
        return answer["Run"]

    def runs(self) -> list[str]:
        runs = self.aws.glue.get_workflow_runs(Name=self.workflow)["Runs"]
        return [run["WorkflowRunId"] for run in runs]

    def end(self, run_id: str) -> Any:
        def ended() -> Any:
            run = self.run(run_id)
            return run if run["Status"] not in ("RUNNING", "STOPPING") else None

        return wait_until(ended, RUN_SECONDS, lambda: f"the end of {self.run(run_id)}")

    def node(self, run: Any, name: str) -> Any:
        return next(node for node in run["Graph"]["Nodes"] if node["Name"] == name)

    def job_run(self, run: Any, data_set: str) -> Any:
        return self.node(run, self.outputs["job_names"][data_set])["JobDetails"]["JobRuns"][0]

    def crawls(self, run: Any) -> list[Any]:
        node = self.node(run, self.outputs["crawler_name"])
        crawls: list[Any] = node.get("CrawlerDetails", {}).get("Crawls", [])
        return crawls

    def table(self, name: str) -> Any:
        database = self.outputs["database_name"]
        return self.aws.glue.get_table(DatabaseName=database, Name=name)["Table"]

    def partitions(self, table: str) -> dict[str, str]:
        """Return the location of each partition by its value."""
        database = self.outputs["database_name"]
        found = self.aws.glue.get_partitions(DatabaseName=database, TableName=table)["Partitions"]
        return {each["Values"][0]: each["StorageDescriptor"]["Location"] for each in found}

    def rows(self, location: str) -> pa.Table:
        """Read the Parquet that lies at a location of the catalog."""
        bucket, _, prefix = location.removeprefix("s3://").partition("/")
        listed = self.aws.s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]
        bodies = [
            self.aws.s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read() for item in listed
        ]
        return pa.concat_tables(pq.ParquetFile(io.BytesIO(body)).read() for body in bodies)


def schema(table: Any) -> list[tuple[str, str]]:
    return [(each["Name"], each["Type"]) for each in table["StorageDescriptor"]["Columns"]]


@pytest.fixture(scope="module")
def refresh(aws: Aws, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Refresh]:
    """The example with a schedule that waits, and with its samples uploaded."""
    package = [sys.executable, "-m", "tools.package", "--only", "pipeline_spark"]
    subprocess.run(package, cwd=ROOT, check=True)
    prefix = f"t{uuid4().hex[:5]}-"
    variables: dict[str, object] = {
        "endpoint_url": str(aws.endpoint_url),
        "name_prefix": prefix,
        "schedule_enabled": False,
    }
    terraform = Terraform(EXAMPLE, variables, tmp_path_factory.mktemp("raw_to_curated"))
    terraform.init()
    terraform.apply()
    try:
        applied = Refresh(aws, terraform, terraform.outputs())
        applied.upload_samples()
        yield applied
    finally:
        terraform.destroy()
    assert terraform.resources() == []
    # Without its dash: the database's name has none.
    assert leftovers(str(aws.endpoint_url), prefix.rstrip("-")) == {}


@pytest.fixture(scope="module")
def scheduled_run(refresh: Refresh) -> tuple[datetime, Any]:
    """The first run, which nobody starts: when it was due, and how it ended."""
    assert refresh.runs() == [], "an apply must start nothing"
    due = (datetime.now(UTC) + timedelta(seconds=130)).replace(second=0, microsecond=0)
    once = f"cron({due.minute} {due.hour} {due.day} {due.month} ? {due.year})"
    scheduled = refresh.terraform.having(schedule_enabled=True, schedule=once)
    scheduled.apply(refresh=False)
    assert scheduled.plan() == []
    wait_until(refresh.runs, 300, f"{once} to fire")
    (run_id,) = refresh.runs()
    run = refresh.end(run_id)
    refresh.terraform.apply(refresh=False)
    return due, run


def test_a_second_plan_is_empty(refresh: Refresh) -> None:
    assert refresh.terraform.plan() == []


def test_the_schedule_fires_by_itself(scheduled_run: tuple[datetime, Any]) -> None:
    due, run = scheduled_run
    assert run["StartedOn"] >= due
    assert run["Status"] == "COMPLETED"
    assert run["Statistics"]["SucceededActions"] == run["Statistics"]["TotalActions"] == 3


def test_jobs_without_a_dependency_run_side_by_side(
    refresh: Refresh, scheduled_run: tuple[datetime, Any]
) -> None:
    _, run = scheduled_run
    orders, customers = (refresh.job_run(run, name) for name in ("orders", "customers"))
    starts = [orders["StartedOn"], customers["StartedOn"]]
    ends = [orders["CompletedOn"], customers["CompletedOn"]]
    assert max(starts) < min(ends)
    (crawl,) = refresh.crawls(run)
    assert crawl["StartedOn"] >= max(ends)


def test_the_chain_ends_with_tables(refresh: Refresh, scheduled_run: tuple[datetime, Any]) -> None:
    orders, customers = refresh.table("orders"), refresh.table("customers")
    assert schema(orders) == ORDERS
    assert [key["Name"] for key in orders["PartitionKeys"]] == ["order_date"]
    assert schema(customers) == CUSTOMERS
    assert customers["PartitionKeys"] == []
    for table, rows in ((orders, "7"), (customers, "5")):
        assert table["Parameters"]["classification"] == "parquet"
        assert table["Parameters"]["recordCount"] == rows

    partitions = refresh.partitions("orders")
    counts = {day: refresh.rows(location).num_rows for day, location in partitions.items()}
    assert counts == {"2026-11-18": 3, "2026-11-19": 2, "2026-11-20": 2}
    first = refresh.rows(partitions["2026-11-18"]).sort_by("order_id").to_pylist()
    assert first[1] == {
        "order_id": 1002,
        "customer_id": 2,
        "item": "chair, oak",
        "quantity": 4,
        "amount": Decimal("516.00"),
    }
    people = refresh.rows(customers["StorageDescriptor"]["Location"]).sort_by("customer_id")
    assert people.to_pylist()[0] == {
        "customer_id": 1,
        "name": "John Doe",
        "city": "New York",
        "newsletter": True,
        "member_since": date(2021, 3, 14),
    }


def test_the_tables_can_be_queried(refresh: Refresh, scheduled_run: tuple[datetime, Any]) -> None:
    outputs = refresh.outputs
    results = f"s3://{outputs['data_bucket']}/_athena/"
    athena = Athena(refresh.aws, outputs["database_name"], results)
    answer = athena.query(
        "SELECT c.name, sum(o.amount) AS revenue FROM orders o "
        "JOIN customers c ON o.customer_id = c.customer_id "
        "WHERE o.order_date = '2026-11-20' GROUP BY c.name ORDER BY revenue DESC"
    )
    assert answer.columns == ("name", "revenue")
    assert answer.values == (("Sarah Williams", "349.00"), ("Jane Smith", "79.80"))


def test_the_demo_shows_the_tables(refresh: Refresh, scheduled_run: tuple[datetime, Any]) -> None:
    outputs = refresh.outputs
    example = Example(outputs["data_bucket"], outputs["workflow_name"], outputs["database_name"])
    console = Console(record=True, width=120)
    show_tables(console, refresh.aws, example)
    shown = console.export_text()
    assert f"{example.database_name}.customers: 5 rows" in shown
    assert f"{example.database_name}.orders: 7 rows" in shown
    assert "partitions by order_date: 2026-11-18, 2026-11-19, 2026-11-20" in shown
    assert "Seattle" in shown


def test_no_second_run_beside_the_first(
    refresh: Refresh, scheduled_run: tuple[datetime, Any]
) -> None:
    run_id = refresh.start()
    with pytest.raises(ClientError, match="Concurrent runs exceeded"):
        refresh.start()
    run = refresh.end(run_id)
    assert run["Statistics"]["SucceededActions"] == 3


def test_a_failed_job_stops_what_depends_on_it_until_it_is_resumed(
    refresh: Refresh, scheduled_run: tuple[datetime, Any]
) -> None:
    before = refresh.rows(refresh.partitions("orders")["2026-11-18"])
    refresh.upload(
        "orders",
        "2026-11-21.csv",
        b"order_id,customer_id,order_date,item,quantity,amount\nx,1,2026-11-21,lamp,1,1.00\n",
    )
    run_id = refresh.start()
    run = refresh.end(run_id)

    assert run["Status"] == "COMPLETED"
    failed = refresh.job_run(run, "orders")
    assert failed["JobRunState"] == "FAILED"
    with pytest.raises(RunFailedError, match=r"convert-orders FAILED .*Column order_id"):
        assert_succeeded(glue_runs.graph(refresh.aws, refresh.workflow, run_id))
    assert "Column order_id: 'x' is no bigint" in failed["ErrorMessage"]
    assert refresh.job_run(run, "customers")["JobRunState"] == "SUCCEEDED"
    # One of two is not enough for AND.
    assert refresh.crawls(run) == []
    assert refresh.rows(refresh.partitions("orders")["2026-11-18"]).equals(before)

    repaired = (
        b"order_id,customer_id,order_date,item,quantity,amount\n1008,1,2026-11-21,lamp,1,1.00\n"
    )
    refresh.upload("orders", "2026-11-21.csv", repaired)
    node = refresh.node(run, refresh.outputs["job_names"]["orders"])["UniqueId"]
    resumed = refresh.aws.glue.resume_workflow_run(
        Name=refresh.workflow, RunId=run_id, NodeIds=[node]
    )
    again = refresh.end(resumed["RunId"])
    assert again["PreviousRunId"] == run_id
    assert again["Statistics"]["SucceededActions"] == 3
    assert refresh.job_run(again, "orders")["Id"] != failed["Id"]
    # Not run again, but taken over.
    customers = refresh.job_run(run, "customers")["Id"]
    assert refresh.job_run(again, "customers")["Id"] == customers
    assert len(refresh.crawls(again)) == 1
    assert refresh.rows(refresh.partitions("orders")["2026-11-21"]).num_rows == 1
