"""Glue crawlers through boto3, on a real local AWS: S3, the Data Catalog, logs, events."""

import csv
import gzip
import io
import json
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import fastavro
import pyarrow as pa
import pytest
from botocore.exceptions import ClientError
from pyarrow import orc, parquet

from tests.integration.local_aws.own_server import OwnServer, own_server
from tests.integration.local_aws.terraform_root import terraform_root
from tests.wait import wait_until

ROLE = "arn:aws:iam::000000000000:role/crawler"
COLUMNS = {"id": "bigint", "name": "string", "score": "double"}


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServer]:
    with own_server(tmp_path_factory.mktemp("crawlers")) as server:
        yield server


class Lake:
    """A bucket, a database and crawlers of a test's own."""

    def __init__(self, aws: OwnServer) -> None:
        self.aws = aws
        self.name = f"lake-{uuid.uuid4().hex[:8]}"
        self.database = self.name.replace("-", "_")
        self.s3, self.glue = aws.client("s3"), aws.client("glue")
        location = {"LocationConstraint": "eu-central-1"}
        self.s3.create_bucket(Bucket=self.name, CreateBucketConfiguration=location)
        self.glue.create_database(DatabaseInput={"Name": self.database})

    def put(self, key: str, body: bytes | str) -> None:
        self.s3.put_object(Bucket=self.name, Key=key, Body=body)

    def create_crawler(self, path: str, **members: Any) -> None:
        targets = {"S3Targets": [{"Path": f"s3://{self.name}/{path}"}]}
        defaults = {"Role": ROLE, "DatabaseName": self.database, "Targets": targets}
        self.glue.create_crawler(Name=self.name, **{**defaults, **members})

    def crawl(self) -> dict[str, Any]:
        self.glue.start_crawler(Name=self.name)
        return self.wait_for_crawl()

    def wait_for_crawl(self) -> dict[str, Any]:
        wait_until(lambda: self.crawler()["State"] == "READY", 120, self.crawler)
        crawler = self.crawler()
        assert crawler["LastCrawl"]["Status"] == "SUCCEEDED", crawler["LastCrawl"]
        return crawler

    def crawler(self) -> dict[str, Any]:
        return dict(self.glue.get_crawler(Name=self.name)["Crawler"])

    def tables(self) -> dict[str, dict[str, Any]]:
        pages = self.glue.get_paginator("get_tables").paginate(DatabaseName=self.database)
        return {table["Name"]: table for page in pages for table in page["TableList"]}

    def columns(self, table: str) -> dict[str, str]:
        columns = self.tables()[table]["StorageDescriptor"]["Columns"]
        return {column["Name"]: column["Type"] for column in columns}

    def partitions(self, table: str, expression: str = "") -> set[tuple[str, ...]]:
        pages = self.glue.get_paginator("get_partitions").paginate(
            DatabaseName=self.database, TableName=table, Expression=expression
        )
        return {tuple(item["Values"]) for page in pages for item in page["Partitions"]}


@pytest.fixture
def lake(aws: OwnServer) -> Lake:
    return Lake(aws)


type Rows = list[dict[str, Any]]


def _rows(start: int) -> Rows:
    return [{"id": n, "name": f"name {n}", "score": n + 0.5} for n in range(start, start + 3)]


def _csv(rows: Rows) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _json(rows: Rows) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def _parquet(rows: Rows) -> bytes:
    sink = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist(rows), sink)
    return sink.getvalue()


def _orc(rows: Rows) -> bytes:
    sink = io.BytesIO()
    orc.write_table(pa.Table.from_pylist(rows), sink)
    return sink.getvalue()


def _avro(rows: Rows) -> bytes:
    fields = [("id", "long"), ("name", "string"), ("score", "double")]
    schema = {
        "type": "record",
        "name": "row",
        "fields": [{"name": name, "type": kind} for name, kind in fields],
    }
    sink = io.BytesIO()
    fastavro.writer(sink, fastavro.parse_schema(schema), rows)
    return sink.getvalue()


# Folder: how its files are written, their classification, compression and type of id.
FORMATS: dict[str, tuple[Callable[[Rows], bytes], str, str, str]] = {
    "text": (_csv, "csv", "none", "bigint"),
    "zipped": (lambda rows: gzip.compress(_csv(rows)), "csv", "gzip", "bigint"),
    "lines": (_json, "json", "none", "int"),
    "parquet": (_parquet, "parquet", "none", "bigint"),
    "orc": (_orc, "orc", "none", "bigint"),
    "avro": (_avro, "avro", "none", "bigint"),
}


def test_thirty_small_files_in_six_formats(lake: Lake) -> None:
    for folder, (write, *_) in FORMATS.items():
        for index in range(5):
            lake.put(f"mixed/{folder}/part-{index}", write(_rows(index * 3)))
    lake.create_crawler("mixed/")
    lake.crawl()

    assert sorted(lake.tables()) == sorted(FORMATS)
    for folder, (_, classification, compression, kind) in FORMATS.items():
        assert lake.columns(folder) == {**COLUMNS, "id": kind}
        parameters = lake.tables()[folder]["Parameters"]
        assert parameters["classification"] == classification
        assert parameters["compressionType"] == compression
        assert (parameters["objectCount"], parameters["recordCount"]) == ("5", "15")
    (metrics,) = lake.glue.get_crawler_metrics(CrawlerNameList=[lake.name])["CrawlerMetricsList"]
    assert metrics["TablesCreated"] == 6


def test_partitions_can_be_selected_by_expression(lake: Lake) -> None:
    for month in ("2026-01", "2026-02"):
        for region in ("de", "fr"):
            lake.put(f"sales/month={month}/region={region}/part.parquet", _parquet(_rows(1)))
    lake.create_crawler("sales/")
    lake.crawl()

    keys = lake.tables()["sales"]["PartitionKeys"]
    assert [(key["Name"], key["Type"]) for key in keys] == [
        ("month", "string"),
        ("region", "string"),
    ]
    assert lake.partitions("sales", "month = '2026-02'") == {("2026-02", "de"), ("2026-02", "fr")}
    assert len(lake.partitions("sales")) == 4


@pytest.mark.parametrize(
    ("members", "columns"),
    [
        pytest.param({}, {"id": "int", "score": "string", "city": "string"}, id="update"),
        pytest.param(
            {"SchemaChangePolicy": {"UpdateBehavior": "LOG", "DeleteBehavior": "LOG"}},
            {"id": "int", "name": "string", "score": "double"},
            id="log",
        ),
        pytest.param(
            {
                "Configuration": json.dumps(
                    {
                        "Version": 1.0,
                        "CrawlerOutput": {"Tables": {"AddOrUpdateBehavior": "MergeNewColumns"}},
                    }
                )
            },
            {"id": "int", "name": "string", "score": "double", "city": "string"},
            id="merge",
        ),
    ],
)
def test_a_changed_schema_under_each_policy(
    lake: Lake, members: dict[str, Any], columns: dict[str, str]
) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/crawler-configuration.html"""
    lake.put("people/part.json", _json(_rows(1)))
    lake.create_crawler("people/", **members)
    lake.crawl()
    lake.put("people/part.json", _json([{"id": 1, "score": "high", "city": "Rome"}]))
    lake.crawl()

    assert lake.columns("people") == columns


@pytest.mark.parametrize("behaviour", ["LOG", "DEPRECATE_IN_DATABASE", "DELETE_FROM_DATABASE"])
def test_deleted_data_under_each_policy(lake: Lake, behaviour: str) -> None:
    lake.put("raw/people/part.json", _json(_rows(1)))
    lake.put("raw/orders/part.json", b'{"order": 1, "amount": 2.5}')
    policy = {"UpdateBehavior": "UPDATE_IN_DATABASE", "DeleteBehavior": behaviour}
    lake.create_crawler("raw/", SchemaChangePolicy=policy)
    lake.crawl()
    lake.s3.delete_object(Bucket=lake.name, Key="raw/orders/part.json")
    lake.crawl()

    tables = lake.tables()
    assert ("orders" in tables) == (behaviour != "DELETE_FROM_DATABASE")
    if "orders" in tables:
        is_marked = "DEPRECATED_BY_CRAWLER" in tables["orders"]["Parameters"]
        assert is_marked == (behaviour == "DEPRECATE_IN_DATABASE")


def test_an_incremental_crawl_adds_the_new_folder(lake: Lake) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/incremental-crawls.html"""
    for month in ("Jan", "Feb"):
        lake.put(f"sales/month={month}/part.json", _json(_rows(1)))
    lake.create_crawler("sales/", RecrawlPolicy={"RecrawlBehavior": "CRAWL_NEW_FOLDERS_ONLY"})
    lake.crawl()
    lake.put("sales/month=Mar/part.json", _json(_rows(1)))
    lake.crawl()

    assert lake.partitions("sales") == {("Jan",), ("Feb",), ("Mar",)}
    crawls = lake.glue.list_crawls(CrawlerName=lake.name)["Crawls"]
    assert [crawl["State"] for crawl in crawls] == ["COMPLETED", "COMPLETED"]
    added = json.loads(json.loads(crawls[0]["Summary"])["PARTITION"])["ADD"]
    assert added == {"Count": 1, "Details": {"names": ["sales:Mar"]}}


def test_a_crawl_is_logged_and_announced(lake: Lake) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/automating-awsglue-with-cloudwatch-events.html"""
    events, sqs, logs = (lake.aws.client(name) for name in ("events", "sqs", "logs"))
    queue = sqs.create_queue(QueueName=lake.name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
    pattern = {
        "source": ["aws.glue"],
        "detail-type": ["Glue Crawler State Change"],
        "detail": {"crawlerName": [lake.name]},
    }
    events.put_rule(Name=lake.name, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=lake.name, Targets=[{"Id": "queue", "Arn": arn["QueueArn"]}])
    lake.put("people/part.json", _json(_rows(1)))
    lake.create_crawler("people/")
    lake.crawl()

    seen: list[dict[str, Any]] = []

    def both() -> bool:
        answer = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1, MaxNumberOfMessages=10)
        seen.extend(json.loads(message["Body"]) for message in answer.get("Messages", []))
        return len(seen) >= 2

    wait_until(both, 60, lambda: f"two events; seen: {seen}")
    details = {event["detail"]["state"]: event["detail"] for event in seen}
    assert details.keys() == {"Started", "Succeeded"}
    assert details["Succeeded"]["tablesCreated"] == "1"
    found = logs.get_log_events(logGroupName="/aws-glue/crawlers", logStreamName=lake.name)
    lines = [event["message"] for event in found["events"]]
    assert any("Created table people" in line for line in lines)


def test_a_crawl_can_be_stopped(lake: Lake) -> None:
    for index in range(200):
        lake.put(f"many/part-{index}.json", _json(_rows(1)))
    lake.create_crawler("many/")
    lake.glue.start_crawler(Name=lake.name)
    with pytest.raises(ClientError, match="CrawlerRunningException"):
        lake.glue.start_crawler(Name=lake.name)
    lake.glue.stop_crawler(Name=lake.name)
    wait_until(lambda: lake.crawler()["State"] == "READY", 60, lake.crawler)

    assert lake.crawler()["LastCrawl"]["Status"] == "CANCELLED"
    assert lake.tables() == {}


def test_a_schedule_starts_a_crawl_by_itself(lake: Lake) -> None:
    """Once, in the next minute that is far enough away to be set up before it begins."""
    due = (datetime.now(UTC) + timedelta(seconds=65)).replace(second=0, microsecond=0)
    once = f"cron({due.minute} {due.hour} {due.day} {due.month} ? {due.year})"
    lake.put("people/part.json", _json(_rows(1)))
    lake.create_crawler("people/", Schedule=once)
    assert lake.crawler()["Schedule"]["State"] == "SCHEDULED"

    wait_until(lambda: "LastCrawl" in lake.crawler(), 150, f"{once} to fire")
    assert lake.wait_for_crawl()["LastCrawl"]["StartTime"] >= due
    (crawl,) = lake.glue.list_crawls(CrawlerName=lake.name)["Crawls"]
    assert crawl["State"] == "COMPLETED"


def test_a_classifier_makes_rows_of_an_array(lake: Lake) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/custom-classifier.html"""
    lake.glue.create_classifier(JsonClassifier={"Name": lake.name, "JsonPath": "$[*]"})
    lake.put("people/part.json", json.dumps(_rows(1), indent=2))
    lake.create_crawler("people/", Classifiers=[lake.name])
    lake.crawl()

    assert lake.columns("people") == {**COLUMNS, "id": "int"}


def test_wrong_requests_get_the_services_errors(lake: Lake) -> None:
    with pytest.raises(ClientError, match="EntityNotFoundException"):
        lake.glue.start_crawler(Name="nobody")
    with pytest.raises(ClientError, match=r"InvalidInputException.*at least one target"):
        lake.create_crawler("x", Targets={})


def test_terraform_creates_updates_and_destroys(aws: OwnServer, tmp_path: Path) -> None:
    glue = aws.client("glue")
    with terraform_root("glue_crawlers", tmp_path, aws.endpoint_url) as root:
        root.apply()
        root.assert_nothing_to_do()
        first = glue.get_crawler(Name="glue-crawlers-test-s3")["Crawler"]
        root.having(changed="true").apply()
        root.having(changed="true").assert_nothing_to_do()
        second = glue.get_crawler(Name="glue-crawlers-test-s3")["Crawler"]
        bare = glue.get_crawler(Name="glue-crawlers-test-bare")["Crawler"]

    assert (first["TablePrefix"], second["TablePrefix"]) == ("first_", "second_")
    assert second["Role"] == "service-role/glue-crawlers-test-second"
    assert len(second["Targets"]["S3Targets"]) == 2
    assert "Schedule" not in bare
    names = glue.list_crawlers()["CrawlerNames"]
    assert not [name for name in names if name.startswith("glue-crawlers-test")]
