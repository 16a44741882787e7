"""Which rights a call needs: the tables that the integration tests judge recorded calls by."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.calls import Call, Place, missing, read
from tests.policies import NotJudgedError, Policies

PLACE = Place("111111111111", "eu-west-1")
OBJECT = {"Bucket": "data", "Key": "folder/a file.csv"}


def call(service: str, operation: str, **parameters: Any) -> Call:
    return Call("role", service, operation, parameters)


def needs(service: str, operation: str, **parameters: Any) -> list[str]:
    return [str(need) for need in call(service, operation, **parameters).needs(PLACE)]


def policies(*statements: tuple[str, str]) -> Policies:
    allowed = [{"Effect": "Allow", "Action": a, "Resource": r} for a, r in statements]
    return Policies.of({"Version": "2012-10-17", "Statement": allowed})


def test_a_version_of_an_object_needs_a_right_of_its_own() -> None:
    arn = "arn:aws:s3:::data/folder/a file.csv"
    assert needs("s3", "GetObject", **OBJECT) == [f"s3:GetObject on {arn}"]
    assert needs("s3", "HeadObject", **OBJECT, VersionId="v") == [f"s3:GetObjectVersion on {arn}"]
    assert needs("s3", "PutObject", **OBJECT, Tagging="a=b") == [
        f"s3:PutObject on {arn}",
        f"s3:PutObjectTagging on {arn}",
    ]


def test_a_copy_needs_both_ends_and_its_tags() -> None:
    source = "/source/in.csv?versionId=v1"
    assert needs("s3", "CopyObject", **OBJECT, CopySource=source, TaggingDirective="REPLACE") == [
        "s3:GetObjectVersion on arn:aws:s3:::source/in.csv",
        "s3:PutObject on arn:aws:s3:::data/folder/a file.csv",
    ]
    with_tags = needs("s3", "CopyObject", **OBJECT, CopySource="source/in.csv")
    assert with_tags[-1] == "s3:GetObjectTagging on arn:aws:s3:::source/in.csv"


def test_to_hear_that_an_object_is_missing_needs_the_right_to_list() -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html"""
    missed = Call("role", "s3", "HeadObject", OBJECT, 404)
    assert [str(need) for need in missed.needs(PLACE)][1:] == ["s3:ListBucket on arn:aws:s3:::data"]


def test_listing_says_which_prefix() -> None:
    assert needs("s3", "ListObjectsV2", Bucket="data", Prefix="folder/") == [
        "s3:ListBucket on arn:aws:s3:::data with {'s3:prefix': 'folder/'}"
    ]


@pytest.mark.parametrize(
    ("made", "wanted"),
    [
        (
            call("dynamodb", "PutItem", TableName="claims"),
            "dynamodb:PutItem on arn:aws:dynamodb:eu-west-1:111111111111:table/claims",
        ),
        (
            call("sqs", "DeleteMessageBatch", QueueUrl="http://localhost:4566/1/files"),
            "sqs:DeleteMessage on arn:aws:sqs:eu-west-1:111111111111:files",
        ),
        (
            call("glue", "StartJobRun", JobName="csv"),
            "glue:StartJobRun on arn:aws:glue:eu-west-1:111111111111:job/csv",
        ),
        (
            call("logs", "PutLogEvents", logGroupName="/a", logStreamName="b"),
            "logs:PutLogEvents on arn:aws:logs:eu-west-1:111111111111:log-group:/a:log-stream:b",
        ),
    ],
)
def test_names_become_arns_of_the_callers_place(made: Call, wanted: str) -> None:
    assert [str(need) for need in made.needs(PLACE)] == [wanted]


def test_what_is_not_known_is_not_judged() -> None:
    with pytest.raises(NotJudgedError):
        call("ec2", "TerminateInstances").needs(PLACE)


def test_a_call_without_a_right_is_told(tmp_path: Path) -> None:
    log = tmp_path / "calls.jsonl"
    lines = [
        {
            "service": "sts",
            "operation": "AssumeRole",
            "parameters": {"RoleArn": "arn:aws:iam::111111111111:role/reader"},
            "access_key": "test",
            "status": 200,
            "given_access_key": "LSIA1",
        },
        {
            "service": "s3",
            "operation": "PutObject",
            "parameters": OBJECT,
            "access_key": "LSIA1",
            "status": 200,
        },
        {
            "service": "s3",
            "operation": "DeleteObject",
            "parameters": OBJECT,
            "access_key": "test",
            "status": 204,
        },
    ]
    log.write_text("".join(json.dumps(line) + "\n" for line in lines))
    calls = read(log)
    assert [(one.role, one.name) for one in calls] == [("reader", "s3:PutObject")]
    reading = {"reader": policies(("s3:GetObject", "arn:aws:s3:::data/*"))}
    writing = {"reader": policies(("s3:PutObject", "arn:aws:s3:::data/*"))}
    (told,) = missing(calls, reading, PLACE)
    assert "s3:PutObject on arn:aws:s3:::data/folder/a file.csv" in told
    assert missing(calls, writing, PLACE) == []
