"""A plain SELECT sees what is published, and neither what was staged nor what was replaced."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pyarrow as pa
import pytest

from tests.integration import files
from tests.integration.pipeline import Ended, Pipeline
from tests.wait import wait_until
from tools.queries import Athena

ONE_TABLE_EACH = {
    "Version": 1.0,
    "Grouping": {"TableGroupingPolicy": "CombineCompatibleSchemas"},
}
"""What a crawler of tables must be told:
https://docs.aws.amazon.com/glue/latest/dg/define-crawler-choose-data-sources.html"""
ROLE = "arn:aws:iam::000000000000:role/crawler"


@pytest.fixture(scope="module")
def pipeline(auto_pipeline: Pipeline) -> Pipeline:
    """The quickest one: tables are made of manifests, whoever wrote the files."""
    return auto_pipeline


@pytest.fixture(scope="module")
def athena(pipeline: Pipeline) -> Athena:
    named = pipeline.deployment
    assert named.database_name
    return Athena(pipeline.aws, named.database_name, f"s3://{named.artifacts_bucket}/answers/")


def stage(pipeline: Pipeline, ended: Ended, rows: list[dict[str, Any]]) -> None:
    """Write a whole attempt of another run of the same file, which nobody publishes."""
    bucket, _, prefix = str(ended.validation["attempts_path"]).removeprefix("s3://").partition("/")
    key = f"{prefix}jr_zombie/part-0.parquet"
    body = files.parquet(pa.Table.from_pylist(rows))
    result = {"attempt_id": "jr_zombie", "rows": 1, "files": [{"key": key, "size": len(body)}]}
    pipeline.aws.s3.put_object(Bucket=bucket, Key=key, Body=body)
    pipeline.aws.s3.put_object(
        Bucket=bucket, Key=f"{prefix}jr_zombie/_result.json", Body=json.dumps(result).encode()
    )


def names(athena: Athena, dataset: str) -> list[str]:
    return [row[0] for row in athena.query(f"SELECT name FROM {dataset} ORDER BY name").values]


def test_a_select_sees_published_rows_only(pipeline: Pipeline, athena: Athena) -> None:
    everybody = sorted(person["name"] for person in files.PEOPLE)
    first = pipeline.run("seen/people.csv", files.CSV)
    assert first.outcome.kind == "SUCCESS", first
    stage(pipeline, first, [{"id": 99, "name": "Zombie", "age": 1, "city": "Nowhere"}])
    assert names(athena, "seen") == everybody

    other = pipeline.run("seen/more.csv", b"id,name,shoe_size\n6,Zoe,38.5\n")
    assert other.outcome.kind == "SUCCESS", other
    assert names(athena, "seen") == [*everybody, "Zoe"]
    wide = athena.query("SELECT id, age, shoe_size FROM seen WHERE id >= 5 ORDER BY id")
    assert wide.values == (("5", str(files.PEOPLE[4]["age"]), ""), ("6", "", "38.5"))

    shorter = b"".join(files.CSV.splitlines(keepends=True)[:3])
    replaced = pipeline.run("seen/people.csv", shorter)
    assert replaced.outcome.kind == "SUCCESS", replaced
    left = sorted(person["name"] for person in files.PEOPLE[:2])
    assert names(athena, "seen") == sorted([*left, "Zoe"])


def test_a_type_that_differs_is_told_and_the_table_stays(pipeline: Pipeline) -> None:
    pipeline.run("clash/a.csv", b"id,size\n1,10\n")
    ended = pipeline.run("clash/b.csv", b"id,size,note\n2,large,x\n")
    told = (
        "The column size is bigint in the table and string in this file; the table stays as it is, "
        "and queries of the column may fail."
    )
    assert (ended.progress.output or {})["publication"]["warnings"] == [told]
    assert told in pipeline.notification(ended).body
    database = str(pipeline.deployment.database_name)
    table = pipeline.aws.glue.get_table(DatabaseName=database, Name="clash")["Table"]
    types = {column["Name"]: column["Type"] for column in table["StorageDescriptor"]["Columns"]}
    assert types == {
        "id": "bigint",
        "size": "bigint",
        "processing_date": "date",
        "note": "string",
    }


@contextmanager
def crawler(pipeline: Pipeline, **definition: Any) -> Iterator[Callable[[], None]]:
    """Make a crawler; yields what runs it to its end."""
    glue, name = pipeline.aws.glue, f"crawler-{uuid4().hex[:8]}"
    glue.create_crawler(Name=name, Role=ROLE, **definition)

    def crawl() -> None:
        glue.start_crawler(Name=name)
        wait_until(
            lambda: (
                "LastCrawl" in (found := glue.get_crawler(Name=name)["Crawler"])
                and found["State"] == "READY"
            ),
            120,
            lambda: f"the end of the crawl: {glue.get_crawler(Name=name)['Crawler']}",
        )
        last = glue.get_crawler(Name=name)["Crawler"]["LastCrawl"]
        assert last["Status"] == "SUCCEEDED", last

    yield crawl
    glue.delete_crawler(Name=name)


def test_a_crawler_that_may_only_log_leaves_the_table_as_it_is(
    pipeline: Pipeline, athena: Athena
) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/crawler-schema-changes-prevent.html"""
    ended = pipeline.run("crawled/people.csv", files.CSV)
    stage(pipeline, ended, [{"id": 99, "name": "Zombie", "age": 1, "city": "Nowhere"}])
    glue, database = pipeline.aws.glue, str(pipeline.deployment.database_name)
    before = glue.get_table(DatabaseName=database, Name="crawled")["Table"]
    target = {"DatabaseName": database, "Tables": ["crawled"]}
    with crawler(
        pipeline,
        Targets={"CatalogTargets": [target]},
        Configuration=json.dumps(ONE_TABLE_EACH),
        SchemaChangePolicy={"UpdateBehavior": "LOG", "DeleteBehavior": "LOG"},
    ) as crawl:
        crawl()
    after = glue.get_table(DatabaseName=database, Name="crawled")["Table"]
    assert after["StorageDescriptor"] == before["StorageDescriptor"]
    assert names(athena, "crawled") == sorted(person["name"] for person in files.PEOPLE)


def test_a_crawler_of_what_is_published_sees_no_attempt(pipeline: Pipeline) -> None:
    """It takes manifests for text: the tables are publish_output's to make, not a crawler's."""
    ended = pipeline.run("walked/people.csv", files.CSV)
    assert ended.outcome.kind == "SUCCESS", ended
    processed = f"s3://{pipeline.deployment.processed_bucket}/processed/"
    glue, database = pipeline.aws.glue, f"crawled_{uuid4().hex[:8]}"
    glue.create_database(DatabaseInput={"Name": database})
    with crawler(
        pipeline,
        DatabaseName=database,
        Targets={"S3Targets": [{"Path": f"{processed}walked/"}]},
    ) as crawl:
        crawl()
    for table in glue.get_tables(DatabaseName=database)["TableList"]:
        assert table["StorageDescriptor"]["Location"].startswith(processed)
        columns = {column["Name"] for column in table["StorageDescriptor"]["Columns"]}
        assert not columns & {"id", "name", "age", "city"}, "it read Parquet that it cannot see"
    glue.delete_database(Name=database)
