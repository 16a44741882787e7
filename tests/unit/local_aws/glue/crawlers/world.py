"""Crawlers over moto's S3 and Glue, with a clock, logs and events in memory."""

import json
from collections.abc import Sequence
from typing import Any

import boto3

from local_aws.glue.crawlers.classifiers import Classifiers
from local_aws.glue.crawlers.component import CrawlerService
from local_aws.glue.crawlers.interface import CrawlEnded
from local_aws.glue.crawlers.runner import Runner
from local_aws.glue.tags import Tags
from tests.unit.local_aws.glue.memory import SITE, FakeClock, FakeEvents, FakeLogs
from tests.wait import wait_until

BUCKET = "lake"


class MotoClients:
    """Clients of moto, one of each service. Making one takes long: tests share them."""

    def __init__(self) -> None:
        self._clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = boto3.client(
                service,  # type: ignore[call-overload]
                region_name="us-east-1",
                aws_access_key_id="test",
                aws_secret_access_key="test",
            )
        return self._clients[service]


class CrawlerWorld:
    """The crawlers, an empty database ``raw`` and a bucket."""

    def __init__(self, clients: MotoClients) -> None:
        self.clock = FakeClock()
        self.bus = FakeEvents()
        self.logs = FakeLogs()
        self.ended: list[CrawlEnded] = []
        self.s3 = clients.client("s3")
        self.glue = clients.client("glue")
        self.s3.create_bucket(Bucket=BUCKET)
        self.glue.create_database(DatabaseInput={"Name": "raw"})
        classifiers = Classifiers(self.clock)
        tags = Tags()
        runner = Runner(SITE, self.clock, self.bus, self.logs, clients)
        self.crawlers = CrawlerService(runner, classifiers, tags)
        self.crawlers.on_crawl_ended(self.ended.append)
        self._operations = {
            **classifiers.operations(),
            **self.crawlers.operations(),
            **tags.operations(),
        }

    def call(self, operation: str, **request: Any) -> dict[str, Any]:
        return dict(self._operations[operation](request))

    def put(self, key: str, body: bytes | str) -> None:
        data = body.encode() if isinstance(body, str) else body
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=data)

    def delete(self, key: str) -> None:
        self.s3.delete_object(Bucket=BUCKET, Key=key)

    def create_crawler(self, *paths: str, name: str = "crawler", **members: Any) -> None:
        """Define a crawler over ``paths`` (keys in the bucket); ``configuration`` may be a dict."""
        targets = {"S3Targets": [{"Path": f"s3://{BUCKET}/{path}"} for path in paths]}
        defaults = {"Role": "crawler-role", "DatabaseName": "raw", "Targets": targets}
        self.call("CreateCrawler", Name=name, **{**defaults, **_as_text(members)})

    def update_crawler(self, name: str = "crawler", **members: Any) -> None:
        self.call("UpdateCrawler", Name=name, **_as_text(members))

    def crawl(self, name: str = "crawler") -> dict[str, Any]:
        """Crawl and return the crawler as it is afterwards; fail unless it succeeded."""
        crawler = self.try_crawl(name)
        assert crawler["LastCrawl"]["Status"] == "SUCCEEDED", crawler["LastCrawl"]
        return crawler

    def try_crawl(self, name: str = "crawler") -> dict[str, Any]:
        """Crawl and return the crawler as it is afterwards, however the crawl ended."""
        over = len(self.ended)
        self.call("StartCrawler", Name=name)
        wait_until(lambda: len(self.ended) > over, 60, lambda: f"the crawl; log: {self.log(name)}")
        return self.crawler(name)

    def crawler(self, name: str = "crawler") -> dict[str, Any]:
        return dict(self.call("GetCrawler", Name=name)["Crawler"])

    def log(self, name: str = "crawler") -> list[str]:
        return self.logs.lines.get(("/aws-glue/crawlers", name), [])

    def tables(self) -> dict[str, dict[str, Any]]:
        found = self.glue.get_tables(DatabaseName="raw")["TableList"]
        return {table["Name"]: table for table in found}

    def columns(self, table: str) -> dict[str, str]:
        columns = self.tables()[table]["StorageDescriptor"]["Columns"]
        return {column["Name"]: column["Type"] for column in columns}

    def keys(self, table: str) -> list[str]:
        return [key["Name"] for key in self.tables()[table]["PartitionKeys"]]

    def partitions(self, table: str) -> dict[tuple[str, ...], dict[str, Any]]:
        found = self.glue.get_partitions(DatabaseName="raw", TableName=table)["Partitions"]
        return {tuple(partition["Values"]): partition for partition in found}

    def summary(self, name: str = "crawler") -> dict[str, dict[str, Any]]:
        """Return the last crawl's changes by kind and action."""
        crawls = self.call("ListCrawls", CrawlerName=name)["Crawls"]
        summary = json.loads(crawls[0]["Summary"])
        return {kind: json.loads(text) for kind, text in summary.items()}


def json_lines(rows: Sequence[dict[str, Any]]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def _as_text(members: dict[str, Any]) -> dict[str, Any]:
    if "Configuration" in members:
        document = {"Version": 1.0, **members["Configuration"]}
        return {**members, "Configuration": json.dumps(document)}
    return members
