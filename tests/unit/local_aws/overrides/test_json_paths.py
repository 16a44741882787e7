from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from jsonpath_ng import parse as parse_plain
from jsonpath_ng.exceptions import JsonPathParserError
from jsonpath_ng.ext import parse as parse_extended
from jsonpath_ng.ext.parser import ExtentedJsonPathParser
from jsonpath_ng.parser import JsonPathParser

from local_aws.overrides.json_paths import remembering

DATA: dict[str, Any] = {
    "validation": {"valid": True, "columns": [{"name": "id"}, {"name": "age", "big": 3}]},
    "a b": [1, 2, 3],
    "0": None,
}
PATHS = [
    "$",
    "$.validation.valid",
    "$.validation.columns[0].name",
    "$.validation.columns[*].name",
    "$.validation.columns[?(@.big > 2)].name",
    "$['a b'][1:]",
    "$..name",
    "$.missing",
]


@pytest.mark.parametrize("path", PATHS)
def test_a_path_means_what_jsonpath_ng_says_also_at_its_second_use(path: str) -> None:
    parse = remembering(ExtentedJsonPathParser())
    expected = [match.value for match in parse_extended(path).find(DATA)]
    for _ in range(2):
        assert [match.value for match in parse(path).find(DATA)] == expected


def test_a_path_to_write_to_is_not_changed_by_it() -> None:
    parse = remembering(JsonPathParser())
    for value in (1, {"deep": [2]}):
        written = parse("$.job.result").update_or_create({"kept": 0}, value)
        assert written == {"kept": 0, "job": {"result": value}}
    assert parse("$.job.result") == parse_plain("$.job.result")


def test_what_is_no_path_is_refused_each_time_and_harms_no_other() -> None:
    parse = remembering(ExtentedJsonPathParser())
    for _ in range(2):
        with pytest.raises(JsonPathParserError):
            parse("$.[")
        assert parse("$.validation.valid").find(DATA)[0].value is True


def test_many_threads_parse_at_once() -> None:
    parse = remembering(ExtentedJsonPathParser())
    with ThreadPoolExecutor(8) as pool:
        found = pool.map(lambda at: str(parse(f"$.a.b{at}[{at}].c")), range(200))
        assert list(found) == [f"$.a.b{at}.[{at}].c" for at in range(200)]
