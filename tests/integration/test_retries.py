"""A Lambda function that fails twice is called a third time, by the pipeline's own definition."""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from tests.integration import files
from tests.integration.conftest import ROOT
from tests.integration.pipeline import Ended, Pipeline
from tests.wait import wait_until
from tools.aws import LOCAL_REGION

FLAKY = '''
"""validate_file, but its first calls for a key fail: how many of them, the bucket remembers."""

import json

import boto3

from functions.validate_file.handler import handler as validate

S3 = boto3.client("s3")


def handler(event, context):
    place = {"Bucket": event["bucket"], "Key": "attempts/" + event["key"]}
    before = S3.list_objects_v2(Bucket=place["Bucket"], Prefix=place["Key"])["KeyCount"]
    S3.put_object(Bucket=place["Bucket"], Key=f"{place['Key']}/{before}")
    if before < FAILURES:
        raise ConnectionError(f"attempt {before + 1} fails on purpose")
    return validate(event, context)
'''


def flaky_package(failures: int) -> bytes:
    """The real package of validate_file, with a handler before the real one."""
    real = Path(ROOT / "dist/functions/validate_file.zip").read_bytes()
    body = io.BytesIO(real)
    with zipfile.ZipFile(body, "a") as package:
        package.writestr("flaky.py", FLAKY.replace("FAILURES", str(failures)))
    return body.getvalue()


class FlakyPipeline:
    """The deployed state machine once more, with a validate_file that fails at first."""

    def __init__(self, pipeline: Pipeline, failures: int) -> None:
        self._pipeline = pipeline
        self._name = f"{pipeline.deployment.function_names['validate_file']}-flaky-{failures}"
        self.bucket = self._name
        aws = pipeline.aws
        session = boto3.Session("test", "test", region_name=LOCAL_REGION)
        self._iam = session.client("iam", endpoint_url=aws.endpoint_url)
        # Not the source bucket: there the pipeline itself would take the file as well.
        aws.s3.create_bucket(Bucket=self.bucket)
        self._role = self._create_role()
        self._machine = self._create_machine(self._create_function(failures))

    def run(self, key: str) -> Ended:
        aws = self._pipeline.aws
        aws.s3.put_object(Bucket=self.bucket, Key=key, Body=files.CSV)
        arn = aws.step_functions.start_execution(
            stateMachineArn=self._machine, input=json.dumps({"bucket": self.bucket, "key": key})
        )["executionArn"]
        return self._pipeline.end_of(arn)

    def attempts(self, key: str) -> int:
        listed = self._pipeline.aws.s3.list_objects_v2(
            Bucket=self.bucket, Prefix=f"attempts/{key}/"
        )
        return listed["KeyCount"]

    def _create_role(self) -> str:
        """A role of its own: what is called here says nothing of the deployed roles.

        The local AWS lets every role do everything.
        """
        services = {"Service": ["lambda.amazonaws.com", "states.amazonaws.com"]}
        trust = {"Effect": "Allow", "Principal": services, "Action": "sts:AssumeRole"}
        document = {"Version": "2012-10-17", "Statement": [trust]}
        role = self._iam.create_role(
            RoleName=f"test-{self._name}", AssumeRolePolicyDocument=json.dumps(document)
        )
        return str(role["Role"]["Arn"])

    def _create_function(self, failures: int) -> str:
        functions = self._pipeline.aws.functions
        real = functions.get_function_configuration(
            FunctionName=self._pipeline.deployment.function_names["validate_file"]
        )
        created = functions.create_function(
            FunctionName=self._name,
            Runtime="python3.13",
            Role=self._role,
            Handler="flaky.handler",
            Code={"ZipFile": flaky_package(failures)},
            Timeout=60,
            Environment={"Variables": real["Environment"]["Variables"]},
        )
        wait_until(
            lambda: (
                functions.get_function_configuration(FunctionName=self._name)["State"] == "Active"
            ),
            60,
            "the flaky function to be active",
        )
        return created["FunctionArn"]

    def _create_machine(self, function_arn: str) -> str:
        aws, deployment = self._pipeline.aws, self._pipeline.deployment
        real = aws.step_functions.describe_state_machine(
            stateMachineArn=deployment.state_machine_arn
        )
        definition = json.loads(real["definition"])
        definition["States"]["ValidateFile"]["Parameters"]["FunctionName"] = function_arn
        return aws.step_functions.create_state_machine(
            name=self._name, definition=json.dumps(definition), roleArn=self._role
        )["stateMachineArn"]

    def remove(self) -> None:
        aws = self._pipeline.aws
        aws.step_functions.delete_state_machine(stateMachineArn=self._machine)
        aws.functions.delete_function(FunctionName=self._name)
        self._iam.delete_role(RoleName=f"test-{self._name}")
        for item in aws.s3.list_objects_v2(Bucket=self.bucket).get("Contents", []):
            aws.s3.delete_object(Bucket=self.bucket, Key=item["Key"])
        aws.s3.delete_bucket(Bucket=self.bucket)


@pytest.fixture
def flaky(pipeline: Pipeline, request: pytest.FixtureRequest) -> Iterator[FlakyPipeline]:
    made = FlakyPipeline(pipeline, request.param)
    yield made
    made.remove()


@pytest.mark.parametrize("flaky", [2], indirect=True)
def test_two_failures_are_retried_and_the_third_call_succeeds(
    pipeline: Pipeline, flaky: FlakyPipeline
) -> None:
    ended = flaky.run("people.csv")
    assert ended.outcome.kind == "SUCCESS", ended
    assert flaky.attempts("people.csv") == 3
    (validated,) = [visit for visit in ended.progress.visits if visit.state == "ValidateFile"]
    assert validated.retries == 2
    assert pipeline.notification(ended).attributes["outcome"] == "SUCCESS"


@pytest.mark.parametrize("flaky", [99], indirect=True)
def test_a_function_that_goes_on_failing_is_given_up_and_announced(
    pipeline: Pipeline, flaky: FlakyPipeline
) -> None:
    ended = flaky.run("people.csv")
    assert ended.progress.status == "FAILED", ended
    assert ended.states[-3:] == ["NotifyFailure", "RememberFailure", "FailUnlessRedriven"]
    # The first call and the definition's three retries.
    assert flaky.attempts("people.csv") == 4
    note = pipeline.notification(ended)
    assert note.attributes["outcome"] == "FAILURE"
    assert "fails on purpose" in note.body
