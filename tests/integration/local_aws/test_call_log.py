"""The record of calls, and in whose name functions and jobs make theirs.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
https://docs.aws.amazon.com/glue/latest/dg/create-an-iam-role.html
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.local_aws.functions import ROLE as FUNCTION_ROLE
from tests.integration.local_aws.functions import Functions
from tests.integration.local_aws.glue_scripts import ROLE as JOB_ROLE
from tests.integration.local_aws.glue_scripts import GlueScripts
from tests.integration.local_aws.own_server import OwnServer, own_server

BUCKET = "called"
ASK = "import boto3; who = boto3.client('sts').get_caller_identity()['Arn']\n"
PUT = f"boto3.client('s3').put_object(Bucket='{BUCKET}', Key=%r, Body=who)\n"
JOB = f"{ASK}{PUT % 'job'}"
FUNCTION = f"{ASK}def handler(event, context):\n    {PUT % 'function'}"


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("calls") / "calls.jsonl"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, log: Path) -> Iterator[OwnServer]:
    folder = tmp_path_factory.mktemp("logging")
    with own_server(folder, LOCAL_AWS_CALL_LOG=str(log)) as running:
        yield running


def lines(log: Path, service: str, operation: str) -> list[dict[str, Any]]:
    made = [json.loads(line) for line in log.read_text().splitlines()]
    return [one for one in made if (one["service"], one["operation"]) == (service, operation)]


def test_every_call_can_be_told_to_be_a_roles(server: OwnServer, log: Path) -> None:
    jobs = GlueScripts(server, BUCKET)
    functions = Functions(server.client("lambda"))
    functions.create("caller", FUNCTION)
    functions.invoke("caller")
    jobs.create("caller", JOB)
    assert jobs.run("caller")["JobRunState"] == "SUCCEEDED"

    given = {
        line["given_access_key"]: line["parameters"]["RoleArn"]
        for line in lines(log, "sts", "AssumeRole")
    }
    callers = {
        line["parameters"]["Key"]: given.get(line["access_key"])
        for line in lines(log, "s3", "PutObject")
        if line["parameters"]["Bucket"] == BUCKET
    }
    assert callers["function"] == FUNCTION_ROLE
    assert callers["job"] == JOB_ROLE
    for key, role in (("function", FUNCTION_ROLE), ("job", JOB_ROLE)):
        who = jobs.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read().decode()
        assert f":assumed-role/{role.rpartition('/')[2]}/" in who


def test_what_objects_hold_is_not_kept(server: OwnServer, log: Path) -> None:
    s3 = server.client("s3")
    s3.put_object(Bucket=BUCKET, Key="secret", Body=b"not to be kept")
    (line,) = [one for one in lines(log, "s3", "PutObject") if one["parameters"]["Key"] == "secret"]
    assert (line["status"], line["access_key"]) == (200, "test")
    assert "Body" not in line["parameters"]
    assert "not to be kept" not in log.read_text()
