"""The parts of the fault tests that need no AWS: rules, names, the table of results."""

from random import Random

import pytest

from tests.faults import table
from tests.faults.matrix import FAULTS
from tests.faults.matrix.chance import WEATHER
from tests.faults.matrix.registry import Fault, fault
from tests.faults.proxy.call import Call
from tests.faults.proxy.faults import Drop
from tests.faults.proxy.rules import On, Rule


def put(key: str) -> Call:
    scope = "AWS4-HMAC-SHA256 Credential=test/20261121/us-east-1/s3/aws4_request, Signature=x"
    return Call("PUT", f"/bucket/{key}", {"Authorization": scope}, b"")


def struck(seed: str) -> list[int]:
    rule = Rule(On("s3", "PutObject"), Drop(), None, probability=0.3, random=Random(seed))
    return [number for number in range(300) if rule.takes(put(f"{number}"))]


def test_a_seed_repeats_what_a_probability_draws() -> None:
    assert struck("a") == struck("a") != struck("b")
    assert 50 < len(struck("a")) < 130


def test_a_rule_counts_only_calls_that_fit() -> None:
    rule = Rule(On("s3", "PutObject", "orders/"), Drop(), times=2, skip=1)
    keys = ["orders/1", "people/1", "orders/2", "orders/3", "orders/4"]
    assert [rule.takes(put(key)) for key in keys] == [False, False, True, True, False]
    assert rule.is_spent


def test_escaped_keys_are_looked_for_as_they_are() -> None:
    assert On("s3", "PutObject", "a b/ü").fits(put("a%20b/%C3%BC.csv"))
    assert not On("s3", "PutObject", "a b").fits(put("a%2520b"))
    assert not On("s3", "GetObject").fits(put("a"))
    assert not On("sqs").fits(put("a"))


def test_faults_whose_calls_could_be_confused_are_refused() -> None:
    known = next(iter(FAULTS))
    with pytest.raises(AssertionError, match="too like"):
        fault(f"{known} again", "none")(lambda _: None)


def test_the_table_names_each_fault_in_order() -> None:
    faults = [Fault(name, "promise", lambda _: None) for name in ("b (2)", "A/../", "c %2F")]
    results = {"b (2)": "held", "A/../": "broken", "c %2F": "held"}
    document = table.render(faults, results)
    assert table.results(document) == results
    assert list(table.results(document)) == ["A/../", "b (2)", "c %2F"]
    assert document.endswith(
        "| A/../ | promise | broken |\n| b (2) | promise | held |\n| c %2F | promise | held |\n"
    )


def test_the_weather_strikes_what_the_pipeline_really_calls() -> None:
    services = {weather.service for weather in WEATHER}
    assert services == {"s3", "sqs", "states", "dynamodb", "lambda", "glue", "sns"}
