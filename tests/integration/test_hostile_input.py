"""Files whose names and content mean harm, through the real services.

What is in a file stays as it is in its Parquet; what a person reads cannot be steered by it.
https://owasp.org/www-community/attacks/CSV_Injection
"""

import csv
import io
import json
import re
from functools import partial

from tests.hostile import COLUMNS, VALUES
from tests.integration.pipeline import Pipeline
from tests.wait import wait_until

NASTY = "hostile/..%2F{}%s$(id)`<script>'\"=cmd|\n\x1b[2J\u202e😀"
A_FORMULA_BEGINS = tuple("=+-@\t\r")


def written(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([list(COLUMNS), *rows])
    return text.getvalue().encode()


def unharmed(text: str) -> None:
    """A message that nobody can forge a line of, and that no spreadsheet takes for a formula."""
    assert text.replace("\n", "").isprintable(), text
    assert not any(line.startswith(A_FORMULA_BEGINS) for line in text.splitlines()), text


def test_a_hostile_file_arrives_as_it_is_and_nowhere_else(pipeline: Pipeline) -> None:
    rows = [[value, *(f"{value} {i}" for i in range(1, len(COLUMNS)))] for value in VALUES]
    processed = f"s3://{pipeline.deployment.processed_bucket}/"
    before = set(pipeline.below(processed))
    ended = pipeline.run(f"{NASTY}.csv", written(rows))
    assert ended.outcome.kind == "SUCCESS", ended.outcome

    table = pipeline.table(ended.outcome.manifest_uri).select(list(COLUMNS))
    assert sorted(tuple(row.values()) for row in table.to_pylist()) == sorted(map(tuple, rows))
    for key in set(pipeline.below(processed)) - before:
        assert re.fullmatch(r"(attempts|processed)/hostile/[A-Za-z0-9_./-]+", key), key
        assert not {"", ".", ".."} & set(key.split("/")), key
    said = pipeline.notification(ended)
    unharmed(said.body)
    unharmed(said.subject)


def test_a_hostile_file_is_turned_down_in_plain_words(pipeline: Pipeline) -> None:
    body = written([["<script>\x1b[2J"]])
    ended = pipeline.run(f"{NASTY}-bad.csv", body)
    assert ended.outcome.kind == "INVALID", ended
    said = pipeline.notification(ended)
    unharmed(said.body)
    unharmed(said.subject)


def test_logs_stay_one_json_object_a_line(pipeline: Pipeline) -> None:
    name = pipeline.run(f"{NASTY}-logged.csv", b"a,b\n1\n").progress.name
    logs = pipeline.aws.logs.get_paginator("filter_log_events")

    def written_by(function: str) -> list[str]:
        group = f"/aws/lambda/{pipeline.deployment.function_names[function]}"
        events = [event for page in logs.paginate(logGroupName=group) for event in page["events"]]
        return [event["message"] for event in events if event["message"].startswith("{")]

    for function in ("trigger_pipeline", "validate_file", "send_notification"):
        lines = wait_until(partial(written_by, function), 60, f"{function} on {name}", 0.5)
        assert all(isinstance(json.loads(line), dict) for line in lines), lines
