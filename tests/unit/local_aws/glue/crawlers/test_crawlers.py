"""Crawlers: definitions, states, history, metrics, schedules, events.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-crawling.html
"""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from local_aws.glue.crawlers.interface import WorkflowRunRef
from local_aws.glue.errors import (
    AlreadyExistsException,
    CrawlerNotRunningException,
    CrawlerRunningException,
    CrawlerStoppingException,
    EntityNotFoundException,
    GlueError,
    InvalidInputException,
    NoScheduleException,
    SchedulerNotRunningException,
    SchedulerRunningException,
)
from tests.unit.local_aws.glue.crawlers.world import BUCKET, CrawlerWorld, json_lines
from tests.wait import wait_until

PEOPLE = json_lines([{"id": 1, "name": "Ann"}])


@pytest.fixture
def gate(world: CrawlerWorld) -> Iterator[threading.Event]:
    """Holds crawls at their first reading of S3 until it is set."""
    is_open = threading.Event()
    events = world.s3.meta.events
    events.register("before-call.s3.ListObjectsV2", lambda **_: is_open.wait(60) and None, "gate")
    yield is_open
    is_open.set()
    world.crawlers.close()
    events.unregister("before-call.s3.ListObjectsV2", unique_id="gate")


def test_defaults_are_those_of_the_service(world: CrawlerWorld) -> None:
    world.create_crawler("people/", Role="arn:aws:iam::123456789012:role/service-role/crawl")

    assert world.crawler() == {
        "Name": "crawler",
        "Role": "service-role/crawl",
        "Targets": {"S3Targets": [{"Path": f"s3://{BUCKET}/people/"}]},
        "DatabaseName": "raw",
        "Classifiers": [],
        "RecrawlPolicy": {"RecrawlBehavior": "CRAWL_EVERYTHING"},
        "SchemaChangePolicy": {
            "UpdateBehavior": "UPDATE_IN_DATABASE",
            "DeleteBehavior": "DEPRECATE_IN_DATABASE",
        },
        "LineageConfiguration": {"CrawlerLineageSettings": "DISABLE"},
        "LakeFormationConfiguration": {"UseLakeFormationCredentials": False, "AccountId": ""},
        "State": "READY",
        "CrawlElapsedTime": 0,
        "CreationTime": world.clock.now(),
        "LastUpdated": world.clock.now(),
        "Version": 1,
    }


def test_an_update_changes_what_it_names(world: CrawlerWorld) -> None:
    world.create_crawler("people/", Description="first", TablePrefix="p_")
    world.clock.advance(timedelta(minutes=1))
    world.update_crawler(Description="second", Schedule="cron(15 12 * * ? *)")
    crawler = world.crawler()

    assert (crawler["Description"], crawler["TablePrefix"]) == ("second", "p_")
    assert crawler["Version"] == 2
    assert crawler["LastUpdated"] - crawler["CreationTime"] == timedelta(minutes=1)
    assert crawler["Schedule"] == {
        "ScheduleExpression": "cron(15 12 * * ? *)",
        "State": "SCHEDULED",
    }
    world.update_crawler(Schedule="")
    assert "Schedule" not in world.crawler()


NEW_FOLDERS = {"RecrawlBehavior": "CRAWL_NEW_FOLDERS_ONLY"}
CATALOG = {"CatalogTargets": [{"DatabaseName": "raw", "Tables": ["t"]}]}
S3 = {"S3Targets": [{"Path": "s3://lake/x"}]}


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"Targets": {}}, "at least one target"),
        ({"Targets": {"S3Targets": []}}, "at least one target"),
        ({"Targets": {"S3Targets": [{"Path": "https://x/y"}]}}, "s3://bucket/folder"),
        (
            {"Targets": {"S3Targets": [{"Path": "s3://lake", "SampleSize": 250}]}},
            "between 1 and 249",
        ),
        ({"Targets": {"S3Targets": [{"Path": "s3://lake", "Exclusions": ["{a"]}]}}, "has no }"),
        ({"Targets": {**CATALOG, **S3}}, "cannot be mixed"),
        ({"Targets": CATALOG}, "only LOG DeleteBehavior"),
        (
            {"Targets": CATALOG, "SchemaChangePolicy": {"DeleteBehavior": "LOG"}},
            "CombineCompatibleSchemas",
        ),
        (
            {
                "RecrawlPolicy": NEW_FOLDERS,
                "SchemaChangePolicy": {"UpdateBehavior": "UPDATE_IN_DATABASE"},
            },
            "can have only LOG DeleteBehavior value",
        ),
        ({"Configuration": {"Version": 2}}, '"Version": 1.0'),
        (
            {"Configuration": {"Grouping": {"TableGroupingPolicy": "All"}}},
            "CombineCompatibleSchemas",
        ),
        ({"Configuration": {"Grouping": {"TableLevelConfiguration": 0}}}, "above 0"),
        ({"Classifiers": ["none"]}, "Classifier none not found"),
        ({"Schedule": "cron(x)"}, "Invalid schedule expression"),
        ({"TablePrefix": "x" * 65}, "at most 64"),
        ({"Role": "arn:aws:iam::1:user/x"}, "no ARN of an IAM role"),
    ],
)
def test_a_wrong_definition_is_refused(
    world: CrawlerWorld, members: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidInputException, match=message):
        world.create_crawler("people/", **members)
    assert world.call("ListCrawlers")["CrawlerNames"] == []


def test_a_crawler_of_new_folders_keeps_its_paths(world: CrawlerWorld) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/incremental-crawls.html"""
    world.create_crawler("people/", RecrawlPolicy=NEW_FOLDERS)
    with pytest.raises(InvalidInputException, match="cannot be changed"):
        world.update_crawler(Targets=S3)
    world.update_crawler(Description="still editable")


def test_names_are_unique_and_unknown_ones_not_found(world: CrawlerWorld) -> None:
    world.create_crawler("people/")
    with pytest.raises(AlreadyExistsException):
        world.create_crawler("people/")
    for operation in ("GetCrawler", "DeleteCrawler", "StartCrawler", "StopCrawler"):
        with pytest.raises(EntityNotFoundException):
            world.call(operation, Name="other")
    for operation in ("ListCrawls", "StartCrawlerSchedule", "UpdateCrawlerSchedule"):
        with pytest.raises(EntityNotFoundException):
            world.call(operation, CrawlerName="other")


def test_listings(world: CrawlerWorld) -> None:
    for name in ("a", "b", "c"):
        world.create_crawler("people/", name=name, Tags={"team": name})
    first = world.call("ListCrawlers", MaxResults=2)
    rest = world.call("ListCrawlers", NextToken=first["NextToken"])

    assert first["CrawlerNames"] + rest["CrawlerNames"] == ["a", "b", "c"]
    assert "NextToken" not in rest
    assert world.call("ListCrawlers", Tags={"team": "b"})["CrawlerNames"] == ["b"]
    assert [crawler["Name"] for crawler in world.call("GetCrawlers")["Crawlers"]] == ["a", "b", "c"]
    batch = world.call("BatchGetCrawlers", CrawlerNames=["c", "x"])
    assert [crawler["Name"] for crawler in batch["Crawlers"]] == ["c"]
    assert batch["CrawlersNotFound"] == ["x"]
    world.call("DeleteCrawler", Name="b")
    assert world.call("ListCrawlers")["CrawlerNames"] == ["a", "c"]


def test_a_running_crawler_is_left_alone(world: CrawlerWorld, gate: threading.Event) -> None:
    world.put("people/a.json", PEOPLE)
    world.create_crawler("people/")
    world.call("StartCrawler", Name="crawler")
    world.clock.advance(timedelta(seconds=3))

    assert world.crawler()["State"] == "RUNNING"
    assert world.crawler()["CrawlElapsedTime"] == 3000
    for operation in ("StartCrawler", "UpdateCrawler", "DeleteCrawler"):
        with pytest.raises(CrawlerRunningException):
            world.call(operation, Name="crawler")
    gate.set()
    wait_until(lambda: world.crawler()["State"] == "READY", describe="the end of the crawl")
    assert world.crawler()["CrawlElapsedTime"] == 0


def test_a_stopped_crawl_writes_nothing(world: CrawlerWorld, gate: threading.Event) -> None:
    world.put("people/a.json", PEOPLE)
    world.create_crawler("people/")
    with pytest.raises(CrawlerNotRunningException):
        world.call("StopCrawler", Name="crawler")
    world.call("StartCrawler", Name="crawler")
    world.call("StopCrawler", Name="crawler")

    assert world.crawler()["State"] == "STOPPING"
    with pytest.raises(CrawlerStoppingException):
        world.call("StopCrawler", Name="crawler")
    gate.set()
    wait_until(lambda: world.ended, describe="the end of the crawl")
    assert world.ended[0].state == "CANCELLED"
    assert world.crawler()["State"] == "READY"
    assert world.crawler()["LastCrawl"]["Status"] == "CANCELLED"
    assert world.call("ListCrawls", CrawlerName="crawler")["Crawls"][0]["State"] == "STOPPED"
    assert world.tables() == {}


def test_the_last_crawl_and_the_log(world: CrawlerWorld) -> None:
    world.put("people/a.json", PEOPLE)
    world.create_crawler("people/")
    last = world.crawl()["LastCrawl"]

    crawl_id = world.ended[0].crawl_id
    assert last == {
        "Status": "SUCCEEDED",
        "LogGroup": "/aws-glue/crawlers",
        "LogStream": "crawler",
        "MessagePrefix": crawl_id,
        "StartTime": world.clock.now(),
    }
    assert all(line.startswith(f"[{crawl_id}] ") for line in world.log())
    assert f"[{crawl_id}] INFO : Created table people in database raw" in world.log()


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"Targets": {"S3Targets": [{"Path": "s3://no-such-bucket"}]}}, "NoSuchBucket"),
        ({"DatabaseName": "nowhere"}, "Database nowhere not found"),
        ({"Targets": {"JdbcTargets": [{"ConnectionName": "c"}]}}, "does not crawl JdbcTargets"),
        ({"Targets": {"DynamoDBTargets": [{"Path": "t"}]}}, "does not crawl DynamoDBTargets"),
        ({"RecrawlPolicy": {"RecrawlBehavior": "CRAWL_EVENT_MODE"}}, "by S3 events"),
    ],
)
def test_a_crawl_that_cannot_work_fails_and_says_why(
    world: CrawlerWorld, members: dict[str, Any], message: str
) -> None:
    world.put("people/a.json", PEOPLE)
    world.create_crawler("people/", **members)
    crawler = world.try_crawl()

    assert crawler["LastCrawl"]["Status"] == "FAILED"
    assert message in crawler["LastCrawl"]["ErrorMessage"]
    assert world.ended[0].error_message == crawler["LastCrawl"]["ErrorMessage"]
    assert world.bus.events[-1][1]["errorMessage"] == crawler["LastCrawl"]["ErrorMessage"]


def test_without_a_database_tables_go_into_default(world: CrawlerWorld) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/crawler-running.html"""
    world.put("people/a.json", PEOPLE)
    targets = {"S3Targets": [{"Path": f"s3://{BUCKET}/people/"}]}
    world.call("CreateCrawler", Name="crawler", Role="role", Targets=targets)
    world.crawl()

    assert world.glue.get_table(DatabaseName="default", Name="people")


def test_events_have_the_documented_shape(world: CrawlerWorld) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/automating-awsglue-with-cloudwatch-events.html"""
    world.put("people/day=1/a.json", PEOPLE)
    world.put("people/day=2/a.json", PEOPLE)
    world.create_crawler("people/")
    world.crawl()
    link = (
        "https://console.aws.amazon.com/cloudwatch/home?region=eu-central-1"
        "#logEventViewer:group=/aws-glue/crawlers;stream=crawler"
    )

    assert world.bus.events == [
        (
            "Glue Crawler State Change",
            {
                "accountId": "123456789012",
                "crawlerName": "crawler",
                "startTime": "2026-11-20T12:00:00Z",
                "state": "Started",
                "message": "Crawler Started",
            },
        ),
        (
            "Glue Crawler State Change",
            {
                "accountId": "123456789012",
                "crawlerName": "crawler",
                "completionDate": "2026-11-20T12:00:00Z",
                "runningTime (sec)": "0",
                "state": "Succeeded",
                "message": "Crawler Succeeded",
                "warningMessage": "N/A",
                "tablesCreated": "1",
                "tablesUpdated": "0",
                "tablesDeleted": "0",
                "partitionsCreated": "2",
                "partitionsUpdated": "0",
                "partitionsDeleted": "0",
                "cloudWatchLogLink": link,
            },
        ),
    ]


def test_the_history_can_be_filtered(world: CrawlerWorld) -> None:
    """https://docs.aws.amazon.com/glue/latest/webapi/API_CrawlsFilter.html"""
    world.put("people/a.json", PEOPLE)
    world.create_crawler("people/")
    world.crawl()
    world.clock.advance(timedelta(hours=1))
    world.update_crawler(DatabaseName="nowhere")
    world.try_crawl()
    newest, oldest = world.call("ListCrawls", CrawlerName="crawler")["Crawls"]

    assert (newest["State"], oldest["State"]) == ("FAILED", "COMPLETED")
    assert oldest["EndTime"] == oldest["StartTime"] < newest["StartTime"]

    def ids(field: str, operator: str, value: str) -> list[str]:
        item = {"FieldName": field, "FilterOperator": operator, "FieldValue": value}
        found = world.call("ListCrawls", CrawlerName="crawler", Filters=[item])["Crawls"]
        return [crawl["CrawlId"] for crawl in found]

    middle = oldest["StartTime"] + timedelta(minutes=1)
    assert ids("STATE", "EQ", "COMPLETED") == [oldest["CrawlId"]]
    assert ids("CRAWL_ID", "NE", oldest["CrawlId"]) == [newest["CrawlId"]]
    assert ids("START_TIME", "GT", middle.isoformat()) == [newest["CrawlId"]]
    assert ids("END_TIME", "LE", str(int(middle.timestamp() * 1000))) == [oldest["CrawlId"]]
    with pytest.raises(InvalidInputException, match="no time"):
        ids("START_TIME", "GT", "yesterday")
    first = world.call("ListCrawls", CrawlerName="crawler", MaxResults=1)
    second = world.call("ListCrawls", CrawlerName="crawler", NextToken=first["NextToken"])
    assert [c["CrawlId"] for c in first["Crawls"] + second["Crawls"]] == [
        newest["CrawlId"],
        oldest["CrawlId"],
    ]


def test_metrics_tell_of_all_crawls(world: CrawlerWorld) -> None:
    """https://docs.aws.amazon.com/glue/latest/webapi/API_CrawlerMetrics.html"""
    world.put("people/a.json", PEOPLE)
    world.create_crawler("people/")
    world.create_crawler("people/", name="idle")
    world.crawl()
    world.put("people/a.json", PEOPLE * 2)
    world.crawl()
    (idle,) = world.call("GetCrawlerMetrics", CrawlerNameList=["idle"])["CrawlerMetricsList"]
    both = world.call("GetCrawlerMetrics")["CrawlerMetricsList"]

    assert idle["StillEstimating"] is False
    assert (both[0]["TablesCreated"], both[0]["TablesUpdated"], both[0]["TablesDeleted"]) == (
        1,
        1,
        0,
    )
    assert both[0]["LastRuntimeSeconds"] == both[0]["MedianRuntimeSeconds"] == 0.0
    assert [item["CrawlerName"] for item in both] == ["crawler", "idle"]


def test_a_schedule_starts_crawls(world: CrawlerWorld) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/schedule-crawler.html"""
    world.put("people/a.json", PEOPLE)
    world.create_crawler("people/", Schedule="cron(15 * * * ? *)")
    world.clock.advance(timedelta(minutes=14))
    assert world.ended == []
    world.clock.advance(timedelta(minutes=1))
    wait_until(lambda: len(world.ended) == 1, describe="the first crawl")
    world.clock.advance(timedelta(hours=1))
    wait_until(lambda: len(world.ended) == 2, describe="the second crawl")

    assert world.crawler()["LastCrawl"]["StartTime"].minute == 15


def test_a_crawl_that_lasts_skips_the_schedules_next_time(
    world: CrawlerWorld, gate: threading.Event
) -> None:
    world.create_crawler("people/", Schedule="cron(15 * * * ? *)")
    world.clock.advance(timedelta(hours=2))
    gate.set()
    wait_until(lambda: world.ended, describe="the crawl")

    assert len(world.call("ListCrawls", CrawlerName="crawler")["Crawls"]) == 1
    assert any("was not started" in line for line in world.log())


def test_schedules_are_started_and_stopped(world: CrawlerWorld) -> None:
    world.create_crawler("people/")
    with pytest.raises(NoScheduleException):
        world.call("StartCrawlerSchedule", CrawlerName="crawler")
    world.call("UpdateCrawlerSchedule", CrawlerName="crawler", Schedule="cron(0 * * * ? *)")
    with pytest.raises(SchedulerRunningException):
        world.call("StartCrawlerSchedule", CrawlerName="crawler")
    world.call("StopCrawlerSchedule", CrawlerName="crawler")
    assert world.crawler()["Schedule"]["State"] == "NOT_SCHEDULED"
    with pytest.raises(SchedulerNotRunningException):
        world.call("StopCrawlerSchedule", CrawlerName="crawler")
    world.clock.advance(timedelta(days=1))
    assert world.call("ListCrawls", CrawlerName="crawler")["Crawls"] == []
    world.call("StartCrawlerSchedule", CrawlerName="crawler")
    assert world.crawler()["Schedule"]["State"] == "SCHEDULED"
    world.call("DeleteCrawler", Name="crawler")
    world.clock.advance(timedelta(days=1))
    assert world.ended == []


def test_a_trigger_starts_a_crawl_and_hears_of_its_end(world: CrawlerWorld) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-workflow.html (Crawl)"""
    world.put("people/a.json", PEOPLE)
    world.create_crawler("people/")
    crawl_id = world.crawlers.start(
        "crawler", trigger_name="after-job", workflow=WorkflowRunRef("flow", "wr_1")
    )
    wait_until(lambda: world.ended, describe="the end of the crawl")

    ended = world.ended[0]
    assert (ended.crawl_id, ended.state) == (crawl_id, "SUCCEEDED")
    assert (ended.trigger_name, ended.workflow_run_id) == ("after-job", "wr_1")
    assert world.crawlers.describe_crawl(crawl_id) == {
        "State": "SUCCEEDED",
        "StartedOn": world.clock.now(),
        "CompletedOn": world.clock.now(),
        "LogGroup": "/aws-glue/crawlers",
        "LogStream": "crawler",
    }
    with pytest.raises(GlueError):
        world.crawlers.describe_crawl("unknown")


def test_a_sample_reads_some_files_and_speaks_for_all(world: CrawlerWorld) -> None:
    """https://docs.aws.amazon.com/glue/latest/webapi/API_S3Target.html (SampleSize)"""
    for index in range(6):
        body = PEOPLE * 10 if index < 2 else "not read at all".ljust(len(PEOPLE * 10))
        world.put(f"people/part-{index}.json", body)
    target = {"Path": f"s3://{BUCKET}/people/", "SampleSize": 2}
    world.create_crawler(Targets={"S3Targets": [target]})
    world.crawl()

    parameters = world.tables()["people"]["Parameters"]
    assert (parameters["objectCount"], parameters["recordCount"]) == ("6", "60")
    assert parameters["sizeKey"] == str(6 * len(PEOPLE * 10))


def test_closing_ends_the_crawls(world: CrawlerWorld, gate: threading.Event) -> None:
    world.put("people/a.json", PEOPLE)
    world.create_crawler("people/")
    world.call("StartCrawler", Name="crawler")
    threading.Timer(0.2, gate.set).start()
    world.crawlers.close()

    assert world.ended[0].state == "CANCELLED"
