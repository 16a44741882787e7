"""Which types values become."""

import json
from itertools import pairwise
from typing import Any

import pytest

from functions.validate_file.sampling import Sampler
from tests.unit.functions.validate_file.files import judge, types


def csv_type(*values: str) -> str:
    rows = "".join(f'"{value}",x\n' for value in values)
    return types(judge(f"v,w\n{rows}".encode()))["v"]


def json_type(*values: Any) -> str:
    records = [{"v": value, "w": 1} for value in values]
    return types(judge(json.dumps(records).encode(), "x/a.json"))["v"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["1", "-2", "0"], "bigint"),
        (["9223372036854775807", "-9223372036854775808"], "bigint"),
        (["9223372036854775808"], "string"),
        (["1234567890123456789", "9999999999999999999"], "string"),
        (["007"], "string"),
        (["+49"], "string"),
        (["1", "2.5"], "double"),
        (["0.1234567890123456", "123456.7"], "double"),
        (["1e5", "-1.5E-7"], "double"),
        (["1e999"], "string"),
        (["12345678901234567.89"], "decimal(38,18)"),
        (["123456789012345678", "0.5"], "decimal(38,18)"),
        (["0.1234567890123456789"], "string"),
        (["123456789012345678901.55555"], "string"),
        ([".5"], "string"),
        (["1."], "string"),
        (["1,5"], "string"),
        (["1 000"], "string"),
        (["NaN"], "string"),
        (["Infinity"], "string"),
        (["\u0661"], "string"),
        (["true", "FALSE"], "boolean"),
        (["yes"], "string"),
        (["true", "1"], "string"),
        (["2024-02-29"], "date"),
        (["2023-02-29"], "string"),
        (["2024-2-9"], "string"),
        (["20240229"], "bigint"),
        (["2024-02-29T10:00:00", "2024-02-29 10:00:00.123456"], "timestamp"),
        (["2024-02-29T10:00:00Z", "2024-02-29T10:00:00+02:00"], "timestamp"),
        (["2024-02-29T10:00:00Z", "2024-02-29T10:00:00"], "string"),
        (["2024-02-29T10:00:00.123456789"], "string"),
        (["2024-02-29T25:00:00"], "string"),
        (["2024-02-29", "2024-02-29T10:00:00"], "string"),
        (["", "5", ""], "bigint"),
        (["", ""], "string"),
        (["5", "x"], "string"),
        (["x", "5"], "string"),
        ([" 5"], "string"),
        (["12\n34"], "string"),
    ],
)
def test_csv(values: list[str], expected: str) -> None:
    assert csv_type(*values) == expected
    assert csv_type(*reversed(values)) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, None, -3], "bigint"),
        ([2**63], "string"),
        ([1, 2.5], "double"),
        ([0.1 + 0.2], "double"),
        ([True, False, None], "boolean"),
        ([True, 1], "string"),
        (["1"], "string"),
        ([1, "1"], "string"),
        (["2024-01-31"], "date"),
        (["2024-01-31T00:00:00Z"], "timestamp"),
        ([None], "string"),
        ([[1, 2], [], None], "array<bigint>"),
        ([[]], "array<string>"),
        ([[1, "a"]], "array<string>"),
        ([{"a": 1}, {"b": [True]}], "struct<a:bigint,b:array<boolean>>"),
        ([{"first name": 1, "a`b": 2}], "struct<`first name`:bigint,`a``b`:bigint>"),
        ([{}], "string"),
        ([{"a": 1, "A": 2}], "string"),
        ([{"": 1}], "string"),
        ([{"a": 1}, "x"], "string"),
        ([{"a": 1}, [1]], "string"),
        ([[{"a": {"b": None}}]], "array<struct<a:struct<b:string>>>"),
    ],
)
def test_json(values: list[Any], expected: str) -> None:
    assert json_type(*values) == expected


def test_numbers_of_thousands_of_digits() -> None:
    digits = "9" * 6000
    assert csv_type(digits) == "string"
    data = f'[{{"v": {digits}}}]'.encode()
    assert types(judge(data, "x/a.json")) == {"v": "string"}


def test_nesting_beyond_a_type_becomes_text() -> None:
    nested = "[" * 80 + "1" + "]" * 80
    found = types(judge(f'[{{"v": {nested}}}]'.encode(), "x/a.json"))["v"]
    assert found == "array<" * 50 + "string" + ">" * 50


def test_keys_of_all_samples_in_their_order() -> None:
    data = b'{"b": 1}\n{"a": 2, "b": 1}\n{"c": "x"}\n'
    assert list(types(judge(data, "x/a.jsonl"))) == ["b", "a", "c"]


@pytest.mark.parametrize("key", ["x/a.csv", "x/a.jsonl", "x/a.json"])
def test_the_last_record_is_always_looked_at(key: str) -> None:
    values = [str(n) for n in range(5000)] + ["total"]
    data = {
        "x/a.csv": "v,w\n" + "".join(f"{v},1\n" for v in values),
        "x/a.jsonl": "".join(
            json.dumps({"v": int(v) if v.isdigit() else v}) + "\n" for v in values
        ),
        "x/a.json": json.dumps([{"v": int(v) if v.isdigit() else v} for v in values]),
    }[key]
    assert types(judge(data.encode(), key, chunk_bytes=1000))["v"] == "string"


def test_samples_are_bounded_and_spread() -> None:
    sampler, taken = Sampler(), []
    for start in range(0, 1_000_000, 1000):
        taken += sampler.take_from(start, start + 1000)
    assert taken[:500] == list(range(500))
    assert 1_000 < len(taken) < 2_000
    gaps = [after - before for before, after in pairwise(taken)]
    assert max(gaps) <= 10_001
