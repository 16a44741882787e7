"""A pipeline with a key of its own: what is encrypted with it, and who may use it.

The local AWS lets everybody use every key, so who may is read from the key's policy.
https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
"""

import json
from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any

import boto3
import pytest

from tests.integration.conftest import Deployed
from tests.integration.pipeline import Pipeline
from tests.integration.rights import Rights
from tests.policies import Policies
from tools.aws import LOCAL_REGION as REGION

WRITES = ("kms:GenerateDataKey", "kms:Decrypt")
OTHERS = "999999999999"
ROWS = b"id,name\n1,Ada\n2,Grace\n"


class Key:
    """The key of a deployed pipeline, as KMS describes it."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.rights = Rights(pipeline)
        self._kms = self.client("kms")
        alias = f"alias/{self.rights.prefix}pipeline"
        self.arn: str = self._kms.describe_key(KeyId=alias)["KeyMetadata"]["Arn"]
        self.account = self.rights.account
        answer = self._kms.get_key_policy(KeyId=self.arn, PolicyName="default")
        self.policy = Policies.of(json.loads(answer["Policy"]))

    def client(self, service: str) -> Any:
        url = self.rights.endpoint_url
        session: Any = boto3.Session("test", "test", region_name=REGION)
        return session.client(service, endpoint_url=url)

    @property
    def rotates(self) -> bool:
        answer: bool = self._kms.get_key_rotation_status(KeyId=self.arn)["KeyRotationEnabled"]
        return answer

    def lets(self, caller: str, action: str, context: Mapping[str, str]) -> bool:
        return self.policy.allows(action, self.arn, context, caller)

    def here(self, service: str, rest: str, account: str | None = None) -> str:
        return f"arn:aws:{service}:{REGION}:{account or self.account}:{rest}"

    def via(self, service: str) -> dict[str, str]:
        """The context of a call that a service makes for a role of the account."""
        through = f"{service}.{REGION}.amazonaws.com"
        return {"kms:CallerAccount": self.account, "kms:ViaService": through}


@pytest.fixture(scope="module")
def key(polling_pipeline: Pipeline) -> Key:
    return Key(polling_pipeline)


def test_the_key_rotates(key: Key) -> None:
    assert key.rotates


def test_a_file_stays_encrypted_on_its_way(polling_pipeline: Pipeline, key: Key) -> None:
    ended = polling_pipeline.run("encrypted/people.csv", ROWS)
    assert ended.progress.status == "SUCCEEDED", ended.outcome
    s3, named = polling_pipeline.aws.s3, polling_pipeline.deployment
    for bucket in (named.source_bucket, named.processed_bucket, named.artifacts_bucket):
        objects = s3.list_objects_v2(Bucket=bucket)["Contents"]
        for item in objects:
            head = s3.head_object(Bucket=bucket, Key=item["Key"])
            assert head["ServerSideEncryption"] == "aws:kms", (bucket, item["Key"])
            assert head["SSEKMSKeyId"] == key.arn, (bucket, item["Key"])


def test_queues_topic_and_tables_are_encrypted(polling_pipeline: Pipeline, key: Key) -> None:
    aws, prefix = polling_pipeline.aws, key.rights.prefix
    for arn in key.rights.queues():
        queue = aws.sqs.get_queue_url(QueueName=arn.rpartition(":")[2])["QueueUrl"]
        answer = aws.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["KmsMasterKeyId"])
        assert answer["Attributes"]["KmsMasterKeyId"] == key.arn, queue
    arn = polling_pipeline.deployment.topic_arn
    topic = aws.sns.get_topic_attributes(TopicArn=arn)["Attributes"]
    assert topic["KmsMasterKeyId"] == key.arn
    tables = key.client("dynamodb")
    for name in tables.list_tables()["TableNames"]:
        if name.startswith(prefix):
            table = tables.describe_table(TableName=name)["Table"]
            assert table["SSEDescription"]["KMSMasterKeyArn"] == key.arn, name


def test_schedules_are_encrypted(key: Key) -> None:
    scheduler = key.client("scheduler")
    for page in scheduler.get_paginator("list_schedules").paginate():
        for item in page["Schedules"]:
            if item["Name"].startswith(key.rights.prefix):
                schedule = scheduler.get_schedule(Name=item["Name"], GroupName=item["GroupName"])
                assert schedule.get("KmsKeyArn") == key.arn, item["Name"]


def test_functions_jobs_and_executions_are_encrypted(polling_pipeline: Pipeline, key: Key) -> None:
    aws, named = polling_pipeline.aws, polling_pipeline.deployment
    for function in named.function_names.values():
        configuration = aws.functions.get_function_configuration(FunctionName=function)
        assert configuration["KMSKeyArn"] == key.arn, function
    for job in named.glue_job_names.values():
        name = aws.glue.get_job(JobName=job)["Job"]["SecurityConfiguration"]
        sealed = aws.glue.get_security_configuration(Name=name)["SecurityConfiguration"]
        places = sealed["EncryptionConfiguration"]
        assert places["S3Encryption"][0]["KmsKeyArn"] == key.arn
        assert places["CloudWatchEncryption"]["KmsKeyArn"] == key.arn
        assert places["JobBookmarksEncryption"]["KmsKeyArn"] == key.arn
    machine = aws.step_functions.describe_state_machine(stateMachineArn=named.state_machine_arn)
    assert machine["encryptionConfiguration"]["kmsKeyId"] == key.arn


def test_log_groups_are_encrypted(polling_pipeline: Pipeline, key: Key) -> None:
    pages = polling_pipeline.aws.logs.get_paginator("describe_log_groups").paginate()
    groups = {group["logGroupName"]: group for page in pages for group in page["logGroups"]}
    made = [group for name, group in groups.items() if f"/{key.rights.prefix}" in name]
    assert len(made) > len(polling_pipeline.deployment.function_names)
    assert {group.get("kmsKeyId") for group in made} == {key.arn}


def test_a_second_plan_with_a_key_is_empty(deployments: Mapping[str, Future[Deployed]]) -> None:
    changes = deployments["polling_pipeline"].result().terraform.plan()
    assert [change["address"] for change in changes] == []


def test_rules_and_topics_send_to_encrypted_queues_of_the_account(key: Key) -> None:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html"""
    queue = {"kms:EncryptionContext:aws:sqs:arn": key.here("sqs", "any")}
    for service, source in (("events", "rule/any"), ("sns", "any")):
        caller = f"{service}.amazonaws.com"
        known = {"aws:SourceAccount": key.account, "aws:SourceArn": key.here(service, source)}
        strange = {"aws:SourceAccount": OTHERS, "aws:SourceArn": key.here(service, source, OTHERS)}
        for action in WRITES:
            assert key.lets(caller, action, queue | known)
            assert not key.lets(caller, action, queue | strange)
            assert not key.lets(caller, action, queue)
            assert not key.lets("lambda.amazonaws.com", action, queue | known)


def test_alarms_and_rules_send_to_encrypted_topics_of_the_account(key: Key) -> None:
    """https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html"""
    topic = {"kms:EncryptionContext:aws:sns:topicArn": key.here("sns", "any")}
    theirs = {"kms:EncryptionContext:aws:sns:topicArn": key.here("sns", "any", OTHERS)}
    alarm = {
        "aws:SourceAccount": key.account,
        "aws:SourceArn": key.here("cloudwatch", "alarm:any"),
    }
    for action in WRITES:
        assert key.lets("cloudwatch.amazonaws.com", action, topic | alarm)
        assert not key.lets("cloudwatch.amazonaws.com", action, topic)
        assert key.lets("events.amazonaws.com", action, topic)
        assert not key.lets("events.amazonaws.com", action, theirs)


def test_logs_are_encrypted_for_groups_of_the_account(key: Key) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html"""
    logs, name = f"logs.{REGION}.amazonaws.com", "kms:EncryptionContext:aws:logs:arn"
    for action in (*WRITES, "kms:Encrypt", "kms:DescribeKey"):
        assert key.lets(logs, action, {name: key.here("logs", "log-group:/aws/lambda/any")})
        assert not key.lets(logs, action, {name: key.here("logs", "log-group:any", OTHERS)})
    delivery, source = "delivery.logs.amazonaws.com", "kms:EncryptionContext:SourceArn"
    assert key.lets(delivery, "kms:Decrypt", {source: key.here("logs", "*")})
    assert not key.lets(delivery, "kms:GenerateDataKey", {source: key.here("logs", "*")})
    assert not key.lets(delivery, "kms:Decrypt", {source: key.here("logs", "*", OTHERS)})


def test_roles_use_the_key_through_what_keeps_the_data(key: Key) -> None:
    """https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html"""
    for service in ("s3", "sqs", "sns", "dynamodb", "lambda"):
        for action in WRITES:
            assert key.lets(key.account, action, key.via(service)), service
            assert not key.lets(OTHERS, action, key.via(service)), service
    grant = {"kms:GrantIsForAWSResource": "true"}
    assert key.lets(key.account, "kms:CreateGrant", key.via("lambda") | grant)
    assert not key.lets(key.account, "kms:CreateGrant", key.via("lambda"))
    for action in (*WRITES, "kms:Encrypt", "kms:CreateGrant"):
        assert not key.lets(key.account, action, {"kms:CallerAccount": key.account}), action
        assert not key.lets(key.account, action, key.via("ec2")), action


def test_executions_and_schedules_use_the_key_by_their_own_names(key: Key) -> None:
    """https://docs.aws.amazon.com/step-functions/latest/dg/encryption-at-rest.html"""
    mine = {"kms:CallerAccount": key.account}
    machine = "kms:EncryptionContext:aws:states:stateMachineArn"
    schedule = "kms:EncryptionContext:aws:scheduler:schedule:arn"
    for name, service, rest in (
        (machine, "states", "stateMachine:any"),
        (schedule, "scheduler", "schedule/default/any"),
    ):
        for action in WRITES:
            assert key.lets(key.account, action, mine | {name: key.here(service, rest)})
            assert not key.lets(key.account, action, mine | {name: key.here(service, rest, OTHERS)})


def test_the_pipelines_roles_may_use_this_key_and_manage_none(key: Key) -> None:
    parts = [*key.rights.places_with_roles, "state machine"]
    for part in parts:
        policies = key.rights.of(part)
        for action in WRITES:
            assert policies.allows(action, key.arn), (part, action)
            assert not policies.allows(action, f"{key.arn}-of-others"), (part, action)
        for action in ("kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:CreateGrant"):
            assert not policies.allows(action, key.arn), (part, action)


def test_without_a_key_no_role_may_use_any(pipeline: Pipeline) -> None:
    for name, role in Rights(pipeline).roles.items():
        actions = [action for s in role.permissions.statements for action in s.actions]
        assert not [action for action in actions if action.startswith("kms:")], name
