"""Notifications: their words, their bounds, and that they arrive."""

import json
import string
from typing import Any

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.common.errors import InvalidInputError, MissingSettingError
from functions.common.reasons import ReasonCode, advice
from functions.send_notification.handler import handler
from functions.send_notification.report import Report
from functions.send_notification.wording import Notification, word
from tests.unit.functions.claims import claims_table
from tests.unit.functions.conftest import Context

EXECUTION = "arn:aws:states:eu-west-1:123456789012:execution:data-processing-pipeline:people-1"
BASE: dict[str, Any] = {
    "execution_arn": EXECUTION,
    "execution_name": "people-1",
    "state_machine_name": "data-processing-pipeline",
    "started_at": "2026-11-20T10:00:00.000Z",
    "bucket": "source",
    "key": "people/people.csv",
    "version_id": "v1",
    "validation": None,
    "job": None,
    "error": None,
}
SUCCESS = BASE | {
    "outcome": "SUCCESS",
    "validation": {"valid": True, "row_count": 1234},
    "publication": {"published": True, "manifest_uri": "s3://out/processed/people/x.manifest"},
    "job": {"job_name": "process-csv-data", "job_run_id": "jr_1"},
}
SUPERSEDED = SUCCESS | {
    "outcome": "SUPERSEDED",
    "publication": {
        "published": False,
        "manifest_uri": "s3://out/processed/people/x.manifest",
        "superseded_by": "v2",
    },
}
INVALID = BASE | {
    "outcome": "INVALID",
    "validation": {
        "valid": False,
        "reason": {
            "code": "RAGGED_ROW",
            "message": "Line 7 has 3 fields, the header has 4.",
            "line": 7,
            "byte": 210,
            "column": None,
        },
    },
}


def failure(error: str, cause: Any) -> dict[str, Any]:
    text = cause if isinstance(cause, str) else json.dumps(cause)
    return BASE | {"outcome": "FAILURE", "error": {"Error": error, "Cause": text}}


def worded(event: dict[str, Any]) -> Notification:
    return word(Report.from_input(event))


def test_success() -> None:
    notification = worded(SUCCESS)
    assert notification.subject == "[processed] people.csv"
    body = notification.body
    assert "The file people/people.csv was turned into Parquet: 1,234 rows." in body
    assert "s3://source/people/people.csv" in body
    assert "s3://out/processed/people/x.manifest" in body
    page = "https://eu-west-1.console.aws.amazon.com/states/home?region=eu-west-1#/v2"
    assert f"{page}/executions/details/{EXECUTION}" in body
    assert "/job/process-csv-data/run/jr_1" in body


def test_what_is_odd_about_a_success_is_told() -> None:
    publication = {"rows": 7, "quarantined_rows": 1, "warnings": ["column a\nis odd"]}
    body = worded(SUCCESS | {"publication": publication}).body
    assert "was turned into Parquet: 7 rows." in body
    assert "Besides, 1 row did not fit" in body
    assert "Note: column a\\nis odd" in body
    assert "What to do: mend the rows" in body


def test_a_superseded_file_names_the_version_that_stands() -> None:
    notification = worded(SUPERSEDED)
    assert notification.subject == "[superseded] people.csv"
    assert "a newer version of it (v2) was there first" in notification.body


def test_an_error_that_was_raised_again_is_told_as_the_first_one() -> None:
    run = {"JobName": "process-csv-data", "JobRunState": "FAILED", "ErrorMessage": "no rows"}
    again = {"errorType": "Pipeline.States.TaskFailed", "errorMessage": json.dumps(run)}
    body = worded(failure("States.TaskFailed", again)).body
    assert "The Glue job process-csv-data ended FAILED" in body
    assert "Why:        no rows" in body


def test_an_invalid_file_is_kept_somewhere() -> None:
    kept = {"copy_uri": "s3://out/quarantine/people/p/e/people.csv"}
    body = worded(INVALID | {"quarantine": kept}).body
    assert "Kept at:    s3://out/quarantine/people/p/e/people.csv" in body


def test_a_small_file_has_no_glue_run() -> None:
    job = {"engine": "lambda", "job_name": "process-file", "job_run_id": "lambda-6f4e"}
    assert "Glue run" in worded(SUCCESS).body
    assert "Glue run" not in worded(SUCCESS | {"job": job}).body


def test_an_invalid_file() -> None:
    notification = worded(INVALID)
    assert notification.subject == "[not valid] people.csv"
    assert "Line 7 has 3 fields, the header has 4." in notification.body
    assert "line 7, byte 210" in notification.body
    assert advice(ReasonCode.RAGGED_ROW) in notification.body


def test_a_reason_of_a_newer_release() -> None:
    reason = {"code": "NEW_REASON", "message": "Something new."}
    body = worded(INVALID | {"validation": {"reason": reason}}).body
    assert "Something new." in body


JOB_RUN = {
    "JobName": "process-csv-data",
    "Id": "jr_9",
    "JobRunState": "FAILED",
    "ErrorMessage": "SchemaContradictionError: s3://source/people/people.csv: row 7",
}


@pytest.mark.parametrize(
    ("error", "cause", "expected"),
    [
        (
            "States.TaskFailed",
            JOB_RUN,
            ["The Glue job process-csv-data ended FAILED.", "row 7", "run/jr_9", "Correct the rec"],
        ),
        (
            "States.TaskFailed",
            {"JobName": "j", "JobRunState": "TIMEOUT"},
            ["The Glue job j ended TIMEOUT.", "Glue names no error", "Raise its timeout"],
        ),
        (
            "ObjectChangedError",
            {"errorType": "ObjectChangedError", "errorMessage": "It was overwritten."},
            ["A function failed with ObjectChangedError.", "It was overwritten."],
        ),
        (
            "Sandbox.Timedout",
            {"errorMessage": "2026-11-20T10:00:03.000Z 6f4e Task timed out after 3.00 seconds"},
            ["Task timed out after 3.00 seconds", "longer than it may"],
        ),
        ("States.Timeout", "", ["States.Timeout", "No cause was given.", "where it waited"]),
        (
            "Glue.ConcurrentRunsExceededException",
            "Concurrent runs exceeded for process-csv-data",
            ["Concurrent runs exceeded", "concurrent runs"],
        ),
        (
            "Lambda.AccessDeniedException",
            "User is not authorized",
            ["not authorized", "lacks a permission"],
        ),
        (
            "FileTooLargeError",
            {"errorType": "FileTooLargeError", "errorMessage": "s3://source/a has 9 bytes"},
            ["has 9 bytes", "Raise lambda_engine.max_file_mb"],
        ),
        (
            "SourceGoneError",
            {"errorType": "SourceGoneError", "errorMessage": "it was deleted"},
            ["it was deleted", "upload it again"],
        ),
        ("Something.Odd", "{not json", ["Something.Odd", "{not json", "Redrive"]),
        ("Something.Odd", "[1]", ["Something.Odd"]),
    ],
)
def test_failures(error: str, cause: Any, expected: list[str]) -> None:
    notification = worded(failure(error, cause))
    assert notification.subject == "[FAILED] people.csv"
    for text in expected:
        assert text in notification.body


def test_a_failure_without_an_error_still_says_so() -> None:
    body = worded(BASE | {"outcome": "FAILURE"}).body
    assert "the pipeline failed" in body
    assert "What to do" in body


def test_a_long_cause_is_cut() -> None:
    body = worded(failure("X", "y" * 300_000)).body
    assert "… (shortened)" in body
    assert len(body.encode()) < 10_000


@given(st.text(min_size=1, max_size=1024), st.sampled_from(["SUCCESS", "INVALID", "FAILURE"]))
def test_no_key_breaks_a_subject_or_forges_a_line(key: str, outcome: str) -> None:
    plain = worded(SUCCESS | {"outcome": outcome})
    odd = worded(SUCCESS | {"outcome": outcome, "key": key})
    assert len(odd.subject) <= 100
    assert set(odd.subject) <= set(string.printable) - set("\n\r\t\x0b\x0c")
    assert odd.subject.startswith("[")
    assert odd.body.count("\n") == plain.body.count("\n")
    assert all(sign.isprintable() or sign == "\n" for sign in odd.body)


def test_a_long_name_keeps_both_ends() -> None:
    name = "first" + "x" * 200 + "last.csv"
    subject = worded(SUCCESS | {"key": name}).subject
    assert len(subject) <= 100
    assert subject.startswith("[processed] first")
    assert subject.endswith("last.csv")


@pytest.mark.parametrize("outcome", [None, "DONE", "success"])
def test_an_unknown_outcome_is_refused(outcome: str | None) -> None:
    with pytest.raises(InvalidInputError, match="use one of SUCCESS, SUPERSEDED, INVALID, FAILURE"):
        worded(BASE | {"outcome": outcome})


def test_it_arrives_where_the_filter_lets_it(
    aws: None, monkeypatch: pytest.MonkeyPatch, context: Context
) -> None:
    sns, sqs = boto3.client("sns"), boto3.client("sqs")
    topic = sns.create_topic(Name="pipeline-notifications")["TopicArn"]
    queue = sqs.create_queue(QueueName="only-invalid")["QueueUrl"]
    sns.subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint="arn:aws:sqs:us-east-1:123456789012:only-invalid",
        Attributes={"FilterPolicy": json.dumps({"outcome": ["INVALID"]})},
    )
    monkeypatch.setenv("TOPIC_ARN", topic)
    monkeypatch.setenv("CLAIMS_TABLE", claims_table())
    others = INVALID | {"execution_arn": f"{EXECUTION}-of-others"}
    sent = [handler(event, context) for event in (SUCCESS, others)]
    messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    (message,) = (json.loads(message["Body"]) for message in messages)
    assert message["MessageId"] == sent[1]["message_id"]
    assert message["Subject"] == "[not valid] people.csv"
    monkeypatch.delenv("TOPIC_ARN")
    with pytest.raises(MissingSettingError):
        handler(SUCCESS, context)
