"""Custom classifiers: their operations, and what they make of data.

https://docs.aws.amazon.com/glue/latest/dg/custom-classifier.html
"""

import json
from typing import Any

import pytest

from local_aws.glue.errors import (
    AlreadyExistsException,
    EntityNotFoundException,
    InvalidInputException,
)
from tests.unit.local_aws.glue.crawlers.world import CrawlerWorld

DIVISIONS = [
    {
        "type": "constituency",
        "id": "ocd-division/country:us/state:ak",
        "identifiers": [
            {"scheme": "dmoz", "identifier": "Alaska/"},
            {"scheme": "freebase", "identifier": "/m/0hjy"},
        ],
    },
    {"type": "constituency", "id": "ocd-division/country:us/state:al", "identifiers": []},
]


def crawl_with(world: CrawlerWorld, body: str, **classifier: Any) -> dict[str, Any]:
    """Crawl one file with one custom classifier; return its table."""
    (fields,) = classifier.values()
    fields.setdefault("Name", "custom")
    world.call("CreateClassifier", **classifier)
    world.put("data/file", body)
    world.create_crawler("data/", Classifiers=[fields["Name"]])
    world.crawl()
    return world.tables()["data"]


def columns_of(table: dict[str, Any]) -> dict[str, str]:
    return {column["Name"]: column["Type"] for column in table["StorageDescriptor"]["Columns"]}


@pytest.mark.parametrize(
    ("path", "columns"),
    [
        (
            "$[*]",
            {
                "type": "string",
                "id": "string",
                "identifiers": "array<struct<scheme:string,identifier:string>>",
            },
        ),
        ("$[*].id", {"record": "string"}),
        ("$[*].identifiers[*].identifier", {"record": "string"}),
        ("$[*]['identifiers'][*]", {"scheme": "string", "identifier": "string"}),
        ("$[0].identifiers[1]", {"scheme": "string", "identifier": "string"}),
    ],
)
def test_a_json_path_points_at_the_rows(
    world: CrawlerWorld, path: str, columns: dict[str, str]
) -> None:
    """The page's example, shortened."""
    table = crawl_with(world, json.dumps(DIVISIONS), JsonClassifier={"JsonPath": path})

    assert columns_of(table) == columns
    assert table["Parameters"]["classification"] == "json"
    assert table["Parameters"]["jsonPath"] == path


def test_a_json_path_that_finds_nothing_leaves_it_to_the_built_in_ones(
    world: CrawlerWorld,
) -> None:
    table = crawl_with(world, '{"id": 1}', JsonClassifier={"JsonPath": "$.rows[*]"})

    assert columns_of(table) == {"id": "int"}


def test_a_csv_classifier_names_columns_and_delimiter(world: CrawlerWorld) -> None:
    fields = {
        "Delimiter": "#",
        "QuoteSymbol": "'",
        "ContainsHeader": "ABSENT",
        "Header": ["id", "name"],
    }
    table = crawl_with(world, "1#'a#b'\n2#Bob\n", CsvClassifier=fields)

    assert columns_of(table) == {"id": "bigint", "name": "string"}
    assert "skip.header.line.count" not in table["Parameters"]
    assert table["Parameters"]["recordCount"] == "2"
    assert table["StorageDescriptor"]["SerdeInfo"] == {
        "SerializationLibrary": "org.apache.hadoop.hive.serde2.OpenCSVSerde",
        "Parameters": {"separatorChar": "#", "quoteChar": "'", "escapeChar": "\\"},
    }


def test_a_csv_classifier_finds_a_header_of_strings_if_told(world: CrawlerWorld) -> None:
    fields = {"Delimiter": ",", "ContainsHeader": "PRESENT", "Serde": "LazySimpleSerDe"}
    table = crawl_with(world, "a,b\nx,y\n", CsvClassifier=fields)

    assert columns_of(table) == {"a": "string", "b": "string"}
    assert table["Parameters"]["skip.header.line.count"] == "1"


def test_a_csv_classifier_allows_a_single_column_if_told(world: CrawlerWorld) -> None:
    fields = {"AllowSingleColumn": True, "ContainsHeader": "PRESENT"}
    table = crawl_with(world, "n\n1\n2\n", CsvClassifier=fields)

    assert columns_of(table) == {"n": "bigint"}


def test_custom_datatypes_bound_what_is_inferred(world: CrawlerWorld) -> None:
    fields = {
        "CustomDatatypeConfigured": True,
        "CustomDatatypes": ["INT", "DATE", "TIMESTAMP", "STRING"],
        "ContainsHeader": "PRESENT",
    }
    body = "a,b,c,d\n1,2026-01-02,2026-01-02 03:04:05,1.5\n"
    table = crawl_with(world, body, CsvClassifier=fields)

    assert columns_of(table) == {"a": "int", "b": "date", "c": "timestamp", "d": "string"}


def test_a_grok_pattern_names_and_casts_columns(world: CrawlerWorld) -> None:
    """The page's example with its custom patterns."""
    fields = {
        "Classification": "special-logs",
        "GrokPattern": "%{TIMESTAMP_ISO8601:timestamp} \\[%{MESSAGEPREFIX:message_prefix}\\] "
        "%{CRAWLERLOGLEVEL:loglevel} : %{NUMBER:count:int} %{GREEDYDATA:message}",
        "CustomPatterns": "CRAWLERLOGLEVEL (BENCHMARK|ERROR|WARN|INFO|TRACE)\n"
        "MESSAGEPREFIX .*-.*-.*-.*-.*",
    }
    body = (
        "2026-11-20T12:00:00 [a-b-c-d-e] INFO : 12 tables\n"
        "2026-11-20T12:00:01 [a-b-c-d-e] ERROR : 0 tables left\n"
    )
    table = crawl_with(world, body, GrokClassifier=fields)

    assert columns_of(table) == {
        "timestamp": "string",
        "message_prefix": "string",
        "loglevel": "string",
        "count": "int",
        "message": "string",
    }
    assert table["Parameters"]["classification"] == "special-logs"
    assert table["Parameters"]["recordCount"] == "2"
    serde = table["StorageDescriptor"]["SerdeInfo"]
    assert serde["SerializationLibrary"] == "com.amazonaws.glue.serde.GrokSerDe"
    assert serde["Parameters"]["input.format"] == fields["GrokPattern"]


def test_an_apache_log(world: CrawlerWorld) -> None:
    fields = {"Classification": "weblog", "GrokPattern": "%{COMBINEDAPACHELOG}"}
    body = (
        '127.0.0.1 - ann [20/Nov/2026:12:00:00 +0000] "GET /a?b=c HTTP/1.1" 200 2326 '
        '"http://example.com/" "Mozilla/5.0 (X11)"\n'
    )
    table = crawl_with(world, body, GrokClassifier=fields)

    assert list(columns_of(table)) == [
        "clientip",
        "ident",
        "auth",
        "timestamp",
        "verb",
        "request",
        "httpversion",
        "rawrequest",
        "response",
        "bytes",
        "referrer",
        "agent",
    ]


def test_a_grok_pattern_that_does_not_fit_leaves_it_to_the_next(world: CrawlerWorld) -> None:
    fields = {"Classification": "x", "GrokPattern": "^%{INT:n}$"}
    table = crawl_with(world, '{"id": 1}\n', GrokClassifier=fields)

    assert table["Parameters"]["classification"] == "json"


@pytest.mark.parametrize(
    ("classifier", "message"),
    [
        (
            {"XMLClassifier": {"Name": "c", "Classification": "x", "RowTag": "row"}},
            "does not run XML classifiers",
        ),
        (
            {
                "GrokClassifier": {
                    "Name": "c",
                    "Classification": "x",
                    "GrokPattern": "%{CISCOMAC:m}",
                }
            },
            "CISCOMAC is not known to the local AWS",
        ),
    ],
)
def test_a_classifier_that_does_not_run_here_fails_the_crawl(
    world: CrawlerWorld, classifier: dict[str, Any], message: str
) -> None:
    world.call("CreateClassifier", **classifier)
    world.put("data/file", "<row/>")
    world.create_crawler("data/", Classifiers=["c"])
    crawler = world.try_crawl()

    assert crawler["LastCrawl"]["Status"] == "FAILED"
    assert message in crawler["LastCrawl"]["ErrorMessage"]


def test_the_first_classifier_that_fits_wins(world: CrawlerWorld) -> None:
    for name, header in (("one", ["a", "b"]), ("two", ["c", "d"])):
        fields = {"Name": name, "ContainsHeader": "ABSENT", "Header": header}
        world.call("CreateClassifier", CsvClassifier=fields)
    world.put("data/file", "1,2\n3,4\n")
    world.create_crawler("data/", Classifiers=["two", "one"])
    world.crawl()

    assert list(world.columns("data")) == ["c", "d"]


def test_a_classifier_has_a_version_and_is_updated_in_part(world: CrawlerWorld) -> None:
    fields = {"Name": "c", "Delimiter": ";", "QuoteSymbol": '"'}
    world.call("CreateClassifier", CsvClassifier=fields)
    world.call("UpdateClassifier", CsvClassifier={"Name": "c", "Delimiter": "|"})
    found = world.call("GetClassifier", Name="c")["Classifier"]["CsvClassifier"]

    assert (found["Delimiter"], found["QuoteSymbol"], found["Version"]) == ("|", '"', 2)
    assert world.call("GetClassifiers")["Classifiers"] == [{"CsvClassifier": found}]
    world.call("DeleteClassifier", Name="c")
    with pytest.raises(EntityNotFoundException):
        world.call("GetClassifier", Name="c")


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({}, "exactly one of"),
        ({"CsvClassifier": {"Name": "c", "Delimiter": ",", "QuoteSymbol": ","}}, "different"),
        ({"CsvClassifier": {"Name": "c", "Header": ["a", "A"]}}, "twice"),
        ({"CsvClassifier": {"Name": "c", "CustomDatatypes": ["TEXT"]}}, "TEXT"),
        ({"JsonClassifier": {"Name": "c", "JsonPath": "rows"}}, r"start with \$"),
        ({"JsonClassifier": {"Name": "c", "JsonPath": "$..rows"}}, "cannot be read"),
        (
            {"GrokClassifier": {"Name": "c", "Classification": "x", "GrokPattern": "plain"}},
            "names no pattern",
        ),
    ],
)
def test_a_wrong_definition_is_refused(
    world: CrawlerWorld, request_: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidInputException, match=message):
        world.call("CreateClassifier", **request_)


def test_names_are_unique_and_the_kind_stays(world: CrawlerWorld) -> None:
    world.call("CreateClassifier", JsonClassifier={"Name": "c", "JsonPath": "$[*]"})
    with pytest.raises(AlreadyExistsException):
        world.call("CreateClassifier", CsvClassifier={"Name": "c"})
    with pytest.raises(InvalidInputException, match="cannot become"):
        world.call("UpdateClassifier", CsvClassifier={"Name": "c"})
