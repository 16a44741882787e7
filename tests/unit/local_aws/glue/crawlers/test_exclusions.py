"""Exclude patterns.

https://docs.aws.amazon.com/glue/latest/dg/define-crawler.html#crawler-data-stores-exclude
"""

import json

import pytest

from local_aws.glue.crawlers import exclusions
from local_aws.glue.errors import InvalidInputException
from tests.unit.local_aws.glue.crawlers.world import BUCKET, CrawlerWorld

KEYS = (
    "departments/finance.json",
    "departments/market-us.json",
    "departments/market-emea.json",
    "departments/market-ap.json",
    "employees/hr.json",
    "employees/john.csv",
    "employees/jane.csv",
    "employees/juan.txt",
)


def excluded(glob: str, keys: tuple[str, ...] = KEYS) -> list[str]:
    compiled = exclusions.compile_all([glob])
    return [key for key in keys if compiled.match(key)]


@pytest.mark.parametrize(
    ("glob", "gone"),
    [
        ("departments/**", KEYS[:4]),
        ("departments/market*", KEYS[1:4]),
        ("**.csv", KEYS[5:7]),
        ("employees/*.csv", KEYS[5:7]),
    ],
)
def test_the_pages_sample_folder(glob: str, gone: tuple[str, ...]) -> None:
    assert excluded(glob) == list(gone)


@pytest.mark.parametrize(
    ("glob", "matching", "other"),
    [
        ("*.csv", "a.csv", "folder/a.csv"),
        ("*.*", "a.b", "ab"),
        ("*.{csv,avro}", "a.avro", "a.orc"),
        ("foo.?", "foo.x", "foo.xy"),
        ("myfolder/*", "myfolder/mysource", "myfolder/mysource/data"),
        ("myfolder/*/*", "myfolder/mysource/data", "myfolder/mysource"),
        ("myfolder/**", "myfolder/mysource/mydata", "myfolder"),
        ("myfolder**", "myfolder/mydata.txt", "other/mydata.txt"),
        (r"a\*b", "a*b", "axb"),
        (r"a\\b", r"a\b", "ab"),
        (r"a\{b", "a{b", "ab"),
        ("[abc]x", "bx", "dx"),
        ("[a-c]x", "bx", "dx"),
        ("[abce-g]x", "fx", "dx"),
        ("[!a-c]x", "dx", "bx"),
        ("[-a]x", "-x", "bx"),
        ("[!-a]x", "bx", "-x"),
        ("[*?\\]x", "*x", "ax"),
        ("[!a]x", "bx", "/x"),
        ("*", ".hidden", "folder/.hidden"),
        ("a?b", "axb", "a/b"),
        ("a+b(c)^$", "a+b(c)^$", "aab"),
    ],
)
def test_the_pages_rules(glob: str, matching: str, other: str) -> None:
    assert excluded(glob, (matching, other)) == [matching]


def test_the_pages_first_week_of_january() -> None:
    keys = tuple(f"2015/{month:02}/{day:02}/x" for month in range(1, 13) for day in range(1, 29))
    globs = ["2015/01/{[!0],0[8-9]}**", " 2015/0[2-9]/**", " 2015/1[0-2]/**"]
    compiled = exclusions.compile_all(globs)

    assert [key for key in keys if not compiled.match(key)] == [
        f"2015/01/{day:02}/x" for day in range(1, 8)
    ]


@pytest.mark.parametrize("glob", ["{a", "{a,{b}}", "[a", "a\\"])
def test_a_pattern_that_cannot_be_read_is_named(glob: str) -> None:
    with pytest.raises(InvalidInputException, match="Invalid exclude pattern"):
        exclusions.compile_all([glob])


def test_a_crawl_leaves_out_what_is_excluded_and_says_so_in_the_table(world: CrawlerWorld) -> None:
    """ "These patterns are also stored as a property of tables created by the crawler"."""
    world.put("people/a.json", '{"id": 1}')
    world.put("people/b.csv", "id,name\n1,Ann\n2,Bob\n")
    target = {"Path": f"s3://{BUCKET}/people", "Exclusions": ["**.csv"]}
    world.create_crawler(Targets={"S3Targets": [target]})
    world.crawl()

    table = world.tables()["people"]
    assert table["Parameters"]["objectCount"] == "1"
    assert json.loads(table["Parameters"]["exclusions"]) == ["**.csv"]
