"""Whatever a file is called, nothing of its name steers a path, a message or a log."""

import io
import json
import re
from typing import Any

import pytest
from aws_lambda_powertools import Logger

from functions.common.console import execution_link
from functions.common.layout import Layout
from functions.common.naming import execution_name
from functions.common.objects import ObjectVersion
from functions.send_notification.report import Report
from functions.send_notification.wording import word
from tests.hostile import FORMULA, KEYS, VALUES

ARN = "arn:aws:states:eu-west-1:111111111111:execution:pipeline:some"
A_FORMULA_BEGINS = tuple("=+-@\t\r")


def item(key: str) -> ObjectVersion:
    return ObjectVersion("source", key, "v1", 3, "etag", "01")


def report(outcome: str, key: str, **more: Any) -> Report:
    given = {"outcome": outcome, "bucket": "source", "key": key, "execution_arn": ARN}
    return Report.from_input({**given, "execution_name": "some", **more})


@pytest.mark.parametrize("key", KEYS)
def test_places_are_made_of_plain_letters(key: str) -> None:
    places = Layout.of("processed", "source", key)
    for place in (places.attempts_key, places.manifest_key, places.schema_key("v1")):
        assert re.fullmatch(r"[a-z0-9_./-]+", place), place
        assert not {"", ".", ".."} & set(place.rstrip("/").split("/")), place
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,80}", execution_name(item(key)))


def test_no_two_keys_share_a_place_or_an_execution() -> None:
    places = {Layout.of("processed", "source", key).attempts_key for key in KEYS}
    assert len(places) == len(KEYS)
    assert len({execution_name(item(key)) for key in KEYS}) == len(KEYS)


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("outcome", ["SUCCESS", "SUPERSEDED", "INVALID", "FAILURE"])
def test_a_name_forges_no_line_of_a_message(outcome: str, key: str) -> None:
    said, plain = word(report(outcome, key)), word(report(outcome, "people/people.csv"))
    assert said.body.count("\n") == plain.body.count("\n")
    assert said.body.replace("\n", "").isprintable()
    assert not any(line.startswith(A_FORMULA_BEGINS) for line in said.body.splitlines())
    assert said.subject.isprintable()
    assert said.subject.isascii()
    assert len(said.subject) <= 100
    assert not said.subject.startswith(A_FORMULA_BEGINS)


@pytest.mark.parametrize("value", VALUES)
def test_nor_does_what_a_file_holds(value: str) -> None:
    reason = {"code": "RAGGED_ROW", "message": value, "line": 2}
    invalid = word(report("INVALID", "a.csv", validation={"reason": reason}))
    error = {"Error": value, "Cause": json.dumps({"errorType": value, "errorMessage": value})}
    failed = word(report("FAILURE", "a.csv", error=error))
    for said in (invalid, failed):
        assert said.body.replace("\n", "").isprintable()
        assert not any(line.startswith(A_FORMULA_BEGINS) for line in said.body.splitlines())
        assert said.body.count("\nWhy:") == 1


def test_a_template_in_a_name_is_not_filled_in() -> None:
    said = word(report("SUCCESS", "x/{}{0}%s%(key)s${name}.csv")).body
    assert "{}{0}%s%(key)s${name}.csv" in said


def test_links_hold_no_signs_that_end_them() -> None:
    link = execution_link(f"{ARN}-<script>\"' {FORMULA}\n")
    assert link is not None
    assert re.fullmatch(r"[A-Za-z0-9:/?&#=.%_~-]+", link), link


@pytest.mark.parametrize("key", KEYS)
def test_a_log_line_is_one_line_of_json_whatever_the_key(key: str) -> None:
    stream = io.StringIO()
    # One logger for each name: the library keeps the first one's stream.
    logger = Logger(service=execution_name(item(key)), stream=stream)
    logger.info("execution started", extra={"key": key})
    (line,) = stream.getvalue().splitlines()
    assert json.loads(line)["key"] == key
