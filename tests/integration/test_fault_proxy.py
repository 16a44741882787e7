"""The proxy of the fault tests is invisible until it strikes, and strikes exactly what it names."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

from tests.faults.proxy.answers import ServiceError
from tests.faults.proxy.faults import (
    Delay,
    Drop,
    Duplicate,
    Hold,
    KillCaller,
    LoseResponse,
    Refuse,
    Swallow,
)
from tests.faults.proxy.rules import On, Rule
from tests.faults.proxy.server import Proxy
from tests.wait import wait_until
from tools.aws import Aws

ONE_ATTEMPT = Config(retries={"max_attempts": 0}, proxies={}, s3={"addressing_style": "path"})


@pytest.fixture(scope="module")
def proxy(aws: Aws) -> Iterator[Proxy]:
    with Proxy(str(aws.endpoint_url)) as running:
        yield running


@pytest.fixture(scope="module")
def through(proxy: Proxy) -> Aws:
    """Clients whose calls pass the proxy, and which try again as any client does."""
    return Aws(proxy.endpoint_url)


@pytest.fixture
def bucket(aws: Aws) -> Iterator[str]:
    name = f"faults-{uuid4().hex}"
    aws.s3.create_bucket(Bucket=name)
    yield name
    for item in aws.s3.list_objects_v2(Bucket=name).get("Contents", []):
        aws.s3.delete_object(Bucket=name, Key=item["Key"])
    aws.s3.delete_bucket(Bucket=name)


@pytest.fixture
def queue(aws: Aws) -> Iterator[str]:
    url = aws.sqs.create_queue(QueueName=f"faults-{uuid4().hex}")["QueueUrl"]
    yield url
    aws.sqs.delete_queue(QueueUrl=url)


@pytest.fixture
def rules(proxy: Proxy) -> Iterator[list[Rule]]:
    made: list[Rule] = []
    yield made
    proxy.remove(*made)


def once(proxy: Proxy, service: str) -> Any:
    """A client without retries, so that each fault is seen."""
    session = boto3.Session("test", "test", region_name="us-east-1")
    return session.client(service, endpoint_url=proxy.endpoint_url, config=ONE_ATTEMPT)  # type: ignore[call-overload]


def bodies(aws: Aws, queue: str) -> list[str]:
    found = aws.sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
    return sorted(message["Body"] for message in found)


@pytest.mark.parametrize("key", ["a b+c%2F.csv", "ünï/☃.csv", "plain", "a//b/../c"])
def test_what_no_rule_takes_passes_unchanged(through: Aws, aws: Aws, bucket: str, key: str) -> None:
    body = os.urandom(300_000)
    through.s3.put_object(Bucket=bucket, Key=key, Body=body, ContentEncoding="gzip")
    assert aws.s3.get_object(Bucket=bucket, Key=key)["Body"].read() == body
    answer = through.s3.get_object(Bucket=bucket, Key=key)
    assert (answer["Body"].read(), answer["ContentEncoding"]) == (body, "gzip")
    assert through.s3.head_object(Bucket=bucket, Key=key)["ContentLength"] == len(body)
    listed = through.s3.list_objects_v2(Bucket=bucket, Prefix=key)
    assert [item["Key"] for item in listed["Contents"]] == [key]
    with pytest.raises(ClientError, match="NoSuchKey"):
        through.s3.get_object(Bucket=bucket, Key="missing")


def test_calls_are_recognised_in_each_protocol(
    proxy: Proxy, through: Aws, bucket: str, queue: str, rules: list[Rule]
) -> None:
    seen = proxy.strike(On(), Delay(0), times=None)
    rules.append(seen)
    through.s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    through.s3.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": "k"})
    through.s3.list_object_versions(Bucket=bucket)
    through.sqs.send_message(QueueUrl=queue, MessageBody="hello")
    through.sns.list_topics()
    through.glue.list_jobs()
    through.step_functions.list_state_machines()
    with pytest.raises(ClientError):
        through.functions.invoke(FunctionName="none", Payload=b"{}")
    through.cloudwatch.list_metrics()
    assert [(call.service, call.operation) for call in seen.struck] == [
        ("s3", "PutObject"),
        ("s3", "CopyObject"),
        ("s3", "ListObjectVersions"),
        ("sqs", "SendMessage"),
        ("sns", "ListTopics"),
        ("glue", "ListJobs"),
        ("states", "ListStateMachines"),
        ("lambda", "Invoke"),
        ("monitoring", "ListMetrics"),
    ]


def test_a_dropped_request_does_nothing_and_a_lost_response_does_all(
    proxy: Proxy, aws: Aws, queue: str, rules: list[Rule]
) -> None:
    client = once(proxy, "sqs")
    rules.append(proxy.strike(On("sqs", "SendMessage", "dropped"), Drop()))
    rules.append(proxy.strike(On("sqs", "SendMessage", "lost"), LoseResponse()))
    for word in ("dropped", "lost"):
        with pytest.raises((ConnectionError, HTTPClientError)):
            client.send_message(QueueUrl=queue, MessageBody=word)
    assert bodies(aws, queue) == ["lost"]
    client.send_message(QueueUrl=queue, MessageBody="dropped")
    assert bodies(aws, queue) == ["dropped"], "a rule strikes once, unless told otherwise"


def test_a_duplicate_arrives_twice_and_what_is_swallowed_never(
    proxy: Proxy, aws: Aws, queue: str, rules: list[Rule]
) -> None:
    client = once(proxy, "sqs")
    rules.append(proxy.strike(On("sqs", "SendMessage", "doubled"), Duplicate()))
    rules.append(proxy.strike(On("sqs", "SendMessage", "swallowed"), Swallow()))
    client.send_message(QueueUrl=queue, MessageBody="doubled")
    client.send_message(QueueUrl=queue, MessageBody="swallowed")
    assert bodies(aws, queue) == ["doubled", "doubled"]


@pytest.mark.parametrize(
    ("service", "call", "error"),
    [
        ("s3", lambda c: c.list_buckets(), ServiceError(503, "SlowDown")),
        ("sns", lambda c: c.list_topics(), ServiceError(500, "InternalError")),
        ("glue", lambda c: c.list_jobs(), ServiceError(400, "ConcurrentRunsExceededException")),
        ("events", lambda c: c.list_rules(), ServiceError(400, "ThrottlingException")),
        ("lambda", lambda c: c.list_functions(), ServiceError(500, "ServiceException")),
        ("lambda", lambda c: c.list_functions(), ServiceError(429, "TooManyRequestsException")),
        ("dynamodb", lambda c: c.list_tables(), ServiceError(500, "InternalServerError")),
        ("sqs", lambda c: c.list_queues(), ServiceError(403, "AccessDenied")),
    ],
)  # fmt: skip
def test_an_error_is_worded_as_the_service_words_it(
    proxy: Proxy,
    rules: list[Rule],
    service: str,
    call: Callable[[Any], object],
    error: ServiceError,
) -> None:
    client = once(proxy, service)
    rules.append(proxy.strike(On(), Refuse(error)))
    with pytest.raises(ClientError) as raised:
        call(client)
    response = raised.value.response
    assert response["Error"]["Code"] == error.code
    assert response["ResponseMetadata"]["HTTPStatusCode"] == error.status
    call(client)


def test_skip_and_times_count_fitting_calls(proxy: Proxy, bucket: str, rules: list[Rule]) -> None:
    client = once(proxy, "s3")
    refuse = Refuse(ServiceError(503, "SlowDown"))
    rules.append(proxy.strike(On("s3", "PutObject", "counted"), refuse, times=2, skip=1))

    def put(key: str) -> int:
        try:
            client.put_object(Bucket=bucket, Key=key, Body=b"")
        except ClientError as error:
            return int(error.response["ResponseMetadata"]["HTTPStatusCode"])
        return 200

    keys = ["counted/1", "other", "counted/2", "counted/3", "counted/4"]
    assert [put(key) for key in keys] == [200, 200, 503, 503, 200]


def test_a_held_request_arrives_late_even_if_its_caller_has_gone(
    proxy: Proxy, aws: Aws, bucket: str, rules: list[Rule]
) -> None:
    hold = Hold()
    rules.append(proxy.strike(On("s3", "PutObject", "zombie"), hold))
    impatient = boto3.Session("test", "test", region_name="us-east-1").client(
        "s3",
        endpoint_url=proxy.endpoint_url,
        config=ONE_ATTEMPT.merge(Config(read_timeout=1)),
    )
    with pytest.raises(HTTPClientError):
        impatient.put_object(Bucket=bucket, Key="zombie", Body=b"late")
    assert aws.s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0
    hold.release()
    wait_until(lambda: aws.s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 1, 30, "the object")


def test_a_kill_ends_the_calling_process_alone(
    proxy: Proxy, aws: Aws, queue: str, rules: list[Rule]
) -> None:
    rules.append(proxy.strike(On("sqs", "SendMessage", "killed"), KillCaller(after=True)))
    program = (
        "import boto3, sys\n"
        "session = boto3.Session('test', 'test', region_name='us-east-1')\n"
        "sqs = session.client('sqs', endpoint_url=sys.argv[1])\n"
        "sqs.send_message(QueueUrl=sys.argv[2], MessageBody='killed')\n"
        "print('survived')\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, proxy.endpoint_url, queue],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (-9, "")
    assert bodies(aws, queue) == ["killed"]


def test_calls_beside_a_delayed_one_do_not_wait(
    proxy: Proxy, through: Aws, queue: str, rules: list[Rule]
) -> None:
    hold = Hold()
    rules.append(proxy.strike(On("sqs", "SendMessage", "slow"), hold))
    through.sqs.list_queues()
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(through.sqs.send_message, QueueUrl=queue, MessageBody="slow")
        rules[0].wait()
        through.sqs.send_message(QueueUrl=queue, MessageBody="quick")
        assert not slow.done()
        hold.release()
        assert slow.result(30)["MessageId"]
